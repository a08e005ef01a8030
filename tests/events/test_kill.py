from __future__ import annotations

import pathlib
import random
from collections import Counter

import pytest

from lynxalert.events import EventStore
from tests.events.killed import live
from tests.forking import pipe, start

KILLS = 20


def run_until(acknowledgements: int, path: pathlib.Path, seed: int) -> list[str]:
    """Start a process, kill it after so many acknowledgements; everything it acknowledged, also in its last moment."""
    reading, writing = pipe()
    process = start(live, str(path), seed, writing)
    writing.close()  # only the process itself has that end now
    with open(reading.fileno(), encoding="utf-8", closefd=False) as told:
        lines = [line for line, _ in zip(told, range(acknowledgements), strict=False)]
        process.kill()
        lines += told.readlines()
    reading.close()
    process.join()
    assert len(lines) >= acknowledgements
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


@pytest.mark.slow(15)
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
