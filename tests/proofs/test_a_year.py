"""A year goes by: every table of the state stays as small as `store.history` says, and what is open is never swept."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import func, select

from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.alerts import Alert, Episode, Every
from lynxalert.clock import rfc3339
from lynxalert.config.settings import Settings, Store
from lynxalert.daemon.book import Book
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.housekeeping import Housekeeping
from lynxalert.daemon.keys import Keys
from lynxalert.daemon.moments import Moments
from lynxalert.events import EventStore
from lynxalert.notify.model import Status
from lynxalert.state import StoredOutbox, evidence, instances, tables
from tests.daemon.evaluating import ALERT, HOOK, MINUTE, NOON, Bench, Scripted

DAY = dt.timedelta(days=1)
STEP = 10 * DAY
KEPT = 60  # days
GROWING = (
    "evaluations",
    "transitions",
    "deliveries",
    "attempts",
    "evidence",
    "chronicle",
    "silences",
    "acks",
)


def answer(at: dt.datetime) -> list[dict[str, Any]]:
    """`a` fires all year long and ends with it, `b` every other time."""
    steps = (at - NOON) // STEP
    hosts = ["a"] * (steps < 37) + ["b"] * (steps % 2)
    return [{"host": host, "errors": 5} for host in hosts]


async def taken(bench: Bench) -> list[str]:
    """The provider takes whatever is due."""
    box, now, heard = StoredOutbox(bench.database), bench.clock.now(), []
    for destination in await box.destinations(now):
        while lanes := await box.claim(destination, now, now + MINUTE):
            head = lanes[0].deliveries[0]
            done = replace(
                head, status=Status.DELIVERED, attempt=head.attempt + 1, due_at=None, settled_at=now
            )
            await box.settle([done])
            heard.append(f"{head.kind} {head.key}")
    return heard


async def sizes(bench: Bench) -> dict[str, int]:
    async with bench.database.read() as tx:
        return {
            name: await tx.scalar(select(func.count()).select_from(getattr(tables, name))) or 0
            for name in GROWING
        }


@dataclass
class Year:
    """An alert judged every ten days, muted for a day each time, and what becomes of the state."""

    bench: Bench
    store: EventStore
    alert: Alert
    seen: list[dict[str, int]] = field(default_factory=list)
    heard: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        database, clock = self.bench.database, self.bench.clock
        settings = Settings(store=Store(history=f"{KEPT}d"))  # type: ignore[arg-type] # as written
        keys = Keys(database, clock, Doorkeeper(clock))
        self.keeping = Housekeeping(self.store, database, clock, keys, lambda: settings)
        self.book = Book(database, clock, Edits(), lambda _: None)

    async def step(self) -> None:
        self.bench.clock.tick(STEP)
        await self.bench.evaluator.tick()
        self.heard.append(await taken(self.bench))
        found = (await self.book.find(self.alert.id)).alert
        await self.book.mute(found, self.bench.clock.now() + DAY, "a deploy")
        await self.keeping.sweep()
        self.seen.append(await sizes(self.bench))


@pytest.fixture
async def year(tmp_path: pathlib.Path) -> AsyncIterator[Year]:
    policy = replace(ALERT.policy, repeat_interval=STEP, forget_after=400 * DAY)
    alert = replace(ALERT, schedule=Every(STEP, "10d"), window=STEP, policy=policy)
    bench = await Bench.open(tmp_path, Scripted(answer, ("host",)), alert)
    store = EventStore(clock=bench.clock)
    yield Year(bench, store, alert)
    store.close()
    await bench.database.close()


async def test_no_table_outgrows_what_is_kept_and_what_lasts_is_kept_whole(year: Year) -> None:
    bench = year.bench
    for _ in range(24):
        await year.step()
    (alert,) = (await Moments(bench.database).at(bench.clock.now())).found["alerts"]
    stood = next(each for each in alert["instances"] if each["key"] == {"host": "a"})
    began = min(each.started for each in await standing(bench))
    assert stood["started"] == began
    assert began < NOON + 2 * STEP
    async with bench.database.read() as tx:
        assert await evidence.of(tx, [stood["episode"]]) == {stood["episode"]: ["raw event"]}
    # Whoever joins after eight months is told how it began.
    later = replace(HOOK, name="later", config={"url": "https://example.com/later"})
    await bench.put(replace(year.alert, channels=(HOOK, later)))
    (told,) = [each for each in await bench.deliveries() if each.target.name == "later" and '"a"' in each.key]
    assert (str(told.kind), told.message.starts_at) == ("fired", rfc3339(began))
    await bench.put(year.alert)

    for _ in range(14):
        await year.step()
    assert max(each["evaluations"] for each in year.seen) <= KEPT * DAY // STEP + 1
    for name in GROWING:
        grown = max(each[name] for each in year.seen[-5:])
        assert grown <= max(each[name] for each in year.seen[10:24]) + 2, name  # and the one that joined
    assert year.heard[0] == ['fired {"host":"a"}'], year.heard
    assert 'resolved {"host":"a"}' in [one for each in year.heard[-3:] for one in each]


async def standing(bench: Bench) -> list[Episode]:
    async with bench.database.read() as tx:
        found = (await instances.of(tx, [ALERT.id]))[ALERT.id].values()
    return [each.episode for each in found if each.episode is not None]
