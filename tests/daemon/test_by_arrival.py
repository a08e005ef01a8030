"""`time = "ingest"`: windows are laid over when events came, whatever time they say of themselves."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from lynxalert.alerts import NoData
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.schedule import window
from lynxalert.daemon.runner import EngineRunner, Question
from lynxalert.engine import Engine
from lynxalert.events import Event, EventStore
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND
from tests.daemon.test_evaluator_live import ERRORS, Live, living
from tests.fakes import FakeClock

HOUR = 60 * MINUTE
BY_ARRIVAL = replace(ERRORS, time="ingest")


@pytest.fixture
async def live(tmp_path: pathlib.Path) -> AsyncIterator[Live]:
    async with living(tmp_path) as found:
        yield found


async def test_events_hours_old_by_their_own_time_count_when_they_arrive(live: Live) -> None:
    await live.bench.put(BY_ARRIVAL)
    live.log(-300, count=3)
    live.log(600, count=1)  # a clock that is ahead
    await live.bench.pass_(3 * MINUTE)
    assert await live.bench.told() == ["12:01 fired #1", "12:02 resolved #2"]
    (fired, _) = await live.bench.deliveries()
    assert "errors (4) > 2" in fired.message.text
    assert len(fired.message.evidence) == 4


async def test_nothing_is_judged_again(live: Live) -> None:
    await live.bench.put(BY_ARRIVAL)
    live.log(0.5, count=3)
    await live.bench.pass_(2 * MINUTE)
    live.log(0.5, count=3)  # late by its own time, on time by that of its arrival
    await live.bench.pass_(2 * MINUTE)
    assert await live.bench.told() == [
        "12:01 fired #1",
        "12:02 resolved #2",
        "12:03 fired #1",
        "12:04 resolved #2",
    ]


async def test_every_event_is_in_exactly_one_of_adjoining_windows(live: Live) -> None:
    await live.bench.put(
        replace(BY_ARRIVAL, query="level=error | stats count as errors", when={"type": "any_rows"})
    )
    for n in range(24):
        live.log(-n * 7, count=1)
        live.bench.clock.tick(10 * SECOND)
        await live.bench.evaluator.tick()
    assert [each.value for each in await live.bench.evaluations()] == [6, 6, 6, 6]


async def test_the_window_before_is_one_of_arrival_as_well(live: Live) -> None:
    drop = {"type": "relative", "field": "errors", "op": "lt", "percent": 50}
    await live.bench.put(replace(BY_ARRIVAL, query="level=error | stats count as errors", when=drop))
    for count in (10, 4, 4):
        live.log(-90, count=count)
        await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:02 fired #1", "12:03 resolved #2"]


async def test_a_group_whose_events_are_old_is_present(live: Live) -> None:
    await live.bench.put(replace(BY_ARRIVAL, policy=replace(ERRORS.policy, no_data=NoData.NODATA)))
    for minute in range(6):
        live.log(minute - 200, "web")
        if minute < 2:
            live.log(minute - 200, "api")
        await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:04 no_data #1"]


async def test_new_values_are_told_from_those_that_came_before(live: Live) -> None:
    new = replace(BY_ARRIVAL, query="level=error | stats count by service", when={"type": "new_value"})
    live.log(0.5, "api")  # stored before the first window, with a time inside it
    await live.bench.pass_(MINUTE)
    await live.bench.put(new)
    live.log(-500, "web")
    live.log(-500, "api")
    await live.bench.pass_(MINUTE)
    assert await live.bench.phases() == {'{"service":"web"}': "firing"}


class OnItsWay:
    """A store that has not stored yet what came at *since*."""

    def __init__(self, since: dt.datetime) -> None:
        self._since = since

    def oldest_waiting(self) -> dt.datetime | None:
        return self._since


async def test_what_has_arrived_and_is_not_stored_is_waited_for(tmp_path: pathlib.Path) -> None:
    """A slot over arrivals is never judged without some of them: nothing would look at those again."""
    clock = FakeClock(NOON)
    store = EventStore(tmp_path / "events.duckdb", clock=clock)
    runner = EngineRunner(Engine(store), store)
    alert = replace(ALERT, query="level=error | stats count as errors", time="ingest")
    looked_at = window(alert, NOON + MINUTE)
    question = Question(alert, looked_at, NOON + MINUTE)

    async def asked() -> list[object]:
        return [answer async for _, answer in runner.run_many([question])]

    slow = EngineRunner(Engine(store), OnItsWay(NOON + 59 * SECOND))  # type: ignore[arg-type]
    with pytest.raises(EvaluationError, match="not stored yet") as refused:
        await slow.run(alert, looked_at, NOON + MINUTE)
    assert refused.value.transient
    slow.close()
    store.start()
    clock.tick(30 * SECOND)
    await store.accept([Event(json.dumps({"_time": "2026-02-14T01:00:00Z", "level": "error"}))])
    clock.tick(30 * SECOND)
    await runner.settle(clock.now())
    (answer,) = await asked()
    assert answer.rows == [{"errors": 1}]  # type: ignore[attr-defined]
    runner.close()
    store.close()
