"""More than can be done in time: slots run late, in order, none is lost; what is left out of messages says so."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import Sequence
from dataclasses import replace

from lynxalert.alerts.schedule import window
from lynxalert.api.metrics import Metrics
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.foresight import LEFT_OUT, MOST_EVIDENCE, Foresight
from lynxalert.daemon.observed import Observer
from lynxalert.daemon.slots import Outcome
from lynxalert.events import EventStore
from tests.daemon.evaluating import ALERT, MINUTE, NOON, Bench, Scripted, by_minute


class Slow(Scripted):
    """The store needs three minutes to catch up before the first look, and none later."""

    bench: Bench

    async def settle(self, now: dt.datetime) -> None:
        if not self.runs:
            self.bench.clock.tick(3 * MINUTE)


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
