"""An instant → what had been sent by then, to whom, with what outcome; and what had not, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.notify.model import Status
from lynxalert.state import chronicle
from lynxalert.state.chronicle import Entry, Matter
from lynxalert.state.deliveries import OWED
from lynxalert.state.lots import lots
from lynxalert.state.tables import attempts, deliveries

OVERDUE = dt.timedelta(days=7)  # what was owed for longer has been given up
MOST_OVERDUE = 100
_d = deliveries.c
_COLUMNS = (
    _d.id,
    _d.alert_id,
    _d.key,
    _d.episode,
    _d.sequence,
    _d.type,
    _d.name,
    _d.kind,
    _d.status,
    _d.reason,
    _d.detail,
    _d.created_at,
    _d.settled_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldThen:
    """One delivery as it was at an instant. *at*: since when it was so; *attempts*: how many had been made."""

    id: str
    alert_id: str
    key: str
    episode: str
    sequence: int
    kind: str
    channel_type: str
    channel_name: str
    status: Status
    reason: str | None
    detail: str | None
    at: dt.datetime
    attempts: int


async def told_of(
    tx: AsyncConnection, episodes: Collection[str], at: dt.datetime
) -> dict[str, list[ToldThen]]:
    """The deliveries of these episodes as they were at *at*, by episode, in order."""
    wanted = sorted(episodes)
    rows: list[RowMapping] = []
    for lot in lots(wanted):
        some = select(*_COLUMNS).where(_d.episode.in_(lot))
        rows += (await tx.execute(some.order_by(_d.sequence, _d.number))).mappings().all()
    found: dict[str, list[ToldThen]] = {}
    for each in await _then(tx, rows, at):
        found.setdefault(each.episode, []).append(each)
    return found


async def overdue(
    tx: AsyncConnection, at: dt.datetime, alert_id: str | None = None
) -> tuple[list[ToldThen], int]:
    """What the outside world was still owed at *at*, oldest first, of one alert or all; and how many more were not looked at."""
    made = (_d.created_at <= at) & (_d.created_at > at - OVERDUE)
    open_ = made & ((_d.settled_at > at) | _d.status.in_(OWED))
    if alert_id is not None:
        open_ &= _d.alert_id == alert_id
    found = select(*_COLUMNS).where(open_).order_by(_d.number).limit(MOST_OVERDUE)
    rows = (await tx.execute(found)).mappings().all()
    owed = [each for each in await _then(tx, rows, at) if each.status.is_owed]
    if len(rows) < MOST_OVERDUE:
        return owed, 0
    return owed, (await tx.execute(select(func.count()).where(open_))).scalar_one() - len(rows)


async def _then(tx: AsyncConnection, rows: Sequence[RowMapping], at: dt.datetime) -> list[ToldThen]:
    """*rows* as they were at *at*; those that were not there yet are left out."""
    places = {(row["alert_id"], row["id"]) for row in rows}
    before: dict[str, list[Entry]] = {}
    for each in await chronicle.of(tx, Matter.DELIVERY, places):
        before.setdefault(each.key, []).append(each)
    tries = await _attempts(tx, [row["id"] for row in rows], at)
    return [
        _one(row, before.get(row["id"], ()), tries.get(row["id"], ()), at)
        for row in rows
        if min([row["created_at"], *(each.since for each in before.get(row["id"], ()))]) <= at
    ]


def _one(
    row: RowMapping,
    before: Sequence[Entry],
    tries: Sequence[RowMapping],
    at: dt.datetime,
) -> ToldThen:
    status, reason, detail, since = Status(row["status"]), row["reason"], row["detail"], row["settled_at"]
    passed = next((each for each in before if each.since <= at < each.until), None)
    if passed is not None:
        status, since = Status(passed.body["status"]), passed.since
        reason, detail = passed.body["reason"], passed.body["detail"]
    elif status.is_owed or (since or row["created_at"]) > at:
        held = reason if status.is_owed and not tries else None
        status, reason, detail, since = Status.QUEUED, held, None, row["created_at"]
        if tries:
            status, reason, detail, since = (
                Status.RETRYING,
                tries[-1]["reason"],
                tries[-1]["detail"],
                tries[-1]["at"],
            )
    return ToldThen(
        id=row["id"],
        alert_id=row["alert_id"],
        key=row["key"],
        episode=row["episode"],
        sequence=row["sequence"],
        kind=row["kind"],
        channel_type=row["type"],
        channel_name=row["name"],
        status=status,
        reason=reason,
        detail=detail,
        at=since or row["created_at"],
        attempts=len(tries),
    )


async def _attempts(
    tx: AsyncConnection, ids: Sequence[str], at: dt.datetime
) -> Mapping[str, list[RowMapping]]:
    """The attempts that had been made by then, first one first, by delivery."""
    found: dict[str, list[RowMapping]] = {}
    c = attempts.c
    for lot in lots(ids):
        some = select(c.delivery_id, c.at, c.status, c.reason, c.detail).where(
            c.delivery_id.in_(lot), c.at <= at
        )
        for row in (await tx.execute(some.order_by(c.id))).mappings():
            found.setdefault(row["delivery_id"], []).append(row)
    return found
