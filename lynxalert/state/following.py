"""A channel that was given another address → what its old one never took is owed to the new one.

Whoever mends a wrong address or key at night wants the message that waits, not the next one.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Kind
from lynxalert.notify.model import Status, Target
from lynxalert.state import owed
from lynxalert.state.deliveries import ACCEPTED
from lynxalert.state.tables import deliveries

STARTS = (str(Kind.FIRED), str(Kind.NO_DATA), str(Kind.FLAPPING))


async def follow(tx: AsyncConnection, alert_id: str, old: Target, new: Target, now: dt.datetime) -> None:
    """Move what *old* never took to *new*; what it refused of episodes that go on is owed again.

    An episode of which *old* accepted something, or may be accepting it now, stays there: its end must arrive where
    its start did.
    """
    d, taken = deliveries.c, deliveries.alias("taken").c
    told = select(taken.episode).where(
        taken.alert_id == alert_id,
        taken.type == old.type,
        taken.name == old.name,
        taken.destination == old.destination,
        taken.status.in_((*ACCEPTED, str(Status.LEASED))),
    )
    mine = and_(d.alert_id == alert_id, d.type == old.type, d.name == old.name, d.episode.not_in(told))
    there = and_(mine, d.destination == old.destination)
    retrying = and_(there, d.status == str(Status.RETRYING))
    await tx.execute(update(deliveries).where(retrying).values(due_at=now))
    ends = deliveries.alias("ends").c
    ended = select(ends.episode).where(ends.alert_id == alert_id, ends.kind == str(Kind.RESOLVED))
    refused = select(d.id).where(
        there, d.status == str(Status.FAILED), d.kind.in_(STARTS), d.episode.not_in(ended)
    )
    again = (await tx.execute(refused.order_by(d.number))).scalars().all()
    moved = {"destination": new.destination, "stateful": new.stateful}
    await tx.execute(update(deliveries).where(there).values(moved))
    for delivery_id in again:
        await owed.try_again(tx, delivery_id, now)
