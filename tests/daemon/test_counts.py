"""What is counted of an alert: late rows one by one, against a model that knows when each event came."""

from __future__ import annotations

import asyncio
import json
import pathlib
import random
from collections.abc import Sequence
from dataclasses import replace

from lynxalert.alerts import Alert
from lynxalert.alerts.failure import EvaluationError
from lynxalert.daemon.foresight import Foresight
from lynxalert.plan import TimeWindow
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted, by_minute
from tests.daemon.test_evaluator_live import ERRORS, living


async def test_rows_that_come_late_are_counted_one_by_one(tmp_path: pathlib.Path) -> None:
    chance = random.Random(7)
    late = too_late = 0
    async with living(tmp_path) as live:
        await live.bench.put(replace(ERRORS, max_lateness=5 * MINUTE))
        checked = NOON
        for _ in range(16):
            live.bench.clock.tick(30 * SECOND)
            now = live.bench.clock.now()
            times = [now - chance.randint(0, 900) * SECOND for _ in range(chance.randint(0, 6))]
            lines = [json.dumps({"_time": at.isoformat(), "level": "error"}) for at in times]
            if lines:
                live.store.ingest(lines)
                live.store.ingest(lines, index="elsewhere")  # which the alert does not read
            late += sum(NOON <= at < checked for at in times)
            at_next = now.replace(second=0) + MINUTE
            too_late += sum(NOON <= at < min(checked, at_next - 6 * MINUTE) for at in times)
            live.bench.clock.tick(30 * SECOND)
            await live.bench.evaluator.tick()
            checked = live.bench.clock.now().replace(second=0)
        counts = (await live.bench.cursor()).counts
    assert (counts.late_rows, counts.too_late_rows) == (late, too_late)
    assert late > too_late > 0
    assert counts.rejudged_windows > 0


async def test_failures_gaps_and_evaluations_are_counted_for_good(tmp_path: pathlib.Path) -> None:
    runner = Scripted(by_minute(0, EvaluationError("no such column"), 0))
    bench = await Bench.open(tmp_path, runner, ALERT)
    try:
        await bench.pass_(3 * MINUTE)
        await bench.pass_(90 * MINUTE, down=True)
        counts = (await bench.cursor()).counts
        assert (counts.evaluations, counts.errors, counts.gaps) == (2 + 60, 1, 30)
        assert counts.duration is not None
        await bench.put(replace(ALERT, query="another"))
        assert (await bench.cursor()).counts == counts, "an edit begins nothing anew"
    finally:
        await bench.database.close()


class Looking(Scripted):
    """Counts how often it looks for late rows, which takes a while."""

    looks = 0

    async def rows_since(self, alert: Alert, sequence: int, stretches: Sequence[TimeWindow]) -> int:
        self.looks += 1
        await asyncio.sleep(0)
        return sequence


async def test_alerts_that_were_judged_over_the_same_time_share_a_look_for_late_rows() -> None:
    runner = Looking(by_minute(0))
    foresight = Foresight(runner)
    stretches = [TimeWindow(NOON, NOON + MINUTE)]
    asked = [foresight.rows_since(replace(ALERT, id=f"a{n}"), 7 + n % 2, stretches) for n in range(20)]
    assert await asyncio.gather(*asked) == [7, 8] * 10
    assert runner.looks == 2
    assert await foresight.rows_since(ALERT, 7, [TimeWindow(NOON, NOON + 2 * MINUTE)]) == 7
    assert runner.looks == 3
