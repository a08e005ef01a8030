"""Evaluates twelve minutes in a process of its own that kills itself at a named point."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import pathlib
import signal
from collections.abc import Sequence
from typing import Any

from lynxalert.alerts import Alert
from lynxalert.daemon.commit import Voice
from lynxalert.notify.queueing import queue
from lynxalert.plan import Result, TimeWindow
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted, by_minute

SCRIPT = by_minute(0, 3, 3, 0, 0, 5, 0, 3, 3, 3, 0, 3)
POINTS = ("queried", "deciding", "committed")


class Killed(Scripted):
    """Calls *reached* whenever a query was answered."""

    reached: Any = None

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        result = await super().run(alert, window, now)
        self.reached("queried")
        return result


def killer(point: str, nth: int) -> Any:
    counts = dict.fromkeys(POINTS, 0)

    def reached(name: str) -> None:
        counts[name] += 1
        if (name, counts[name]) == (point, nth):
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


async def live(folder: pathlib.Path, point: str, nth: int) -> None:
    reached = killer(point, nth)

    def deliver(occasions: Sequence[Any], situation: Any) -> Any:
        reached("deciding")  # inside the transaction, after the cursor's alert was written
        return queue(occasions, situation)

    runner = Killed(SCRIPT)
    runner.reached = reached
    bench = await Bench.open(folder, runner, ALERT, lasting=True, voice=Voice(deliver=deliver))
    for n in range(1, 13):
        bench.clock.set(NOON + n * MINUTE + SECOND)
        await bench.evaluator.tick()
        reached("committed")
    await bench.database.close()


def die(folder: str, point: str, nth: int) -> None:
    """A life in *folder* that ends when *point* is reached for the *nth* time."""
    asyncio.run(live(pathlib.Path(folder), point, nth))
