"""Who is looked at when: what is in time at once, what is late in lots, each slot once and in order whatever a lot holds."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts import Alert, Cron, Every
from lynxalert.alerts.catchup import due, owed
from lynxalert.alerts.schedule import next_slot
from lynxalert.api.metrics import Metrics
from lynxalert.daemon.agenda import LATE, LONGEST, Agenda
from lynxalert.daemon.observed import Observer
from lynxalert.events import EventStore
from lynxalert.plan import Result, TimeWindow
from lynxalert.state import history
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted, by_minute

HOUR = 60 * MINUTE


def alert(number: int) -> Alert:
    """Its slots are the full minutes."""
    return replace(ALERT, id=f"alt_{number}", name=f"a{number}", schedule=Cron("* * * * *"))


@given(
    st.sampled_from([SECOND, 5 * SECOND, 7 * SECOND, MINUTE, 5 * MINUTE, HOUR, 24 * HOUR]),
    st.sampled_from([SECOND, MINUTE, 90 * SECOND, HOUR, 30 * HOUR]),
    st.integers(0, 200_000),
    st.integers(0, 10**6),
)
def test_what_is_owed_is_what_is_due(
    interval: dt.timedelta, limit: dt.timedelta, late: int, micros: int
) -> None:
    made = replace(ALERT, schedule=Every(interval, "x"), catchup_limit=limit)
    cursor = next_slot(made, NOON)
    for now in (cursor + late * SECOND, cursor + late * SECOND + dt.timedelta(microseconds=micros)):
        assert owed(made, cursor, now) == len(due(made, cursor, now).slots)
    assert owed(made, cursor, cursor - SECOND) == 0


def test_what_is_in_time_does_not_wait_for_what_is_late() -> None:
    agenda, now = Agenda(most=30), NOON + HOUR
    for number in range(8):
        agenda.put(alert(number), now - 10 * MINUTE - number * SECOND)
    agenda.put(alert(8), now - LATE + SECOND)
    agenda.put(alert(9), now + SECOND)
    # The longest waiting first: eleven slots each, since both ends count.
    assert agenda.take(now) == [["alt_8"], ["alt_5", "alt_6", "alt_7"]]
    assert agenda.take(now) == []
    assert agenda.next_look(now, now + HOUR) == now + SECOND
    later = now + 2 * SECOND
    assert agenda.take(later) == [["alt_9"]]
    assert agenda.waiting(later) == 8 * 11 + 1

    agenda.release(["alt_5", "alt_6"])
    assert agenda.take(later) == [], "one of three is still looked at"
    agenda.put(alert(7), later + MINUTE)
    agenda.release(["alt_7"])
    assert agenda.take(later) == [["alt_4", "alt_5", "alt_6"]]


def test_a_lot_that_hangs_does_not_hold_up_the_next() -> None:
    agenda, now = Agenda(most=1), NOON + HOUR
    for number in range(3):
        agenda.put(alert(number), now - 10 * MINUTE)
    assert agenda.take(now) == [["alt_0"]]
    assert agenda.next_look(now, now + HOUR) == now + LONGEST
    assert agenda.take(now + LONGEST - SECOND) == []
    assert agenda.take(now + LONGEST) == [["alt_1"]]
    assert agenda.take(now) == [["alt_2"]], "the clock was set back"


@pytest.mark.parametrize("lot", [1, 9, 1_000])
async def test_the_history_of_an_outage_is_the_same_in_any_lots(tmp_path: pathlib.Path, lot: int) -> None:
    runner = Scripted(by_minute(0, 3, 1, 3, 0, 0, 5, 5, 1, 7))
    bench = await Bench.open(tmp_path, runner, *(alert(number) for number in range(5)), lot=lot)
    await bench.evaluator.tick()
    await bench.pass_(8 * MINUTE, down=True)
    await bench.pass_(2 * MINUTE)
    async with bench.database.read() as tx:
        for number in range(5):
            found = await history.evaluations_of(tx, f"alt_{number}", limit=100, before=None)
            slots = [each.slot for each in reversed(found)]
            assert slots == [NOON + n * MINUTE for n in range(1, 11)]
    assert await bench.told() == [
        "12:02 fired #1",
        "12:03 resolved #2",
        "12:04 fired #1",
        "12:05 resolved #2",
        "12:07 fired #1",
        "12:09 resolved #2",
        "12:10 fired #1",
    ]
    await bench.database.close()


class Held(Scripted):
    """Answers about what was due during the outage once somebody says `go`."""

    entered: asyncio.Event
    go: asyncio.Event

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        if now <= NOON + 8 * MINUTE:
            self.entered.set()
            await self.go.wait()
        return await super().run(alert, window, now)


async def test_an_alert_that_is_in_time_is_judged_while_others_catch_up(tmp_path: pathlib.Path) -> None:
    runner = Held(lambda at: 0)
    runner.entered, runner.go = asyncio.Event(), asyncio.Event()
    late = [alert(number) for number in range(3)]
    bench = await Bench.open(tmp_path, runner, *late, lot=1)
    await bench.evaluator.tick()
    bench.clock.set(NOON + 8 * MINUTE + 20 * SECOND)
    await bench.put(replace(ALERT, id="alt_9", schedule=Every(5 * SECOND, "5s"), window=5 * SECOND))
    bench.restart()
    store, metrics = EventStore(clock=bench.clock), Metrics()
    Observer(metrics, store, bench.clock).lag(lambda: bench.evaluator.waiting(bench.clock.now()))

    async def judged(*alerts: str) -> None:
        async with asyncio.timeout(90):
            while min([(await bench.cursor(each)).next_slot for each in alerts]) <= bench.clock.now():
                bench.news.clear()
                await bench.news.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(bench.evaluator.run())
        await runner.entered.wait()
        bench.clock.set(NOON + 8 * MINUTE + 25 * SECOND)
        bench.evaluator.wake()
        await judged("alt_9")
        assert [(await bench.cursor(each.id)).next_slot for each in late] == [NOON + MINUTE] * 3
        assert metrics.registry.get_sample_value("lynxalert_slots_behind") == 3 * 8
        runner.go.set()
        await judged("alt_0", "alt_1", "alt_2")
        assert metrics.registry.get_sample_value("lynxalert_slots_behind") == 0
        bench.evaluator.stop()
    store.close()
    await bench.database.close()
