"""Which alerts a list shows, in which order and from where: one SELECT, whatever is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Phase
from lynxalert.state import definitions
from lynxalert.state.definitions import Definition
from lynxalert.state.tables import alerts, cursors, instances

SOUNDING = [str(Phase.FIRING), str(Phase.RECOVERING)]
# What a list may be in the order of; what never happened comes before everything that did.
ORDERS: dict[str, ColumnElement[Any]] = {
    "name": alerts.c.name,
    "created_at": type_coerce(alerts.c.created_at, Integer),
    "updated_at": type_coerce(alerts.c.updated_at, Integer),
    "last_triggered": func.coalesce(type_coerce(cursors.c.hit_at, Integer), -1),
    "last_checked": func.coalesce(type_coerce(cursors.c.checked_at, Integer), -1),
}


_GONE = select(func.count()).select_from(alerts).where(alerts.c.deleted_at.is_not(None))
# All but the deleted: two indexes answer, where "not deleted" would read every definition.
_COUNTED = select(select(func.count()).select_from(alerts).scalar_subquery() - _GONE.scalar_subquery())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which alerts, in which order: a name of `ORDERS`. Everything said must hold.

    *status*: ok, triggered or error, one of them. *labels*: name and value, None for any. *text* is part of the name,
    the query, the id or the key in the file, whatever the case. *kinds* are metrics, one of them.
    """

    status: tuple[str, ...] = ()
    enabled: bool | None = None
    labels: tuple[tuple[str, str | None], ...] = ()
    text: str = ""
    source: str | None = None
    kinds: tuple[str, ...] = ()
    order: str = "name"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Alerts in order, each with the value it stands by; and how many there are in all."""

    found: tuple[Definition, ...]
    places: tuple[str | int, ...]
    total: int


async def page(
    tx: AsyncConnection, wanted: Wanted, limit: int | None, after: tuple[str | int, str] | None
) -> Page:
    """The first *limit* alerts that are *wanted*, behind the one with that value and id; all of them without a limit."""
    order = ORDERS[wanted.order]
    claims = _claims(wanted)
    there = and_(alerts.c.deleted_at.is_(None), *claims)
    rest: ColumnElement[bool] = true()
    if after is not None:
        here, last = tuple_(order, alerts.c.id), tuple_(*map(literal, after))
        rest = here < last if wanted.descending else here > last
    turn = [each.desc() if wanted.descending else each.asc() for each in (order, alerts.c.id)]
    asked = _joined(select(order.label("place"), *definitions.COLUMNS)).where(there, rest).order_by(*turn)
    rows = list((await tx.execute(asked.limit(limit))).mappings())
    counted = select(func.count()).select_from(alerts)
    if wanted.status:
        counted = _joined(counted)  # ten thousand cursors are not for nothing
    total = await tx.scalar(counted.where(there) if claims else _COUNTED)
    return Page(
        tuple(map(definitions.definition, rows)), tuple(row["place"] for row in rows), int(total or 0)
    )


def _joined(asked: Select[Any]) -> Select[Any]:
    return asked.outerjoin_from(alerts, cursors, cursors.c.alert_id == alerts.c.id)


def _claims(wanted: Wanted) -> list[ColumnElement[bool]]:
    body = alerts.c.definition
    claims: list[ColumnElement[bool]] = []
    if wanted.enabled is not None:
        claims.append(func.json_extract(body, "$.enabled") == wanted.enabled)
    if wanted.source is not None:
        claims.append(alerts.c.source == wanted.source)
    if wanted.kinds:
        claims.append(func.json_extract(body, "$.metric.type").in_(wanted.kinds))
    if wanted.status:
        claims.append(or_(false(), *map(_stands, wanted.status)))
    if wanted.text:
        places = (alerts.c.name, alerts.c.id, alerts.c.file_key, func.json_extract(body, "$.query"))
        low = wanted.text.lower()
        claims.append(or_(*(func.instr(func.lower(place), low) > 0 for place in places)))
    for name, value in wanted.labels:
        label = func.json_each(body, "$.labels").table_valued("key", "value")
        says = true() if value is None else label.c.value == value
        claims.append(exists(select(1).select_from(label).where(label.c.key == name, says)))
    return claims


def _stands(status: str) -> ColumnElement[bool]:
    """Whether an alert has *status*, as `daemon.records.status_of` says it of one."""
    health = cursors.c.health
    broken = func.coalesce(
        (func.json_extract(health, "$.errors") > 0) | (func.json_extract(health, "$.crowded") == 1), false()
    )
    sounding = exists(select(1).where(instances.c.alert_id == alerts.c.id, instances.c.phase.in_(SOUNDING)))
    match status:
        case "error":
            return broken
        case "triggered":
            return and_(not_(broken), sounding)
        case _:
            return and_(not_(broken), not_(sounding))
