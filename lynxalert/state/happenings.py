"""A stretch of time → what happened within it, over all alerts, in the order in which it was recorded.

One source per table; a page is the first of all sources merged, and its cursor a place in that order, which nothing
that is written later moves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.notify.model import Status
from lynxalert.state.chronicle import FOREVER, Matter
from lynxalert.state.tables import attempts, chronicle, deliveries, evaluations, transitions

# When, which source, which row of it.
Place: TypeAlias = tuple[dt.datetime, int, int]

_SAID = (Matter.SILENCE, Matter.ACK, Matter.DEFINITION, Matter.HEALTH, Matter.INHIBITIONS)
_PASSING = ("pending", "recovering")  # conditions that no transition tells of
_d, _e, _c = deliveries.c, evaluations.c, chronicle.c


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """One thing that happened; *source* says what *body* holds."""

    at: dt.datetime
    rank: int
    number: int
    source: str
    alert_id: str
    key: str
    body: dict[str, Any]

    @property
    def place(self) -> Place:
        """Where it stands in the order of all."""
        return self.at, self.rank, self.number


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows of one kind: their columns by name, their instant, number and alert."""

    name: str
    rows: Select[Any]
    at: ColumnElement[Any]
    number: ColumnElement[Any]
    alert_id: ColumnElement[Any]


async def within(
    tx: AsyncConnection,
    start: dt.datetime,
    end: dt.datetime,
    limit: int,
    *,
    after: Place | None = None,
    alert_id: str | None = None,
) -> list[Happening]:
    """The first *limit* things recorded from *start* on and before *end*, behind the place *after*, oldest first."""
    found = []
    for rank, source in enumerate(_SOURCES):
        asked = source.rows.where(source.at >= start, source.at < end)
        if alert_id is not None:
            asked = asked.where(source.alert_id == alert_id)
        if after is not None:
            asked = asked.where(_behind(source, rank, after))
        rows = await tx.execute(asked.order_by(source.at, source.number).limit(limit))
        found.append([_happening(source, rank, dict(row)) for row in rows.mappings()])
    return list(islice(merge(*found, key=lambda each: each.place), limit))


def _behind(source: _Source, rank: int, after: Place) -> ColumnElement[bool]:
    at, before, number = after
    same = source.at == at
    if rank == before:
        return or_(source.at > at, and_(same, source.number > number))
    return source.at >= at if rank > before else source.at > at


def _happening(source: _Source, rank: int, row: dict[str, Any]) -> Happening:
    at, number, alert_id, key = (row.pop(name) for name in ("_at", "_number", "_alert", "_key"))
    return Happening(at, rank, number, source.name, alert_id, key, row)


def _source(
    name: str,
    at: ColumnElement[Any],
    number: ColumnElement[Any],
    alert_id: ColumnElement[Any],
    key: ColumnElement[Any],
    columns: Sequence[ColumnElement[Any]],
    *which: ColumnElement[bool],
    join: Any = None,
) -> _Source:
    place = (at.label("_at"), number.label("_number"), alert_id.label("_alert"), key.label("_key"))
    rows = select(*place, *columns).where(*which)
    return _Source(name, rows if join is None else rows.select_from(join), at, number, alert_id)


def _tells(*matters: Matter) -> ColumnElement[bool]:
    return _c.matter.in_([str(each) for each in matters])


def _over() -> ColumnElement[bool]:
    """Nothing took its place when it ended."""
    heir = chronicle.alias("heir")
    same = (heir.c.matter == _c.matter) & (heir.c.alert_id == _c.alert_id) & (heir.c.key == _c.key)
    return (_c.until < FOREVER) & ~exists().where(same, heir.c.since == _c.until, heir.c.id > _c.id)


_CHANNEL = (_d.id, _d.kind, _d.episode, _d.sequence, _d.type, _d.name)
_SOURCES: tuple[_Source, ...] = (
    _source(
        "transition",
        transitions.c.recorded_at,
        transitions.c.id,
        transitions.c.alert_id,
        transitions.c.key,
        (transitions.c.body, transitions.c.id, transitions.c.recorded_at),
    ),
    _source(
        "condition",
        _c.since,
        _c.id,
        _c.alert_id,
        _c.key,
        (_c.body,),
        _tells(Matter.INSTANCE),
        func.json_extract(_c.body, "$.phase").in_(_PASSING),
    ),
    _source(
        "message",
        attempts.c.at,
        attempts.c.id,
        _d.alert_id,
        _d.key,
        (*_CHANNEL, attempts.c.status, attempts.c.reason, attempts.c.detail, attempts.c.attempt),
        join=attempts.join(deliveries, _d.id == attempts.c.delivery_id),
    ),
    _source(
        "suppressed",
        _d.created_at,
        _d.number,
        _d.alert_id,
        _d.key,
        (*_CHANNEL, _d.status, _d.reason),
        _d.status == str(Status.SUPPRESSED),
    ),
    _source(
        "suppressed",
        _c.since,
        _c.id,
        _d.alert_id,
        _d.key,
        (
            *_CHANNEL,
            literal(str(Status.SUPPRESSED)).label("status"),
            func.json_extract(_c.body, "$.reason").label("reason"),
        ),
        _tells(Matter.DELIVERY),
        func.json_extract(_c.body, "$.status") == str(Status.SUPPRESSED),
        join=chronicle.join(deliveries, _d.id == _c.key),
    ),
    _source(
        "evaluation",
        _e.recorded_at,
        _e.id,
        _e.alert_id,
        literal("{}"),
        (_e.kind, _e.slot, _e.at, _e.slots, _e.error, _e.duration),
        _e.kind != "judged",
    ),
    _source("begun", _c.since, _c.id, _c.alert_id, _c.key, (_c.matter, _c.body, _c.until), _tells(*_SAID)),
    _source(
        "over", _c.until, _c.id, _c.alert_id, _c.key, (_c.matter, _c.body, _c.since), _tells(*_SAID), _over()
    ),
)


async def names(tx: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, str]:
    """The last name of each of these alerts that is remembered, deleted ones included."""
    found = select(_c.alert_id, func.json_extract(_c.body, "$.name").label("name")).where(
        _tells(Matter.DEFINITION), _c.alert_id.in_(alert_ids)
    )
    return {row.alert_id: row.name for row in await tx.execute(found.order_by(_c.id))}
