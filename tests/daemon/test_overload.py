"""More than can be done in time: slots run late, in order, none is lost; what is left out of messages says so."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from lynxalert.alerts import Alert, Cron
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.schedule import window
from lynxalert.api.metrics import Metrics
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import CHUNK, Evaluator
from lynxalert.daemon.foresight import LEFT_OUT, MOST_EVIDENCE, Foresight
from lynxalert.daemon.observed import Observer
from lynxalert.daemon.slots import Outcome
from lynxalert.events import EventStore
from lynxalert.plan import Result, TimeWindow
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted, by_minute, other


class Slow(Scripted):
    """The store needs three minutes to catch up before the first look, and none later."""

    bench: Bench

    async def settle(self, now: dt.datetime) -> None:
        if not self.runs:
            self.bench.clock.tick(3 * MINUTE)


class Poisoned(Scripted):
    """The first two queries of `alt_0` run until somebody ends them."""

    begun = 0
    stuck: asyncio.Future[None]
    entered: asyncio.Event

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        if alert.id == "alt_0" and self.begun < 2:
            self.begun += 1
            self.stuck = asyncio.get_running_loop().create_future()
            self.entered.set()
            await self.stuck
        return await super().run(alert, window, now)


def number(metrics: Metrics, series: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(series, labels)
    assert found is not None, series
    return found


async def test_slots_of_a_slow_store_run_late_in_order_and_none_is_lost(tmp_path: pathlib.Path) -> None:
    runner = Slow(by_minute(0, 3, 1, 3, 0))
    bench = await Bench.open(tmp_path, runner, ALERT)
    runner.bench = bench
    store = EventStore(clock=bench.clock)
    metrics = Metrics()
    observer = Observer(metrics, store, bench.clock)
    outcomes: list[Outcome] = []

    def committed(found: Sequence[Outcome]) -> None:
        outcomes.extend(found)
        observer.committed(found)

    bench.evaluator = Evaluator(bench.database, runner, bench.clock, committed=committed)
    await bench.evaluator.tick()
    await bench.pass_(2 * MINUTE)
    slots = [each.slot for outcome in outcomes for each in outcome.evaluations]
    assert slots == [NOON + n * MINUTE for n in range(1, len(slots) + 1)]
    assert {each.kind for outcome in outcomes for each in outcome.evaluations} == {"judged"}
    assert await bench.told() == [
        "12:02 fired #1",
        "12:03 resolved #2",
        "12:04 fired #1",
        "12:05 resolved #2",
    ]
    assert number(metrics, "lynxalert_slot_delay_seconds_count") == len(slots)
    assert number(metrics, "lynxalert_slot_delay_seconds_bucket", le="60.0") < len(slots)
    assert number(metrics, "lynxalert_slots_behind") == 0
    store.close()
    await bench.database.close()


async def test_evidence_of_a_storm_is_bounded_and_what_is_left_out_says_so() -> None:
    foresight = Foresight(Scripted(lambda at: 3))
    looked_at = window(ALERT, NOON)
    found = [await foresight.evidence(ALERT, looked_at, NOON, {"n": n}) for n in range(MOST_EVIDENCE + 2)]
    assert found.count(["raw event"]) == MOST_EVIDENCE
    assert found[-2:] == [LEFT_OUT, LEFT_OUT]
    many = await foresight.evidence_by_key(replace(ALERT, id="alt_1"), looked_at, NOON, ["a", "b"])
    assert many == {"a": LEFT_OUT, "b": LEFT_OUT}


async def test_windows_judged_again_are_counted(tmp_path: pathlib.Path) -> None:
    metrics, store = Metrics(), EventStore()
    bench = await Bench.open(tmp_path, Scripted(lambda at: 0), ALERT)
    observer = Observer(metrics, store, bench.clock)
    outcomes: list[Outcome] = []
    bench.evaluator = Evaluator(bench.database, bench.runner, bench.clock, committed=outcomes.extend)
    await bench.evaluator.tick()
    await bench.pass_(MINUTE)
    (outcome,) = outcomes
    behind = replace(outcome.cursor, health=replace(outcome.cursor.health, behind=4))
    behind = replace(behind, counts=behind.counts.looked_back(9, 4, 3))
    observer.tally(lambda: bench.evaluator.known)
    observer.committed([replace(outcome, cursor=behind)])
    assert number(metrics, "lynxalert_rejudged_windows_total") == 3
    assert number(metrics, "lynxalert_late_rows_total") == 9
    assert number(metrics, "lynxalert_too_late_rows_total") == 4
    by_alert = {"alert": "alt_0", "name": "Errors"}
    assert number(metrics, "lynxalert_alert_evaluations_total", **by_alert) == 1
    assert number(metrics, "lynxalert_alert_late_rows_total", **by_alert) == 9
    assert number(metrics, "lynxalert_alert_slots_behind", **by_alert) == 4
    assert number(metrics, "lynxalert_slots_behind") == 4
    observer.committed([outcome])
    assert number(metrics, "lynxalert_slots_behind") == 0
    store.close()
    await bench.database.close()


async def test_many_chunks_of_a_tick_are_heard_of_at_once(tmp_path: pathlib.Path) -> None:
    """So that the sender meets a storm whole, and a chat hears one digest of it."""
    alerts = [other(n, schedule=Cron("* * * * *")) for n in range(CHUNK * 2 + 1)]
    heard: list[Sequence[Outcome]] = []
    bench = await Bench.open(tmp_path, Scripted(lambda at: 3))
    now = bench.clock.now()
    await bench.database.write(lambda tx: Edits().put_all(tx, alerts, {}, now))
    bench.evaluator = Evaluator(bench.database, bench.runner, bench.clock, committed=heard.append)
    await bench.pass_(MINUTE)
    (told,) = heard
    assert len(told) == len(alerts)
    await bench.database.close()


async def test_a_query_that_does_not_end_delays_nobody_else(tmp_path: pathlib.Path) -> None:
    """The others are committed after a moment's patience; meanwhile it is not begun a second time, and then it is behind."""
    runner = Poisoned(lambda at: 3)
    runner.entered = asyncio.Event()
    alerts = [other(n, schedule=Cron("* * * * *")) for n in range(4)]
    bench = await Bench.open(tmp_path, runner, *alerts, patience=SECOND / 100)

    async def until(done: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(90):
            while not await done():
                bench.news.clear()
                await bench.news.wait()

    async def others_judged() -> bool:
        slots = [(await bench.cursor(f"alt_{n}")).next_slot for n in (1, 2, 3)]
        return min(slots) > bench.clock.now()

    async with asyncio.TaskGroup() as group:
        group.create_task(bench.evaluator.run())
        for minute in (1, 2, 3):
            bench.clock.set(NOON + minute * MINUTE + SECOND)
            bench.evaluator.wake()
            await until(others_judged)
            assert runner.begun == 1
        for begun, behind in ((1, 0), (2, 2)):
            await asyncio.wait_for(runner.entered.wait(), 90)
            runner.entered.clear()
            assert runner.begun == begun
            runner.stuck.set_exception(EvaluationError("the query was stopped after 30s", transient=True))
            await until(partial(errors_of, bench, begun))
            health = (await bench.cursor("alt_0")).health
            assert (health.state, health.behind) == ("error", behind)
            bench.evaluator.wake()  # what began two minutes ago is due again; what began now, in ten seconds
        bench.evaluator.stop()
    await bench.database.close()


async def errors_of(bench: Bench, many: int) -> bool:
    return (await bench.cursor("alt_0")).health.errors == many
