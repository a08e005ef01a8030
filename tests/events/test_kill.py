from __future__ import annotations

import pathlib
import random
import subprocess
import sys
from collections import Counter

import pytest

from lynxalert.events import EventStore

KILLS = 20
PROGRAM = pathlib.Path(__file__).parent / "killed.py"


def run_until(acknowledgements: int, path: pathlib.Path, seed: int) -> list[str]:
    """Start the program, kill it after so many acknowledgements; everything it acknowledged, also in its last moment."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path), str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [line for line, _ in zip(process.stdout, range(acknowledgements), strict=False)]
        process.kill()
        lines += process.stdout.readlines()
        assert len(lines) >= acknowledgements, process.stderr.read()
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_or_doubled_when_killed(tmp_path: pathlib.Path) -> None:
    chance = random.Random(20261121)
    path = tmp_path / "e.duckdb"
    acknowledged: list[str] = []
    for seed in range(KILLS):
        acknowledged += run_until(chance.choice((1, 10, 300, 2_000, 6_000)), path, seed)
    store = EventStore(path)
    [stream] = store.catalog().streams
    cursor = store.cursor()
    found = Counter(row[0] for row in cursor.sql(f"SELECT _raw->>'id' FROM {stream.raw_table}").fetchall())
    assert len(acknowledged) == len(set(acknowledged)) >= 10_000
    assert [one for one in acknowledged if found[one] != 1] == []
    assert [one for one, times in found.items() if times > 1] == []
    sequences = cursor.sql(
        f"SELECT count(*), count(DISTINCT _seq), max(_seq) FROM {stream.table}"
    ).fetchall()[0]
    assert sequences[0] == sequences[1] == sum(found.values())
    assert sequences[2] == store.highest_sequence()
    store.close()
