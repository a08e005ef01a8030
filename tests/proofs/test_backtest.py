"""Backtest = live: over real events, with every condition and what policies know, a backtest says what the daemon has said.

Lived minute by minute, events stored as they happen, by the evaluator and the sender with restarts between; or played at once
over the same events by what `lynxalert backtest` runs. Evaluations and deliveries are byte-equal. Where events come late it is
the rehearsal (`lynxalert test`) that must know them: it stores them as they come.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import shutil
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import settings

from lynxalert.alerts import ActiveSchedule, ActiveWindow, Alert, Cron, Every, Flapping, NoData, Policy
from lynxalert.daemon.backtest import StoredRunner, backtest
from lynxalert.daemon.backtests import Backtests, summary
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.rehearsal import rehearse
from lynxalert.daemon.runner import EngineRunner
from lynxalert.daemon.sweep import at_threshold
from lynxalert.engine import Engine
from lynxalert.events import Event, EventStore
from lynxalert.events.script import Timed
from lynxalert.notify.model import Delivery
from lynxalert.plan import TimeWindow
from lynxalert.state import Database, Evaluation, codec, history, owed
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND
from tests.fakes import FakeClock
from tests.proofs.test_replay import HOOK, ROOM, Process
from tests.proofs.wire import Wire
from tests.proofs.world import empty, quick_folder

LENGTH = 11
DAY = dt.timedelta(days=1)
HOSTS = ("a", "b", "c")
NUMBERS = itertools.count()
DEEP = 250 if settings.default is not None and settings.default.max_examples > 20 else 0


@dataclass(frozen=True)
class Burst:
    """*count* errors of *host* within a minute after noon; known *late* minutes after it."""

    minute: int
    host: str
    count: int
    late: int = 0

    @property
    def at(self) -> dt.datetime:
        return NOON + self.minute * MINUTE + 7 * SECOND

    def lines(self) -> list[str]:
        return [
            json.dumps(
                {
                    "_time": (self.at + n * SECOND).isoformat(),
                    "level": "error",
                    "host": self.host,
                    "ms": 10 * self.count + n,
                }
            )
            for n in range(self.count)
        ]

    def arrives(self) -> dt.datetime:
        return NOON + (self.minute + self.late) * MINUTE + 50 * SECOND


BY = "level=error | stats count as errors, avg(ms) as ms by host"
ALL = "level=error | stats count as errors"
TIERS = [{"name": "warn", "value": 2}, {"name": "critical", "value": 5}]
ABOVE = {"type": "threshold", "field": "errors", "op": "gt"}
ASKED: list[tuple[str, dict[str, Any]]] = [
    (f"{BY} | where errors > 2", {"type": "any_rows"}),
    (BY, {**ABOVE, "tiers": TIERS, "recover": 1}),
    (BY, {"type": "threshold", "field": "ms", "op": "gte", "value": 42}),
    (ALL, {**ABOVE, "value": 4}),
    (ALL, {**ABOVE, "op": "lt", "value": 3}),
    (BY, {"type": "relative", "field": "errors", "op": "gt", "percent": 150}),
    (BY, {"type": "relative", "field": "errors", "op": "lt", "percent": 60, "baseline": "day"}),
    (BY, {"type": "m_of_n", "m": 2, "n": 3, "of": {**ABOVE, "value": 2}}),
    (BY, {"type": "new_value"}),
    ("level=error host=a", {"type": "no_data"}),
]
HOURS = ActiveSchedule(
    "Europe/Berlin",
    (ActiveWindow(("Saturday",), "13:04", "13:09"), ActiveWindow(("Friday",), "23:00", "08:00")),
)

SCHEDULES = [Every(MINUTE, "1m"), Every(MINUTE, "1m"), Cron("*/2 * * * *"), Cron("1-59/3 * * * *")]
NO_DATA = [NoData.OK, NoData.OK, NoData.KEEP, NoData.NODATA, NoData.FIRING]


def an_alert(chance: random.Random, asked: tuple[str, dict[str, Any]]) -> Alert:
    pick = chance.choice
    repeat, is_grouped = pick([0, 0, 2]), " by " in asked[0]
    policy = Policy(
        hold=pick([0, 0, 1, 2]) * MINUTE,
        keep_firing_for=pick([0, 0, 2]) * MINUTE,
        cooldown=pick([0, 0, 4, 7]) * MINUTE,
        repeat_interval=repeat * MINUTE if repeat else None,
        flapping=pick([None, Flapping(3, 8, 3)]),
        no_data=pick(NO_DATA),
        forget_after=pick([24 * 60, 5]) * MINUTE,
    )
    return replace(
        ALERT,
        query=asked[0],
        when=asked[1],
        policy=policy,
        schedule=pick(SCHEDULES),
        window=pick([1, 1, 3]) * MINUTE,
        delay=pick([0, 0, 30]) * SECOND,
        active_schedule=pick([None, None, HOURS]),
        expect=({"host": "a"}, {"host": "z"}) if is_grouped and pick([True, False]) else (),
        channels=pick([(HOOK,), (HOOK, ROOM)]),
    )


def some_bursts(chance: random.Random, late: Sequence[int] = (0,)) -> list[Burst]:
    """Of today, and of yesterday at the same time."""
    days = [0, 0, 24 * 60]
    return [
        Burst(
            chance.randint(-3, LENGTH - 1) - chance.choice(days),
            chance.choice(HOSTS),
            chance.randint(1, 7),
            chance.choice(late),
        )
        for _ in range(chance.randint(8, 40))
    ]


@asynccontextmanager
async def stored(clock: FakeClock, events: Sequence[Burst]) -> AsyncIterator[EventStore]:
    store = EventStore(clock=clock)
    try:
        ingest(store, events)
        yield store
    finally:
        store.close()


def ingest(store: EventStore, events: Sequence[Burst]) -> None:
    if lines := [line for each in events for line in each.lines()]:
        store.ingest(lines)


async def lived(
    alert: Alert, events: Sequence[Burst], restarts: Collection[int] = ()
) -> tuple[list[str], list[str]]:
    """Evaluations and deliveries of a daemon that sees *events* as they come."""
    file = quick_folder() / f"backtest-{next(NUMBERS)}.sqlite"
    shutil.copyfile(await empty(), file)
    database, clock = await Database.open(file, lasting=False), FakeClock(NOON)
    wire = Wordless(clock, lambda _: 200)
    waiting = sorted(events, key=Burst.arrives)
    try:
        async with stored(clock, [each for each in waiting if each.arrives() <= NOON]) as store:
            await database.write(lambda tx: Edits().put(tx, alert, NOON))
            process, runner = begun(database, clock, wire, store)
            for minute in range(1, LENGTH + 1):
                now = NOON + minute * MINUTE
                ingest(store, [each for each in waiting if now - MINUTE < each.arrives() <= now])
                await through(process, now)
                if minute in restarts:
                    await process.end()
                    runner.close()
                    process, runner = begun(database, clock, wire, store)
                for _ in range(2):  # its loop looks again after a commit
                    await process.tick()
            await process.end()
            runner.close()
        async with database.read() as tx:
            judged = await history.evaluations_of(tx, alert.id, limit=1000)
            told = await owed.listed(tx, limit=1000)
        return evaluations(judged), deliveries([each.delivery for each in told])
    finally:
        await wire.close()
        await database.close()
        file.unlink()


def begun(
    database: Database, clock: FakeClock, wire: Wire, store: EventStore
) -> tuple[Process, EngineRunner]:
    """A new process, as far as anything is remembered."""
    runner = EngineRunner(Engine(store), store, parallel=1)
    return Process(database, clock, wire, runner), runner


async def through(process: Process, target: dt.datetime) -> None:
    """Time passes up to *target*; the evaluator wakes when it wants to, for what was kept quiet until then."""
    while (wake := process.evaluator.next_look(target)) < target:
        await process.until(max(wake, process.clock.now()))
        await process.tick()
    await process.until(target)


def evaluations(judged: Sequence[Evaluation]) -> list[str]:
    """Oldest first, but for what was measured and counted."""
    ordered = sorted(judged, key=lambda each: each.slot)
    same = {"number": 0, "duration": None, "sequence": None}
    return [codec.dumps(replace(each, recorded_at=each.slot, **same)) for each in ordered]


def deliveries(told: Sequence[Delivery]) -> list[str]:
    """But for what a provider answered, which nobody can know beforehand."""
    ordered = sorted(told, key=lambda each: each.id)
    return [json.dumps(replace(each, receipt=None).as_json(), sort_keys=True) for each in ordered]


class Wordless(Wire):
    """Takes whatever it is told."""

    def _message(self, body: Any) -> object:
        return body["kind"]


@pytest.mark.parametrize("seed", range(DEEP or len(ASKED)))
async def test_a_backtest_is_what_the_daemon_said(seed: int) -> None:
    chance = random.Random(seed)
    alert, events = an_alert(chance, ASKED[seed % len(ASKED)]), some_bursts(chance)
    said = await lived(alert, events, restarts={chance.randint(1, LENGTH)})
    async with stored(FakeClock(NOON + DAY), events) as store:
        runner = StoredRunner(Engine(store), store)
        found = await backtest(alert, TimeWindow(NOON, NOON + LENGTH * MINUTE), runner)
        runner.close()
    assert (evaluations(found.evaluations), deliveries(found.deliveries)) == said, alert


@pytest.mark.parametrize("seed", range(DEEP or 2))
async def test_a_rehearsal_is_what_the_daemon_said_of_events_that_come_late(seed: int) -> None:
    chance = random.Random(-seed - 1)
    alert = an_alert(chance, chance.choice(ASKED))
    events = some_bursts(chance, late=[0, 0, 1, 2, 4])
    _, said = await lived(alert, events)
    script = [Timed(each.arrives(), Event(line)) for each in events for line in each.lines()]
    found = await rehearse([alert], sorted(script, key=lambda one: one.at), NOON, LENGTH * MINUTE)
    assert deliveries([each.delivery for each in found]) == said, alert


@pytest.mark.parametrize("seed", range(DEEP // 4 or 1))
async def test_versions_and_thresholds_side_by_side_say_what_each_says_alone(seed: int) -> None:
    chance = random.Random(seed)
    stretch, events = TimeWindow(NOON, NOON + LENGTH * MINUTE), some_bursts(chance)
    alert = an_alert(chance, ASKED[chance.choice([0, 2, 3, 4, 5, 6])])
    other = an_alert(chance, ASKED[chance.randrange(len(ASKED))])

    async def alone(store: EventStore, one: Alert) -> dict[str, Any]:
        runner = StoredRunner(Engine(store), store)
        found = await backtest(one, stretch, runner)
        runner.close()
        return summary(found)

    async with stored(FakeClock(NOON + DAY), events) as store:
        together = await Backtests(lambda: Engine(store), store).run(
            alert, stretch, against=other, sweep="1,60"
        )
        said = await alone(store, alert)
        assert {name: together[name] for name in said} == said
        assert together["against"] == await alone(store, other)
        assert together["sweep"] == [
            {"threshold": each, **await alone(store, at_threshold(alert, each))} for each in (1, 60)
        ]
