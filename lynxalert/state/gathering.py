"""Many deliveries due at one target → one digest in their place, and back: what a digest comes to, they come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Kind
from lynxalert.notify.digest import Item
from lynxalert.notify.grouping import Gathered
from lynxalert.notify.model import Delivery, Quiet, Special, Status, Target
from lynxalert.state import codec
from lynxalert.state.deliveries import ACCEPTED, OWED, columns, is_free_to_go
from lynxalert.state.tables import deliveries

_BATCH = 500


async def waiting_at(tx: AsyncConnection, target: Target, now: dt.datetime, most: int) -> int:
    """How many deliveries *target* could be sent at once; *most* if there are more."""
    found = select(deliveries.c.id).where(_at(target), _due(now), _unblocked(now)).limit(most)
    return (await tx.execute(select(func.count()).select_from(found.subquery()))).scalar_one()


async def items(
    tx: AsyncConnection, head: Delivery, now: dt.datetime, *, group: str | None
) -> tuple[Item, ...]:
    """What could go out with *head*: all that is due at its target, or in its group alone, oldest first."""

    def said(path: str) -> ColumnElement[Any]:
        return func.json_extract(deliveries.c.message, path)

    d = deliveries.c
    found = select(
        d.id,
        d.episode,
        d.sequence,
        d.kind,
        d.alert_id,
        said("$.alert.name"),
        said("$.state"),
        said("$.severity"),
        said("$.title"),
        said("$.labels"),
        said("$.starts_at"),
        said("$.ends_at"),
        _was_accepted(),
    ).where(_at(head.target), or_(d.id == head.id, _due(now)), _unblocked(now), d.kind != str(Special.DIGEST))
    if group is not None:
        found = found.where(d.group == group)
    rows = await tx.execute(found.order_by(d.number, d.sequence))
    return tuple(
        Item(
            id=row[0],
            episode=row[1],
            sequence=row[2],
            kind=Kind(row[3]),
            alert_id=row[4],
            alert=row[5] or "",
            state=row[6],
            severity=row[7],
            title=row[8],
            labels=codec.loads(row[9]) if row[9] else {},
            starts_at=row[10],
            ends_at=row[11],
            accepted=bool(row[12]),
        )
        for row in rows
    )


async def bind(tx: AsyncConnection, digest: Delivery, members: Sequence[str]) -> None:
    """Store *digest*; *members* stay owed, held until it is settled."""
    await tx.execute(insert(deliveries), columns(digest))
    held = {"status": str(Status.QUEUED), "reason": str(Quiet.DIGEST), "digest": digest.id}
    for some in _batches(members):
        bound = update(deliveries).where(deliveries.c.id.in_(some))
        await tx.execute(bound.values(due_at=None, lease_until=None, **held))


async def drop(tx: AsyncConnection, ids: Sequence[str], now: dt.datetime) -> None:
    """Settle ends whose start was never accepted."""
    for some in _batches(ids):
        dropped = update(deliveries).where(deliveries.c.id.in_(some))
        reason = str(Quiet.START_NOT_ACCEPTED)
        await tx.execute(
            dropped.values(
                status=str(Status.SUPPRESSED), reason=reason, due_at=None, lease_until=None, settled_at=now
            )
        )


async def unbind(tx: AsyncConnection, digest: Delivery) -> None:
    """What *digest* stands for comes to what it came to; nothing while it is still owed."""
    if digest.status.is_owed:
        return
    told = digest.status is Status.DELIVERED
    await tx.execute(
        update(deliveries)
        .where(deliveries.c.digest == digest.id)
        .values(
            status=str(Status.COLLAPSED if told else Status.FAILED),
            reason=str(Quiet.DIGEST) if told else str(digest.reason),
            detail=digest.detail,
            settled_at=digest.settled_at,
        )
    )


async def group(tx: AsyncConnection, target: Target, name: str) -> Gathered:
    """How a group stands at *target*."""
    d = deliveries.c
    mine = and_(_at(target), d.group == name)
    queued = and_(d.status == str(Status.QUEUED), d.digest.is_(None), is_free_to_go())
    waits = select(func.min(d.due_at)).where(mine, queued)
    told = select(func.max(d.settled_at)).where(mine, d.status.in_(ACCEPTED))
    return Gathered((await tx.execute(waits)).scalar(), (await tx.execute(told)).scalar())


def _at(target: Target) -> ColumnElement[bool]:
    d = deliveries.c
    return and_(d.destination == target.destination, d.type == target.type, d.name == target.name)


def _due(now: dt.datetime) -> ColumnElement[bool]:
    d = deliveries.c
    return and_(d.status.in_((str(Status.QUEUED), str(Status.RETRYING))), d.due_at <= now, is_free_to_go())


def _lane(other: Any) -> ColumnElement[bool]:
    d = deliveries.c
    return and_(
        other.episode == d.episode,
        other.type == d.type,
        other.name == d.name,
        other.destination == d.destination,
    )


def _unblocked(now: dt.datetime) -> ColumnElement[bool]:
    """Nothing earlier of the same episode waits for a later time, or for a digest."""
    earlier = deliveries.alias("earlier")
    later = or_(earlier.c.due_at.is_(None), earlier.c.due_at > now)
    return ~exists().where(
        _lane(earlier.c), earlier.c.sequence < deliveries.c.sequence, earlier.c.status.in_(OWED), later
    )


def _was_accepted() -> ColumnElement[bool]:
    known = deliveries.alias("known")
    news = and_(known.c.status.in_(ACCEPTED), known.c.kind != str(Kind.RESOLVED))
    return exists().where(_lane(known.c), news)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
