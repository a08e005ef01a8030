"""A sender on a real state file, a provider on loopback, a clock moved by hand."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lynxalert.alerts import Alert, ChannelSpec, Kind
from lynxalert.daemon.commit import gathered
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.sender import Sender
from lynxalert.notify.http import Http
from lynxalert.notify.model import Delivery
from lynxalert.notify.queueing import queue, situation_of
from lynxalert.state import Database, StoredOutbox, begun, outbox, owed
from tests.fakes import FakeClock, settle
from tests.notify.occasions import T, alert, occasion
from tests.notify.provider import Provider, outbound, serving

SECOND = dt.timedelta(seconds=1)


@dataclass
class Chat:
    """One alert, one channel, and what becomes of what is owed there."""

    database: Database
    provider: Provider
    clock: FakeClock
    sender: Sender
    outcomes: asyncio.Queue[Delivery]
    alert: Alert = field(default_factory=alert)

    async def through(self, spec: ChannelSpec, **changes: Any) -> None:
        """From here on messages go through *spec*."""
        self.alert = alert(spec, **changes)
        await self.database.write(lambda tx: Edits().put(tx, self.alert, self.clock.now()))

    async def tell(
        self,
        numbers: Sequence[int],
        kind: Kind = Kind.FIRED,
        *,
        of: Alert | None = None,
        crowd: bool = False,
    ) -> None:
        """The instances *numbers* begin, or end; *crowd*: among many others."""
        definition, now = of or self.alert, self.clock.now()
        told = [
            occasion(
                kind,
                alert=definition,
                alert_id=definition.id,
                at=now,
                started=T,
                sequence=2 if kind is Kind.RESOLVED else 1,
                episode=f"{definition.id}-{number:08d}",
                labels={"host": f"h{number}"},
            )
            for number in numbers
        ]
        names = {each.transition.episode for each in told}

        async def work(tx: Any) -> None:
            starts = await begun.starts(tx, definition.id, names, now)
            situation = situation_of(definition, now, starts=starts, crowd=crowd)
            await outbox.enqueue(tx, await gathered(tx, queue(told, situation), situation))

        await self.database.write(work)
        self.sender.wake()

    async def outcome(self) -> Delivery:
        return await asyncio.wait_for(self.outcomes.get(), 90)

    async def rows(self) -> list[Delivery]:
        async with self.database.read() as tx:
            found = await owed.listed(tx, limit=100_000)
        return [each.delivery for each in reversed(found)]

    async def counts(self) -> dict[str, int]:
        async with self.database.read() as tx:
            return {str(status): many for status, many in (await owed.counts(tx)).items()}

    async def later(self, by: dt.timedelta) -> None:
        """Let the time pass, from alarm to alarm, each time until nothing is in flight."""
        target = self.clock.now() + by
        await self.quiet()
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            self.clock.set(wake)
            await settle(2)
            await self.quiet()
        self.clock.set(target)

    async def quiet(self) -> None:
        """Until the sender waits for the clock or for news."""
        async with asyncio.timeout(90):
            while not self.sender.is_idle:  # noqa: ASYNC110 - it tells nobody when it rests
                await asyncio.sleep(0)
        await settle()  # so that its alarm is set


def chat_spec(provider: Provider, kind: str = "telegram", **changes: Any) -> ChannelSpec:
    config = {
        "telegram": {"bot_token": "1:x", "chat_id": 7, "api_url": provider.url},
        "webhook": {"url": f"{provider.url}/hook"},
        "pagerduty": {"routing_key": "R", "api_url": provider.url},
    }
    return ChannelSpec(type=kind, name=kind, config=config[kind], **changes)


@contextlib.asynccontextmanager
async def chatting(folder: pathlib.Path) -> AsyncIterator[Chat]:
    clock = FakeClock(T)
    outcomes: asyncio.Queue[Delivery] = asyncio.Queue()
    database = await Database.open(folder / "state.sqlite", lasting=False)
    async with serving() as provider, Http(outbound(), clock) as http, asyncio.TaskGroup() as group:
        sender = Sender(StoredOutbox(database), http, clock, chance=lambda: 0.5, settled=outcomes.put_nowait)
        running = group.create_task(sender.run())
        yield Chat(database, provider, clock, sender, outcomes)
        provider.release()
        sender.stop()
        await running
    await database.close()
