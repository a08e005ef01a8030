"""When a sender rests, without looking all the time: it asks its outbox last of all."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence

from lynxalert.alerts import ChannelSpec
from lynxalert.daemon.sender import Sender
from lynxalert.notify.outbox import Lane
from lynxalert.state import Database, StoredOutbox
from tests.fakes import settle


class Watched(StoredOutbox):
    """Says when the sender has asked, so that nobody need look all the time whether it rests."""

    def __init__(
        self, database: Database, error_channels: Callable[[], Sequence[ChannelSpec]] = tuple
    ) -> None:
        super().__init__(database, error_channels)
        self.asked = asyncio.Event()

    async def claim(
        self, destination: str, now: dt.datetime, lease_until: dt.datetime, most: int = 1
    ) -> Sequence[Lane]:
        try:
            return await super().claim(destination, now, lease_until, most)
        finally:
            self.asked.set()

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        try:
            return await super().next_due(now)
        finally:
            self.asked.set()


async def rest(sender: Sender, outbox: Watched, running: asyncio.Task[None]) -> None:
    """Until *sender*, which runs as *running*, waits for the clock or for news."""
    await settle(3)  # so that its alarm has rung
    async with asyncio.timeout(60):
        while not sender.is_idle:
            outbox.asked.clear()
            asked = asyncio.ensure_future(outbox.asked.wait())
            await asyncio.wait((asked, running), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            await settle(4)
    await settle(3)
