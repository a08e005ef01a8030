"""A day of alerts in seconds: the real evaluator, outbox, sender, client and sweep, a receiver on the loopback, a clock moved by hand.

Nothing may grow: open episodes, leases, what is owed, rows of any table beyond their time, file handles, tasks, threads, memory.
Every half hour is like the one before, so the last is compared with the second: history is as long as it gets by then. In `make
test` there are three of them, in `make soak` a day.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import gc
import pathlib
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import func, select

from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.alerts import Alert, ChannelSpec, Policy
from lynxalert.config.settings import Settings, Store
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.housekeeping import Housekeeping
from lynxalert.daemon.keys import Keys
from lynxalert.daemon.sender import Sender
from lynxalert.daemon.silencing import Silencing
from lynxalert.events import EventStore
from lynxalert.notify.http import Http
from lynxalert.notify.matchers import parse_matcher
from lynxalert.state import Database, instances, owed
from lynxalert.state.tables import metadata
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Scripted
from tests.fakes import FakeClock
from tests.notify.provider import Answer, Provider, Request, outbound, serving
from tests.proofs.resting import Watched, rest

ROUNDS = 48 if settings.default is not None and settings.default.max_examples > 20 else 3
ROUND = 30  # minutes
HOSTS = ("a", "b", "c")
PERIOD = 15  # minutes; every host fires for some of them, at its own time
DOWN = range(9, 12)  # the minutes of a round at which the receiver is
SILENT = range(
    11, 17
)  # and those at which nobody is told of host `b`, which begins to fire and ends within them
KNOWN, EDITED, SWEPT, READ = 16, 20, 21, 22
HISTORY = "15m"
DESCRIPTORS = pathlib.Path("/proc/self/fd")
KEPT = "audit"  # for a year
LEAK = 25  # blocks of memory a minute: less than what is judged in one, and nothing beside a message
POOL = 8  # threads for odd jobs: as many as were ever wanted at once, up to some


def fires(host: str, minute: int) -> bool:
    return (minute + 3 * HOSTS.index(host)) % PERIOD < 4


def begins(host: str, minute: int) -> bool:
    return fires(host, minute) and (minute == 1 or not fires(host, minute - 1))


def is_told(host: str, minute: int) -> bool:
    """Whether the episode of *host* that begins at *minute* is."""
    return not (host == "b" and minute % ROUND in SILENT)


def rows(at: dt.datetime) -> list[Mapping[str, Any]]:
    minute = (at - NOON) // MINUTE
    return [{"host": host, "errors": 9 if fires(host, minute) else 0} for host in HOSTS]


def handles() -> int:
    """How many files and sockets this process has open, where that can be told."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.is_dir() else 0


@dataclass(frozen=True)
class Gauges:
    """What must not grow, as it stands when nothing fires."""

    open_episodes: int
    owed: int
    tables: Mapping[str, int]
    handles: int
    tasks: int
    threads: int
    blocks: int  # of memory, about one for each object

    @classmethod
    async def read(cls, database: Database) -> Gauges:
        async with database.read() as tx:
            standing = (await instances.of(tx, [ALERT.id]))[ALERT.id].values()
            counts = await owed.counts(tx)
            tables = {
                table.name: (await tx.execute(select(func.count()).select_from(table))).scalar_one()
                for table in metadata.sorted_tables
                if table.name != KEPT
            }
        _forget()
        return cls(
            open_episodes=sum(one.episode is not None for one in standing),
            owed=sum(many for status, many in counts.items() if status.is_owed),
            tables=tables,
            handles=handles(),
            tasks=len(asyncio.all_tasks()),
            threads=threading.active_count(),
            blocks=sys.getallocatedblocks(),
        )


def _forget() -> None:
    """What is remembered up to some limit grows until then; that is not meant."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and each.cache_info().maxsize is not None:
            each.cache_clear()
    gc.collect()


@dataclass
class Rig:
    """A daemon's judging and telling halves and its sweep."""

    database: Database
    provider: Provider
    http: Http
    store: EventStore
    clock: FakeClock
    accepted: Counter[str] = field(default_factory=Counter)
    down: bool = False

    def __post_init__(self) -> None:
        self.provider.rule = self._answer
        self.runner = Scripted(rows, ("host",))
        self.outbox = Watched(self.database)
        self.sender = Sender(self.outbox, self.http, self.clock, chance=lambda: 0.5)
        self.evaluator = Evaluator(
            self.database, self.runner, self.clock, committed=lambda _: self.sender.wake()
        )
        self.silencing = Silencing(self.database, self.clock, lambda _: None)
        self.settings = Settings(store=Store(history=HISTORY))  # type: ignore[arg-type] # as written
        keys = Keys(self.database, self.clock, Doorkeeper(self.clock))
        self.housekeeping = Housekeeping(self.store, self.database, self.clock, keys, lambda: self.settings)
        self.running = asyncio.get_running_loop().create_task(self.sender.run())

    def _answer(self, request: Request) -> Answer:
        self.provider.requests.clear()  # ours would grow
        if self.down:
            return Answer(503)
        body = request.json
        self.accepted[
            f"pager {body['event_action']}" if "event_action" in body else f"hook {body['kind']}"
        ] += 1
        return Answer()

    def alert(self, turn: int) -> Alert:
        url = self.provider.url
        hook = ChannelSpec(type="webhook", name="hook", config={"url": f"{url}/hook"})
        pager = ChannelSpec(type="pagerduty", name="pager", config={"routing_key": "R", "api_url": url})
        policy = Policy(flapping=None, cooldown=MINUTE)
        return replace(ALERT, name=f"Errors {turn % 2}", channels=(hook, pager), policy=policy)

    async def put(self, turn: int) -> None:
        await self.database.write(lambda tx: Edits().put(tx, self.alert(turn), self.clock.now()))

    async def minute(self, minute: int) -> None:
        """What happens at that minute after noon."""
        turn, within = divmod(minute, ROUND)
        self.down = within in DOWN
        await self._until(NOON + minute * MINUTE + SECOND)
        await self.evaluator.tick()
        if within == SILENT.start:
            now = self.clock.now()
            only_b = [parse_matcher('host="b"')]
            await self.silencing.create(only_b, now, now + len(SILENT) * MINUTE - SECOND, "test")
        if within == KNOWN:
            await self.silencing.acknowledge(self.alert(turn), {"host": "a"}, None, "test")
        if within == EDITED:
            await self.put(turn)
        if within == SWEPT:
            await self.housekeeping.sweep()
            self.runner.runs.clear()
            self.runner.windows.clear()
        await rest(self.sender, self.outbox, self.running)

    async def _until(self, target: dt.datetime) -> None:
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            self.clock.set(wake)
            await rest(self.sender, self.outbox, self.running)
        self.clock.set(target)

    async def end(self) -> None:
        self.sender.stop()
        await self.running


@asynccontextmanager
async def rigged(folder: pathlib.Path) -> AsyncIterator[Rig]:
    database = await Database.open(folder / "state.sqlite", lasting=False)
    clock = FakeClock(NOON + SECOND)
    store = EventStore(clock=clock)
    try:
        async with serving() as provider, Http(outbound(), clock) as http:
            rig = Rig(database, provider, http, store, clock)
            yield rig
            await rig.end()
    finally:
        store.close()
        await database.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_nothing_grows(tmp_path: pathlib.Path) -> None:
    told: Counter[str] = Counter()
    readings: list[Gauges] = []
    async with rigged(tmp_path) as rig:
        await rig.put(0)
        for minute in range(1, ROUNDS * ROUND):
            await rig.minute(minute)
            for host in HOSTS:
                told["fired"] += begins(host, minute) and is_told(host, minute)
                over = minute > 1 and not fires(host, minute) and fires(host, minute - 1)
                told["resolved"] += over and is_told(host, minute - 4)
            if minute % ROUND == READ:
                readings.append(await Gauges.read(rig.database))
    assert all((one.open_episodes, one.owed) == (0, 0) for one in readings), readings
    first, last = readings[1], readings[-1]
    assert last.tables == first.tables, "rows stay"
    assert last.handles <= first.handles + 2, "file handles grow"
    assert last.tasks <= first.tasks + 1, "tasks grow"
    assert last.threads <= first.threads + POOL, "threads grow"
    grown = (last.blocks - first.blocks) / ((len(readings) - 2) * ROUND)
    assert grown < LEAK, "memory grows"
    assert rig.accepted == {
        "hook fired": told["fired"],
        "hook resolved": told["resolved"],
        "pager trigger": told["fired"],
        "pager resolve": told["resolved"],
        "pager acknowledge": ROUNDS,
    }
