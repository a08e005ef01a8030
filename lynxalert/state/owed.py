"""Questions about deliveries: what the API lists, and what routing must know before it owes a channel more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Kind
from lynxalert.notify.model import Delivery, Quiet, Status, Target
from lynxalert.notify.news import EPISODE
from lynxalert.state import chronicle
from lynxalert.state.deliveries import ACCEPTED, OWED, delivery, is_free_to_go, is_kept_quiet, passed, target
from lynxalert.state.instances import lasting
from lynxalert.state.lots import lots
from lynxalert.state.tables import alerts, attempts, deliveries
from lynxalert.state.turns import in_turn


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery with its *number*, which grows, to page by."""

    number: int
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery, and what became of it."""

    attempt: int
    at: dt.datetime
    status: Status
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many *starts* of an alert its channels accepted, and when the *last* message of it was."""

    starts: int
    last: dt.datetime | None


async def accepted(tx: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, Accepted]:
    """What channels accepted of these alerts, by id; alerts of which nothing was are left out."""
    starts = func.sum(case((deliveries.c.kind == str(Kind.FIRED), 1), else_=0)).label("starts")
    found: dict[str, Accepted] = {}
    for lot in lots(alert_ids):
        rows = await tx.execute(
            select(deliveries.c.alert_id, starts, func.max(deliveries.c.settled_at).label("last"))
            .where(deliveries.c.alert_id.in_(lot))
            .where(deliveries.c.status.in_(ACCEPTED))
            .group_by(deliveries.c.alert_id)
        )
        found |= {row.alert_id: Accepted(row.starts, row.last) for row in rows}
    return found


async def listed(
    tx: AsyncConnection,
    *,
    limit: int,
    before: int | None = None,
    alert_id: str | None = None,
    status: Collection[Status] = (),
    channel: str | None = None,
    oldest_first: bool = False,
) -> tuple[Listed, ...]:
    """The newest deliveries, of one alert or all, older than number *before*, newest first; or the other way round."""
    found = in_turn(select(deliveries), deliveries.c.number, limit, before, oldest_first=oldest_first)
    if alert_id is not None:
        found = found.where(deliveries.c.alert_id == alert_id)
    if status:
        found = found.where(deliveries.c.status.in_([str(each) for each in status]))
    if channel is not None:
        found = found.where((deliveries.c.name == channel) | (deliveries.c.type == channel))
    return tuple(Listed(row["number"], delivery(row)) for row in (await tx.execute(found)).mappings())


async def find(tx: AsyncConnection, delivery_id: str) -> Listed | None:
    """One delivery by its id."""
    row = (await tx.execute(select(deliveries).where(deliveries.c.id == delivery_id))).mappings().first()
    return None if row is None else Listed(row["number"], delivery(row))


async def waiting_by_target(tx: AsyncConnection) -> dict[Target, int]:
    """How many deliveries each target is still owed."""
    d = deliveries.c
    place = (d.type, d.name, d.destination, d.stateful)
    found = select(*place, func.count().label("many")).where(d.status.in_(OWED)).group_by(*place)
    return {target(row): row["many"] for row in (await tx.execute(found)).mappings()}


async def oldest_by_target(tx: AsyncConnection) -> dict[Target, dt.datetime]:
    """Since when the oldest that each target is owed waits, of what nothing holds."""
    d = deliveries.c
    place = (d.type, d.name, d.destination, d.stateful)
    free = d.status.in_(OWED) & is_free_to_go() & d.digest.is_(None)
    found = select(*place, func.min(d.created_at).label("since")).where(free).group_by(*place)
    return {target(row): row["since"] for row in (await tx.execute(found)).mappings()}


async def attempts_of(tx: AsyncConnection, delivery_id: str) -> tuple[Attempt, ...]:
    """Every try of a delivery, first one first."""
    found = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.id)
    return tuple(
        Attempt(row.attempt, row.at, Status(row.status), row.reason, row.detail)
        for row in await tx.execute(found)
    )


async def counts(tx: AsyncConnection) -> dict[Status, int]:
    """How many deliveries there are of each status."""
    found = select(deliveries.c.status, func.count().label("many")).group_by(deliveries.c.status)
    return {Status(row.status): row.many for row in await tx.execute(found)}


async def delivered_of(tx: AsyncConnection, episode: str) -> tuple[Delivery, ...]:
    """What was delivered of an episode, in order."""
    d = deliveries.c
    found = select(deliveries).where(d.episode == episode, d.status == str(Status.DELIVERED))
    return tuple(map(delivery, (await tx.execute(found.order_by(d.sequence))).mappings()))


async def held(tx: AsyncConnection, alert_id: str | None = None) -> tuple[Delivery, ...]:
    """What waits to be released, of one alert or all, oldest first."""
    found = select(deliveries).where(
        deliveries.c.status == str(Status.QUEUED),
        deliveries.c.due_at.is_(None),
        deliveries.c.digest.is_(None),
    )
    if alert_id is not None:
        found = found.where(deliveries.c.alert_id == alert_id)
    rows = (await tx.execute(found.order_by(deliveries.c.number))).mappings()
    return tuple(map(delivery, rows))


async def try_again(tx: AsyncConnection, delivery_id: str, now: dt.datetime) -> bool:
    """Owe a failed delivery once more, by hand; whether it was a failed one.

    Its end, dropped because the start had failed, is owed again too; so is what a failed digest told.
    """
    found = await find(tx, delivery_id)
    if found is None or found.delivery.status is not Status.FAILED:
        return False
    d, failed = deliveries.c, found.delivery
    await chronicle.held(tx, [(failed.settled_at or failed.created_at, passed(failed, now))])
    again: dict[str, Any] = {"reason": None, "detail": None, "lease_until": None}
    once_more = {"status": str(Status.RETRYING), "due_at": now, "digest": None, **again}
    await tx.execute(update(deliveries).where(d.id == delivery_id).values(once_more))
    held = {**again, "status": str(Status.QUEUED), "reason": str(Quiet.DIGEST)}
    await tx.execute(
        update(deliveries).where(d.digest == delivery_id, d.status == str(Status.FAILED)).values(held)
    )
    dropped = update(deliveries).where(
        d.episode == failed.episode,
        d.type == failed.target.type,
        d.name == failed.target.name,
        d.destination == failed.target.destination,
        d.sequence > failed.sequence,
        d.reason == str(Quiet.START_NOT_ACCEPTED),
    )
    await tx.execute(dropped.values({**again, "status": str(Status.QUEUED), "due_at": now}))
    return True


async def prune(tx: AsyncConnection, before: dt.datetime, cooling: dt.datetime | None = None) -> int:
    """Delete what was settled and created before *before*; how many deliveries went.

    What was told of an episode stays until that is over and nothing of it is owed: its end goes to who took its start.
    So does trouble that has not ended, and what was accepted since *cooling*, as a cooldown goes by it. Repeats go by
    their age, but for one that stands for a start.
    """
    d = deliveries.c
    owing = select(d.episode).where(d.status.in_(OWED))
    over = d.episode.not_in(lasting()) & d.episode.not_in(owing) & ~_is_trouble()
    repeats = (d.kind == str(Kind.REPEATED)) & d.status.not_in(OWED) & _is_begun_otherwise()
    old = (d.created_at < before) & (over | repeats)
    if cooling is not None:
        old &= ~(d.status.in_(ACCEPTED) & (d.settled_at >= cooling))
    ids = select(d.id).where(old)
    await tx.execute(delete(attempts).where(attempts.c.delivery_id.in_(ids)))
    return (await tx.execute(delete(deliveries).where(old))).rowcount


def _is_begun_otherwise() -> ColumnElement[bool]:
    """Something else than repeats and ends was accepted of the same episode: a year of repeats says no more than the last."""
    d, other = deliveries.c, deliveries.alias("other")
    place = (other.c.type == d.type) & (other.c.name == d.name) & (other.c.destination == d.destination)
    begins = other.c.kind.not_in((str(Kind.REPEATED), str(Kind.RESOLVED))) & other.c.status.in_(ACCEPTED)
    return select(other.c.id).where(other.c.episode == d.episode, place, begins).exists()


def _is_trouble() -> ColumnElement[bool]:
    """News that has not ended, of an alert there is or of the daemon itself."""
    d = deliveries.c
    ended = select(d.episode).where(d.episode.startswith(EPISODE), d.kind == str(Kind.RESOLVED))
    there = select(alerts.c.id).where(alerts.c.deleted_at.is_(None))
    concerns = (d.alert_id == "") | d.alert_id.in_(there)
    return d.episode.startswith(EPISODE) & d.episode.not_in(ended) & concerns


async def waiting(tx: AsyncConnection, now: dt.datetime) -> dict[str, tuple[Delivery, ...]]:
    """The messages kept quiet to think of again at *now*, by alert, oldest first."""
    found = select(deliveries).where(is_kept_quiet(), deliveries.c.due_at <= now)
    by_alert: dict[str, list[Delivery]] = {}
    for row in (await tx.execute(found.order_by(deliveries.c.number))).mappings():
        by_alert.setdefault(row["alert_id"], []).append(delivery(row))
    return {alert_id: tuple(each) for alert_id, each in by_alert.items()}


async def next_waiting(tx: AsyncConnection) -> dt.datetime | None:
    """When the first message kept quiet is to be thought of again."""
    soonest = select(func.min(deliveries.c.due_at)).where(is_kept_quiet())
    due: dt.datetime | None = (await tx.execute(soonest)).scalar()
    return due


async def quieted(
    tx: AsyncConnection, reasons: Collection[str], alert_id: str | None = None
) -> tuple[Delivery, ...]:
    """What one of *reasons* keeps from being told of open episodes, of one alert or all: held ends, suppressed starts."""
    kept = or_(
        deliveries.c.status == str(Status.QUEUED),
        and_(deliveries.c.status == str(Status.SUPPRESSED), deliveries.c.episode.in_(lasting())),
    )
    found = select(deliveries).where(deliveries.c.reason.in_(list(reasons)), kept)
    if alert_id is not None:
        found = found.where(deliveries.c.alert_id == alert_id)
    rows = (await tx.execute(found.order_by(deliveries.c.number))).mappings()
    return tuple(map(delivery, rows))
