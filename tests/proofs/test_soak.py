"""A day of alerts in seconds: the real evaluator, outbox, sender and client, a receiver on the loopback, a clock moved by hand.

Nothing may grow: open episodes, leases, what is owed, file handles, tasks. In `make test` it is an hour, in `make soak` a day.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import settings

from lynxalert.alerts import Alert, ChannelSpec, Policy
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.sender import Sender
from lynxalert.notify.http import Http
from lynxalert.notify.model import Kind
from lynxalert.state import Database, instances, owed
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Scripted
from tests.fakes import FakeClock
from tests.notify.provider import Answer, Provider, outbound, serving
from tests.proofs.resting import Watched, rest

HOURS = 24 if settings.default is not None and settings.default.max_examples > 20 else 1
HOSTS = ("a", "b", "c")
PERIOD = 15  # minutes; every host fires for some of them, at its own time
NIGHTLY = range(20, 26)  # the minutes of an hour at which the receiver is down
DESCRIPTORS = pathlib.Path("/proc/self/fd")


def fires(host: str, minute: int) -> bool:
    return (minute + 3 * HOSTS.index(host)) % PERIOD < 4


def rows(at: dt.datetime) -> list[Mapping[str, Any]]:
    minute = (at - NOON) // MINUTE
    return [{"host": host, "errors": 9 if fires(host, minute) else 0} for host in HOSTS]


def handles() -> int:
    """How many files and sockets this process has open, where that can be told."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.is_dir() else 0


@dataclass
class Gauges:
    """What must not grow, as it stands when nothing fires."""

    open_episodes: int
    owed: int
    handles: int
    tasks: int

    @classmethod
    async def read(cls, database: Database) -> Gauges:
        async with database.read() as tx:
            standing = (await instances.of(tx, [ALERT.id]))[ALERT.id].values()
            counts = await owed.counts(tx)
        waiting = sum(many for status, many in counts.items() if status in ("queued", "leased", "retrying"))
        return cls(
            sum(one.episode is not None for one in standing), waiting, handles(), len(asyncio.all_tasks())
        )


def alert(provider: Provider) -> Alert:
    hook = ChannelSpec(type="webhook", name="hook", config={"url": f"{provider.url}/hook"})
    pager = ChannelSpec(type="pagerduty", name="pager", config={"routing_key": "R", "api_url": provider.url})
    return replace(ALERT, channels=(hook, pager), policy=Policy(flapping=None, cooldown=MINUTE))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_nothing_grows(tmp_path: pathlib.Path) -> None:
    database = await Database.open(tmp_path / "state.sqlite", lasting=False)
    clock, ends = FakeClock(NOON + SECOND), 0
    runner = Scripted(rows, ("host",))
    readings: list[Gauges] = []
    async with serving() as provider, Http(outbound(), clock) as http, asyncio.TaskGroup() as group:
        await database.write(lambda tx: Edits().put(tx, alert(provider), clock.now()))
        outbox = Watched(database)
        sender = Sender(outbox, http, clock, chance=lambda: 0.5)
        running = group.create_task(sender.run())
        evaluator = Evaluator(database, runner, clock, committed=lambda _: sender.wake())
        for minute in range(1, HOURS * 60 + 1):
            provider.otherwise = Answer(503) if minute % 60 in NIGHTLY else Answer()
            target = NOON + minute * MINUTE + SECOND
            while (wake := clock.next_wake()) is not None and wake <= target:
                clock.set(wake)
                await rest(sender, outbox, running)
            clock.set(target)
            await evaluator.tick()
            await rest(sender, outbox, running)
            ends += sum(minute > 1 and fires(host, minute - 1) and not fires(host, minute) for host in HOSTS)
            if not any(fires(host, minute) for host in HOSTS) and minute % 60 > 40:
                runner.runs.clear()
                runner.windows.clear()
                readings.append(await Gauges.read(database))
        sender.stop()
        await running
    assert all((one.open_episodes, one.owed) == (0, 0) for one in readings), readings
    assert max(one.handles for one in readings) <= readings[0].handles + 2, "file handles grow"
    assert max(one.tasks for one in readings) <= readings[0].tasks + 1, "tasks grow"
    async with database.read() as tx:
        listed = [each.delivery for each in await owed.listed(tx, limit=1_000_000)]
    told = Counter((each.target.name, each.kind) for each in listed)
    firing = sum(fires(host, HOURS * 60) for host in HOSTS)
    assert told["hook", Kind.RESOLVED] == told["pager", Kind.RESOLVED] == ends
    assert told["hook", Kind.FIRED] == told["pager", Kind.FIRED] == ends + firing
    await database.close()
