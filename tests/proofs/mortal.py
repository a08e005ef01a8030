"""Lives a few minutes of an alert in a process of its own, which may kill itself at a named point; or lives on from there.

The evaluator, the outbox, the sender, the client and the provider at the other end are real; events and the clock are not.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import pathlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.alerts.model import Grouping, Pace
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.sender import Sender
from lynxalert.notify.answers import Reply
from lynxalert.notify.http import Http
from lynxalert.notify.model import Delivery
from lynxalert.notify.queueing import queue
from lynxalert.plan import Result, TimeWindow
from lynxalert.state import Database
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Scripted
from tests.fakes import FakeClock
from tests.notify.provider import outbound
from tests.proofs.resting import Watched, rest

# In the order in which a message meets them.
POINTS = ("queried", "deciding", "committed", "accepted", "settling", "settled")
SHAPES = ("single", "group", "digest")
HOSTS = ("a", "b", "c")
FIRING = {2, 3, 5}  # the minutes at which every host is over the limit
LAST = 7

Reached = Callable[[str], None]


def killer(point: str, nth: int) -> Reached:
    """Ends this very process, without a goodbye, when it comes to *point* for the *nth* time."""
    counts = dict.fromkeys(POINTS, 0)

    def reached(name: str) -> None:
        counts[name] += 1
        if (name, counts[name]) == (point, nth):
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def die(folder: str, spec: ChannelSpec, point: str, nth: int) -> None:
    """What the process does."""
    asyncio.run(live(pathlib.Path(folder), spec, killer(point, nth)))


def channel(kind: str, shape: str, url: str) -> ChannelSpec:
    """A channel of *kind* whose messages take *shape*."""
    config = {
        "telegram": {"bot_token": "1:x", "chat_id": 7, "api_url": url},
        "webhook": {"url": f"{url}/hook"},
        "pagerduty": {"routing_key": "R", "api_url": url},
    }[kind]
    spec = ChannelSpec(type=kind, name=kind, config=config)
    if shape == "group":
        return replace(spec, grouping=Grouping(("alertname",), wait=10 * SECOND, interval=20 * SECOND))
    return replace(spec, pace=Pace(60, MINUTE, 2 if shape == "digest" else 20))


class Watching(Scripted):
    """A runner that says when a query was answered."""

    reached: Reached

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        result = await super().run(alert, window, now)
        self.reached("queried")
        return result


class Answered(Http):
    """A client that says when a provider has accepted, before anybody else hears of it."""

    reached: Reached

    async def request(self, *args: Any, **more: Any) -> Reply:  # type: ignore[override] # whatever they are
        reply = await super().request(*args, **more)
        self.reached("accepted")
        return reply


@dataclass
class Life:
    """One process."""

    folder: pathlib.Path
    clock: FakeClock
    evaluator: Evaluator
    sender: Sender
    outbox: Watched
    running: asyncio.Task[None]
    reached: Reached

    async def go(self) -> None:
        """From where the life before ended, minute by minute, each until nothing is under way."""
        self.sender.wake()
        await self.rest()
        while True:
            (self.folder / "now").write_text(self.clock.now().isoformat(), encoding="utf-8")
            await self.evaluator.tick()
            self.reached("committed")
            self.sender.wake()
            await self.rest()
            if self.clock.now() >= NOON + LAST * MINUTE:
                return
            await self.wait(self.clock.now() + MINUTE)

    async def wait(self, target: dt.datetime) -> None:
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            self.clock.set(wake)
            (self.folder / "now").write_text(self.clock.now().isoformat(), encoding="utf-8")
            await self.rest()
        self.clock.set(target.replace(second=1))

    async def rest(self) -> None:
        await rest(self.sender, self.outbox, self.running)


class Settled(Watched):
    """An outbox that says when it is about to mark something as delivered, and when it has."""

    reached: Reached

    async def settle(self, settled: Sequence[Delivery]) -> None:
        self.reached("settling")
        await super().settle(settled)
        self.reached("settled")


def nowhere(_: str) -> None:
    """Lives on."""


async def live(folder: pathlib.Path, spec: ChannelSpec, reached: Reached = nowhere) -> None:
    """A life in *folder*, begun or continued."""
    database = await Database.open(folder / "state.sqlite", lasting=False)
    remembered = folder / "now"
    now = dt.datetime.fromisoformat(remembered.read_text()) if remembered.exists() else NOON + SECOND
    clock = FakeClock(now)
    if not remembered.exists():
        alert = replace(ALERT, channels=(spec,))
        await database.write(lambda tx: Edits().put(tx, alert, now))

    def rows(at: dt.datetime) -> list[dict[str, Any]]:
        return [{"host": host, "errors": 9 if (at - NOON) // MINUTE in FIRING else 0} for host in HOSTS]

    def deliver(occasions: Sequence[Any], situation: Any) -> Sequence[Delivery]:
        reached("deciding")  # within the transaction, after instances were written
        return queue(occasions, situation)

    runner, outbox = Watching(rows, ("host",)), Settled(database)
    runner.reached = outbox.reached = reached
    async with Answered(outbound(), clock) as http, asyncio.TaskGroup() as group:
        http.reached = reached
        sender = Sender(outbox, http, clock, chance=lambda: 0.5)
        running = group.create_task(sender.run())
        evaluator = Evaluator(database, runner, clock, voice=Voice(deliver=deliver))
        await Life(folder, clock, evaluator, sender, outbox, running, reached).go()
        sender.stop()
        await running
    await database.close()
