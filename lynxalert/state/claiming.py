"""Due deliveries of one destination → leased lanes, several at a time: what one commit costs is shared by all of them.

Not here: whether a lane is sent (`lanes`), and how many a destination takes at once (`gates`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ChannelSpec, Kind
from lynxalert.notify.model import Delivery, Status, Target
from lynxalert.notify.outbox import Lane
from lynxalert.notify.queueing import made
from lynxalert.notify.render import written
from lynxalert.state import definitions
from lynxalert.state.deliveries import ACCEPTED, OWED, channel_of, delivery, is_free_to_go
from lynxalert.state.tables import deliveries

LEASED = str(Status.LEASED)
# What tells lanes of one destination apart: episode, type and name of the target.
Place: TypeAlias = tuple[str, str, str]


def is_head() -> ColumnElement[bool]:
    """Nothing earlier of the same episode is owed to the same target."""
    earlier = deliveries.alias("earlier")
    return ~exists().where(
        earlier.c.episode == deliveries.c.episode,
        earlier.c.type == deliveries.c.type,
        earlier.c.name == deliveries.c.name,
        earlier.c.destination == deliveries.c.destination,
        earlier.c.sequence < deliveries.c.sequence,
        earlier.c.status.in_(OWED),
    )


async def claim(
    tx: AsyncConnection,
    destination: str,
    now: dt.datetime,
    lease_until: dt.datetime,
    most: int,
    others: Sequence[ChannelSpec],
) -> tuple[Lane, ...]:
    """Lease at most *most* due deliveries of *destination* that head their lanes, the longest waiting first.

    None while something is in flight there. *others* are channels that belong to no alert.
    """
    asked = {"destination": destination, "now": now, "most": most}
    heads: Sequence[str] = (await tx.execute(_HEADS, asked)).scalars().all()
    if not heads:
        return ()
    leased = {"status": LEASED, "lease_until": lease_until}
    await tx.execute(update(deliveries).where(deliveries.c.id.in_(heads)).values(leased))
    episodes = select(deliveries.c.episode).where(deliveries.c.id.in_(heads))
    mine = and_(deliveries.c.destination == destination, deliveries.c.episode.in_(episodes))
    owed: dict[Place, list[Delivery]] = {}
    rows = await tx.execute(
        select(deliveries).where(mine, deliveries.c.status.in_(OWED)).order_by(deliveries.c.sequence)
    )
    for row in rows.mappings():
        owed.setdefault((row["episode"], row["type"], row["name"]), []).append(delivery(row))
    receipts = await _receipts(tx, mine)
    by_head = {lane[0].id: (place, lane) for place, lane in owed.items()}
    specs = _Specs(tx, others)
    lanes = [
        Lane(tuple(lane), place in receipts, await specs.of(lane[0]), receipts.get(place))
        for place, lane in (by_head[head] for head in heads)
    ]
    return tuple([await _written(tx, lane) for lane in lanes])


async def release(tx: AsyncConnection, ids: Sequence[str]) -> None:
    """Give back what was leased and not tried."""
    freed = update(deliveries).where(deliveries.c.id.in_(ids), deliveries.c.status == LEASED)
    await tx.execute(freed.values(status=str(Status.RETRYING), lease_until=None))


async def _written(tx: AsyncConnection, lane: Lane) -> Lane:
    """*lane*, the texts of its head written and stored: whatever becomes of this attempt, the next sends the same."""
    head, spec = lane.deliveries[0], lane.channel
    if head.message.unwritten is None:
        return lane
    message = written(head.message, made(spec) if spec is not None else None)
    await tx.execute(update(deliveries).where(deliveries.c.id == head.id).values(message=message.as_json()))
    return replace(lane, deliveries=(replace(head, message=message), *lane.deliveries[1:]))


class _Specs:
    """The configurations behind deliveries, each looked for once."""

    def __init__(self, tx: AsyncConnection, others: Sequence[ChannelSpec]) -> None:
        self._tx = tx
        self._others = others
        self._of_alerts: dict[str, Sequence[ChannelSpec]] = {}
        self._found: dict[tuple[str, Target], ChannelSpec | None] = {}

    async def of(self, head: Delivery) -> ChannelSpec | None:
        """What leads to the target of *head*."""
        asked = (head.alert_id, head.target)
        if asked not in self._found:
            if head.alert_id not in self._of_alerts:
                self._of_alerts[head.alert_id] = await definitions.channels(self._tx, head.alert_id)
            specs = (*self._of_alerts[head.alert_id], *self._others)
            self._found[asked] = channel_of(specs, head.target)
        return self._found[asked]


async def _receipts(tx: AsyncConnection, mine: ColumnElement[bool]) -> dict[Place, str | None]:
    """The lanes in which something other than an end was accepted, with the first receipt there is."""
    d = deliveries.c
    found = (
        select(d.episode, d.type, d.name, d.receipt)
        .where(mine, d.status.in_(ACCEPTED), d.kind != str(Kind.RESOLVED))
        .order_by(d.receipt.is_(None), d.sequence)
    )
    receipts: dict[Place, str | None] = {}
    for episode, kind, name, receipt in await tx.execute(found):
        receipts.setdefault((episode, kind, name), receipt)
    return receipts


def _heads() -> Select[Any]:
    """Ids of what is due at a destination, oldest first. A part for each status: each reads its index in order."""
    now: BindParameter[dt.datetime] = bindparam("now", type_=deliveries.c.due_at.type)
    most: BindParameter[int] = bindparam("most")
    there: BindParameter[str] = bindparam("destination")
    d = deliveries.c
    parts = []
    for status, when in (
        (str(Status.QUEUED), d.due_at),
        (str(Status.RETRYING), d.due_at),
        (LEASED, d.lease_until),
    ):
        due = select(d.id, d.due_at, d.number).where(d.status == status, d.destination == there, when <= now)
        part = due.where(is_head(), is_free_to_go()).order_by(d.due_at, d.number).limit(most).subquery()
        parts.append(select(part))
    flying = deliveries.alias("flying")
    busy = exists().where(
        flying.c.destination == there, flying.c.status == LEASED, flying.c.lease_until > now
    )
    every = union_all(*parts).subquery()
    return select(every.c.id).where(~busy).order_by(every.c.due_at, every.c.number).limit(most)


_HEADS = _heads()
