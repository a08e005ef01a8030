"""SIGKILL between any two steps of an evaluation: the history and the deliveries are those of an undisturbed run."""

from __future__ import annotations

import asyncio
import pathlib
import signal

import pytest

from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted
from tests.daemon.killed import POINTS, SCRIPT, die
from tests.forking import start


async def rest(folder: pathlib.Path) -> tuple[list[str], list[tuple[str, str, int]], list[object]]:
    """Whatever is left of the twelve minutes, in one go; then all there is."""
    bench = await Bench.open(folder, Scripted(SCRIPT), ALERT, lasting=True)
    bench.clock.set(NOON + 12 * MINUTE + SECOND)
    await bench.evaluator.tick()
    try:
        deliveries = [(each.id, each.episode, each.sequence) for each in await bench.deliveries()]
        judged = [each.at for each in await bench.evaluations() if each.kind == "judged"]
        return await bench.told(), deliveries, list(judged)
    finally:
        await bench.database.close()


@pytest.mark.company("killed")
@pytest.mark.parametrize("nth", [1, 2, 5])
@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_loses_nothing_and_repeats_nothing(tmp_path: pathlib.Path, point: str, nth: int) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    process = start(die, str(tmp_path / "killed"), point, nth)
    await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL
    killed = await rest(tmp_path / "killed")
    whole = await rest(tmp_path / "whole")
    assert killed == whole
    assert killed[0] == [
        "12:02 fired #1",
        "12:04 resolved #2",
        "12:06 fired #1",
        "12:07 resolved #2",
        "12:08 fired #1",
        "12:11 resolved #2",
        "12:12 fired #1",
    ]
    assert killed[2] == [NOON + n * MINUTE for n in range(1, 13)]
