"""The evaluator over a real event store and the real engine: nothing scripted but the clock."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from lynxalert.alerts import Alert, NoData
from lynxalert.alerts.failure import EvaluationError
from lynxalert.daemon.runner import EngineRunner, Question
from lynxalert.engine import Engine, QueryTimeOut
from lynxalert.events import EventStore
from lynxalert.plan import ALL_TIME, Result
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench

ERRORS = replace(
    ALERT,
    query="level=error | stats count as errors by service | where errors > 2",
    when={"type": "any_rows"},
)


@dataclass
class Live:
    bench: Bench
    store: EventStore

    def log(self, minute: float, service: str = "api", *, count: int = 1, level: str = "error") -> None:
        """Events within the given minute after noon; they arrive now."""
        at = NOON + minute * MINUTE
        events = [
            {"_time": (at + n * SECOND / 100).isoformat(), "level": level, "service": service, "n": n}
            for n in range(count)
        ]
        self.store.ingest([json.dumps(each) for each in events])


@asynccontextmanager
async def living(tmp_path: pathlib.Path) -> AsyncIterator[Live]:
    """The evaluator over a real engine and store."""
    bench = await Bench.open(tmp_path, None)  # type: ignore[arg-type] # the runner needs the clock, and follows
    store = EventStore(clock=bench.clock)
    runner = EngineRunner(Engine(store), store)
    bench.runner = runner
    bench.restart()
    yield Live(bench, store)
    runner.close()
    store.close()
    await bench.database.close()


@pytest.fixture
async def live(tmp_path: pathlib.Path) -> AsyncIterator[Live]:
    async with living(tmp_path) as found:
        yield found


async def put(live: Live, alert: Alert) -> None:
    await live.bench.put(alert)


async def test_an_alert_fires_for_each_group_that_survives_its_query(live: Live) -> None:
    await put(live, ERRORS)
    live.log(0.5, count=3)
    live.log(0.5, "web", count=2)
    live.log(0.5, "db", count=9, level="info")
    await live.bench.pass_(MINUTE)
    assert await live.bench.phases() == {'{"service":"api"}': "firing"}
    (fired,) = await live.bench.deliveries()
    assert "errors (3) > 2" in fired.message.text
    assert [json.loads(str(each))["n"] for each in fired.message.evidence] == [2, 1, 0]
    await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:01 fired #1", "12:02 resolved #2"]


async def test_a_healthy_group_is_not_missing_and_a_silent_one_is(live: Live) -> None:
    await put(live, replace(ERRORS, policy=replace(ERRORS.policy, no_data=NoData.NODATA)))
    for minute in range(6):
        live.log(minute + 0.5, "web")
        if minute < 2:
            live.log(minute + 0.5, "api")
        await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:04 no_data #1"]
    assert await live.bench.phases() == {'{"service":"api"}': "nodata", '{"service":"web"}': "ok"}


async def test_silence_of_an_alert_without_a_key_is_noticed(live: Live) -> None:
    watch = replace(ALERT, policy=replace(ALERT.policy, no_data=NoData.NODATA), expect=({},))
    await put(live, watch)
    for minute in range(5):
        if minute < 2:
            live.log(minute + 0.5)
        await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:04 no_data #1"]


async def test_an_alert_on_no_data_fires_as_soon_as_a_window_is_empty(live: Live) -> None:
    await put(live, replace(ALERT, query="service=api", when={"type": "no_data"}))
    live.log(0.5)
    await live.bench.pass_(2 * MINUTE)
    live.log(2.5)
    await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:02 fired #1 (no_events)", "12:03 resolved #2"]


async def test_a_relative_alert_compares_with_the_window_before(live: Live) -> None:
    drop = {"type": "relative", "field": "errors", "op": "lt", "percent": 50}
    await put(live, replace(ALERT, query="level=error | stats count as errors", when=drop))
    live.log(0.5, count=10)
    live.log(1.5, count=4)
    live.log(2.5, count=4)
    await live.bench.pass_(3 * MINUTE)
    assert await live.bench.told() == ["12:02 fired #1", "12:03 resolved #2"]


async def test_late_rows_open_the_episode_that_should_have_been(live: Live) -> None:
    await put(live, ERRORS)
    live.log(0.5)
    await live.bench.pass_(3 * MINUTE)
    assert await live.bench.told() == []
    live.log(1.5, count=3)  # two minutes late
    await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:02 fired #1 late", "12:03 resolved #2 late"]
    assert [each.inputs is not None and len(each.inputs.hits) for each in await live.bench.evaluations()] == [
        0,
        1,
        0,
        0,
    ]
    live.log(1.6, count=1)  # once more: nothing new to tell
    await live.bench.pass_(MINUTE)
    assert len(await live.bench.told()) == 2


async def test_rows_that_come_while_slots_are_judged_are_late_and_not_passed_over(live: Live) -> None:
    class Racing(EngineRunner):
        """Stores more once everything that is due has been answered, and before it is judged."""

        async def run_many(
            self, questions: Sequence[Question]
        ) -> AsyncIterator[tuple[int, Result | EvaluationError | None]]:
            answers = [each async for each in super().run_many(questions)]
            if len(questions) == 2:
                live.log(1.5, count=3)
            for each in answers:
                yield each

    racing = Racing(Engine(live.store), live.store)
    live.bench.runner = racing
    await put(live, ERRORS)
    await live.bench.pass_(2 * MINUTE, down=True)
    assert await live.bench.told() == []
    await live.bench.pass_(MINUTE)
    assert await live.bench.told() == ["12:02 fired #1 late", "12:03 resolved #2"]
    racing.close()


async def test_a_slot_with_late_rows_counts_once_among_the_last(live: Live) -> None:
    of = {"type": "threshold", "field": "errors", "op": "gt", "value": 2}
    asked = "level=error | stats count as errors by service"
    await put(live, replace(ERRORS, query=asked, when={"type": "m_of_n", "m": 2, "n": 3, "of": of}))
    live.log(0.5, count=3)
    await live.bench.pass_(MINUTE)
    live.log(0.6, count=1)  # late, of a slot that has hit
    await live.bench.pass_(3 * MINUTE)
    assert await live.bench.told() == []


async def test_a_late_episode_that_still_lasts_goes_on_live(live: Live) -> None:
    await put(live, replace(ERRORS, window=5 * MINUTE))
    await live.bench.pass_(2 * MINUTE)
    live.log(1.5, count=3)
    await live.bench.pass_(5 * MINUTE)
    assert await live.bench.told() == ["12:02 fired #1 late", "12:07 resolved #2"]


async def test_rows_beyond_the_lateness_change_nothing(live: Live) -> None:
    await put(live, replace(ERRORS, max_lateness=2 * MINUTE))
    live.log(0.1)
    await live.bench.pass_(6 * MINUTE)
    live.log(1.5, count=3)
    await live.bench.pass_(MINUTE)
    assert await live.bench.told() == []


async def test_replay_is_live(live: Live, tmp_path: pathlib.Path) -> None:
    """The same events, judged live and judged after an outage, leave the same history."""
    await put(live, ERRORS)
    counts = [0, 3, 4, 0, 0, 5, 3, 0, 1, 9, 0]
    for minute, count in enumerate(counts):
        live.log(minute + 0.5, count=count)
        await live.bench.pass_(MINUTE)
    (tmp_path / "again").mkdir()
    again = await Bench.open(tmp_path / "again", live.bench.runner, ERRORS)
    await again.pass_(len(counts) * MINUTE, down=True)
    assert await again.told() == await live.bench.told()
    assert [each.id for each in await again.deliveries()] == [
        each.id for each in await live.bench.deliveries()
    ]
    await again.database.close()


async def test_a_query_that_cannot_be_judged_says_why(live: Live) -> None:
    wrong = {"type": "threshold", "field": "errers", "op": "gt", "value": 2}
    await put(live, replace(ALERT, query="level=error | stats count as errors", when=wrong))
    await live.bench.pass_(MINUTE)
    (made,) = await live.bench.evaluations()
    assert made.error == "the result has no field `errers`; did you mean `errors`?"


class Slow(Engine):
    """Never in time."""

    def query(self, *_: object, **__: object) -> Result:
        raise QueryTimeOut(dt.timedelta(seconds=30))


async def test_a_passing_failure_of_the_engine_is_passing(live: Live) -> None:
    slow = EngineRunner(Slow(live.store), live.store)
    live.bench.runner = slow
    live.bench.restart()
    await put(live, ERRORS)
    await live.bench.pass_(MINUTE)
    cursor = await live.bench.cursor()
    assert (cursor.attempt, cursor.health.message) == (1, "L403: the query was stopped after 30 s")
    assert list(await slow.evidence(ERRORS, ALL_TIME, NOON, {})) == []
    slow.close()
