"""From stored events to what receivers hear, nothing scripted but the clock: ways in which alerts are wrong elsewhere.

A count that rose and fell while nobody was there is told; an evaluation that fails is made good over the same window and
never counted as made; a cooldown moves messages, not the slots of a cron; what lasts longer than history is kept still ends.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import pathlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.alerts import Alert, ChannelSpec, Cron
from lynxalert.config.settings import Settings, Store
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.housekeeping import Housekeeping
from lynxalert.daemon.keys import Keys
from lynxalert.daemon.runner import EngineRunner
from lynxalert.daemon.sender import Sender
from lynxalert.engine import Engine, QueryTimeOut
from lynxalert.events import EventStore
from lynxalert.notify.http import Http
from lynxalert.plan import Result, TimeWindow
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench
from tests.notify.provider import Answer, Provider, Request, outbound, serving
from tests.proofs.resting import Watched, rest

COUNTED = replace(
    ALERT, query="level=error | stats count as errors | where errors > 2", when={"type": "any_rows"}
)


class Faltering(Engine):
    """Runs out of time so many *times* over windows that end at *at*. It notes which windows it was asked for."""

    at: dt.datetime | None = None
    times: int = 0
    asked: Sequence[TimeWindow] = ()

    def query(self, *args: Any, window: TimeWindow, **more: Any) -> Result:
        self.asked = (*self.asked, window)
        if window.end == self.at and self.times:
            self.times -= 1
            raise QueryTimeOut(30 * SECOND)
        return super().query(*args, window=window, **more)


@dataclass
class Road:
    """A daemon's two halves over one state file and one event store, and what a webhook and a pager heard, and when."""

    bench: Bench
    store: EventStore
    engine: Faltering
    http: Http
    provider: Provider
    heard: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """A new process, as far as anything is remembered."""
        self.provider.rule = self._hear
        self.runner = EngineRunner(self.engine, self.store, parallel=1)
        self.outbox = Watched(self.bench.database)
        self.sender = Sender(self.outbox, self.http, self.bench.clock, chance=lambda: 0.5)
        self.evaluator = Evaluator(
            self.bench.database, self.runner, self.bench.clock, committed=lambda _: self.sender.wake()
        )
        self.running = asyncio.get_running_loop().create_task(self.sender.run())

    async def end(self) -> None:
        self.sender.stop()
        await self.running
        self.runner.close()

    async def put(self, alert: Alert) -> None:
        hook = ChannelSpec(type="webhook", name="hook", config={"url": f"{self.provider.url}/hook"})
        config = {"routing_key": "R", "api_url": self.provider.url}
        pager = ChannelSpec(type="pagerduty", name="pager", config=config)
        await self.bench.put(replace(alert, channels=(hook, pager)))

    def log(self, minute: int, count: int) -> None:
        """Errors within that minute after noon."""
        at = NOON + minute * MINUTE
        lines = [{"_time": (at + n * SECOND).isoformat(), "level": "error", "n": n} for n in range(count)]
        self.store.ingest([json.dumps(each) for each in lines])

    async def until(self, target: dt.datetime) -> None:
        """Time passes, from instant to instant at which one of the halves has something to do."""
        clock = self.bench.clock
        while True:
            for _ in range(2):  # its loop looks again after a commit
                await self.evaluator.tick()
            await rest(self.sender, self.outbox, self.running)
            if clock.now() == target:
                return
            wakes = (clock.next_wake(), self.evaluator.next_look(clock.now()), target)
            clock.set(min(filter(None, wakes)))

    def _hear(self, request: Request) -> Answer:
        body = request.json
        if "event_action" in body:
            said = f"pager {body['event_action']}"
        else:
            (one,) = body["alerts"]
            ended = f" to {one['endsAt'][11:16]}" if body["status"] == "resolved" else ""
            said = f"hook {body['kind']} {one['startsAt'][11:16]}{ended}"
        self.heard.append(f"{self.bench.clock.now():%H:%M:%S} {said}")
        return Answer()

    async def sweep(self, history: str) -> None:
        """What the daemon does every hour."""
        clock, database = self.bench.clock, self.bench.database
        settings = Settings(store=Store(history=history))  # type: ignore[arg-type] # as written
        keys = Keys(database, clock, Doorkeeper(clock))
        await Housekeeping(self.store, database, clock, keys, lambda: settings).sweep()

    async def judged(self) -> Sequence[str]:
        """`12:03 judged 3`, `12:03 error`."""
        found = await self.bench.evaluations()
        return [f"{each.slot:%H:%M} {each.kind}" + (f" {each.rows}" if each.rows else "") for each in found]


@asynccontextmanager
async def opened(folder: pathlib.Path) -> AsyncIterator[Road]:
    bench = await Bench.open(folder, None)  # type: ignore[arg-type] # its own evaluator judges nothing
    store = EventStore(clock=bench.clock)
    try:
        async with serving() as provider, Http(outbound(), bench.clock) as http:
            road = Road(bench, store, Faltering(store), http, provider)
            road.begin()
            yield road
            await road.end()
    finally:
        store.close()
        await bench.database.close()


@pytest.fixture
async def road(tmp_path: pathlib.Path) -> AsyncIterator[Road]:
    async with opened(tmp_path) as found:
        yield found


async def test_one_three_one_while_nobody_was_there(road: Road) -> None:
    """Over three windows with 1, 3 and 1 events, `> 2` begins and ends: both are told, by one message where no incident is kept."""
    await road.put(COUNTED)
    await road.until(NOON + MINUTE)
    await road.end()
    for minute, count in enumerate([1, 3, 1], start=1):
        road.log(minute, count)
    road.bench.clock.set(NOON + 4 * MINUTE + SECOND)
    road.begin()
    await road.until(NOON + 5 * MINUTE + SECOND)
    assert await road.judged() == [
        "12:01 judged",
        "12:02 judged",
        "12:03 judged 1",
        "12:04 judged",
        "12:05 judged",
    ]
    assert await road.bench.told() == ["12:03 fired #1", "12:04 resolved #2"]
    assert sorted(road.heard) == [
        "12:04:01 pager resolve",
        "12:04:01 pager trigger",
        "12:04:06 hook resolved 12:03 to 12:04",
    ]


async def test_an_evaluation_that_fails_is_made_good_over_the_same_window(road: Road) -> None:
    """It is not counted as evaluated, tells nobody anything, and keeps no later slot from its own window."""
    await road.put(replace(COUNTED, policy=replace(COUNTED.policy, hold=MINUTE)))
    road.log(1, 3)
    road.log(2, 4)
    road.engine.at, road.engine.times = NOON + 3 * MINUTE, 2
    await road.until(NOON + 3 * MINUTE + 4 * SECOND)
    cursor = await road.bench.cursor()
    assert (cursor.next_slot, cursor.checked_at) == (NOON + 3 * MINUTE, NOON + 2 * MINUTE)
    assert (cursor.counts.evaluations, cursor.counts.errors) == (2, 1)
    assert road.heard == []
    await road.until(NOON + 5 * MINUTE)
    assert await road.judged() == [
        "12:01 judged",
        "12:02 judged 1",
        "12:03 error",
        "12:03 error",
        "12:03 judged 1",
        "12:04 judged",
        "12:05 judged",
    ]
    windows = [each for each in road.engine.asked if each.end == NOON + 3 * MINUTE]
    assert windows[:3] == [TimeWindow(NOON + 2 * MINUTE, NOON + 3 * MINUTE)] * 3, "and then its evidence"
    cursor = await road.bench.cursor()
    assert (cursor.counts.evaluations, cursor.counts.errors) == (5, 2)
    assert sorted(road.heard) == [
        "12:03:15 hook fired 12:03",
        "12:03:15 pager trigger",
        "12:04:00 hook resolved 12:03 to 12:04",
        "12:04:00 pager resolve",
    ]


async def test_a_cooldown_keeps_the_slots_of_a_cron(road: Road) -> None:
    """Twelve minutes of quiet after each start: what still fires then is told then, and every fifth minute is judged."""
    every = Cron("*/5 * * * *")
    policy = replace(COUNTED.policy, cooldown=12 * MINUTE)
    await road.put(replace(COUNTED, schedule=every, window=5 * MINUTE, policy=policy))
    for minute in (1, 11, 22, 31):
        road.log(minute, 3)
    await road.until(NOON + 16 * MINUTE)
    await road.end()
    road.begin()
    await road.until(NOON + 41 * MINUTE)
    assert await road.judged() == [
        "12:05 judged 1",
        "12:10 judged",
        "12:15 judged 1",
        "12:20 judged",
        "12:25 judged 1",
        "12:30 judged",
        "12:35 judged 1",
        "12:40 judged",
    ]
    assert [each.removeprefix("12:") for each in road.heard if "hook" in each] == [
        "05:00 hook fired 12:05",
        "10:00 hook resolved 12:05 to 12:10",
        "17:00 hook fired 12:15",
        "20:00 hook resolved 12:15 to 12:20",
        "29:00 hook fired 12:25",
        "30:00 hook resolved 12:25 to 12:30",
    ]


async def test_what_lasts_longer_than_history_is_kept_still_ends(road: Road) -> None:
    """Neither an end nor a cooldown forgets the start that it goes by."""
    policy = replace(COUNTED.policy, cooldown=30 * MINUTE)
    await road.put(replace(COUNTED, policy=policy))
    for minute in (*range(21), 24):
        road.log(minute, 3)
    await road.until(NOON + 20 * MINUTE)
    await road.sweep("5m")
    await road.until(NOON + 23 * MINUTE)
    await road.sweep("1m")
    await road.until(NOON + 25 * MINUTE)
    assert await road.bench.phases() == {"{}": "firing"}
    assert sorted(road.heard) == [
        "12:01:00 hook fired 12:01",
        "12:01:00 pager trigger",
        "12:22:00 hook resolved 12:01 to 12:22",
        "12:22:00 pager resolve",
    ]
