"""A message about to be sent → the same with its chart, where the channel takes one; without, rather than late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from lynxalert.alerts.model import Kind
from lynxalert.notify.channel import Channel
from lynxalert.notify.chart import Charts, Pictured
from lynxalert.notify.message import Message
from lynxalert.notify.model import Delivery
from lynxalert.state import Database, definitions

# Kinds that have a curve to show.
SHOWN = (Kind.FIRED, Kind.CHANGED, Kind.REPEATED, Kind.RESOLVED)

Illustrate: TypeAlias = Callable[[Channel, Delivery, Message], Awaitable[Message]]


async def leave(_channel: Channel, _delivery: Delivery, message: Message) -> Message:
    """The message as it is."""
    return message


class Illustrator:
    """Draws what is sent along. What it cannot draw, or not soon, is left out: the text is the message."""

    def __init__(self, charts: Charts, database: Database) -> None:
        self._charts = charts
        self._database = database

    async def __call__(self, channel: Channel, delivery: Delivery, message: Message) -> Message:
        """*message* with its picture."""
        if not channel.takes_pictures or message.degraded or delivery.kind not in SHOWN:
            return message
        async with self._database.read() as tx:
            found = await definitions.load(tx, delivery.alert_id)
        if found is None:
            return message
        pictured = Pictured(
            alert=found.alert,
            key=delivery.key,
            at=dt.datetime.fromisoformat(message.sent_at),
            fired=dt.datetime.fromisoformat(message.starts_at),
        )
        return replace(message, picture=await self._charts.draw(pictured))
