"""Which alerts a list shows, in which order and from where: one SELECT of narrow rows, whatever is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.state.tables import SOUNDS, cursors, instances, listed, listed_labels
from lynxalert.state.terms import folded

# What a list may be in the order of; what never happened comes before everything that did.
ORDERS: dict[str, ColumnElement[Any]] = {
    "name": listed.c.name,
    "created_at": type_coerce(listed.c.created_at, Integer),
    "updated_at": type_coerce(listed.c.updated_at, Integer),
    "last_triggered": func.coalesce(type_coerce(cursors.c.hit_at, Integer), -1),
    "last_checked": func.coalesce(type_coerce(cursors.c.checked_at, Integer), -1),
}
_OF_CURSORS = {"last_triggered", "last_checked"}
_BROKEN = listed.c.alert_id.in_(select(cursors.c.alert_id).where(cursors.c.broken))
_SOUNDING = listed.c.alert_id.in_(select(instances.c.alert_id).where(SOUNDS))
# An alert has one of them, as `daemon.records.status_of` says it of one.
_STANDS = {"error": _BROKEN, "triggered": and_(_SOUNDING, ~_BROKEN), "ok": and_(~_SOUNDING, ~_BROKEN)}


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
class Place:
    """An alert of a list, as of which revision, and the value it stands there by."""

    alert_id: str
    revision: int
    value: str | int


@dataclass(frozen=True, slots=True)
class Page:
    """Places in order, and how many there are in all."""

    places: tuple[Place, ...]
    total: int


async def page(
    tx: AsyncConnection, wanted: Wanted, limit: int | None, after: tuple[str | int, str] | None
) -> Page:
    """The first *limit* alerts that are *wanted*, behind the one with that value and id; all of them without a limit."""
    claims = _claims(wanted)
    asked: Select[Any] = select(listed.c.alert_id, listed.c.revision, ORDERS[wanted.order].label("value"))
    if wanted.order in _OF_CURSORS:
        asked = asked.outerjoin_from(listed, cursors, cursors.c.alert_id == listed.c.alert_id)
    # What is chosen is looked for once and counted; of all of them an index gives the page and the count.
    found = asked.where(*claims).cte() if claims else asked.subquery()
    total = select(func.count()).select_from(found if claims else listed)
    rest: ColumnElement[bool] = true()
    if after is not None:
        here, last = tuple_(found.c.value, found.c.alert_id), tuple_(*map(literal, after))
        rest = here < last if wanted.descending else here > last
    turn = [each.desc() if wanted.descending else each.asc() for each in (found.c.value, found.c.alert_id)]
    shown = select(found, total.scalar_subquery()).where(rest).order_by(*turn).limit(limit)
    rows = (await tx.execute(shown)).all()
    count = rows[0][-1] if rows else await tx.scalar(total)
    return Page(tuple(Place(*row[:-1]) for row in rows), int(count or 0))


def _claims(wanted: Wanted) -> list[ColumnElement[bool]]:
    claims: list[ColumnElement[bool]] = []
    if wanted.enabled is not None:
        claims.append(listed.c.enabled == wanted.enabled)
    if wanted.source is not None:
        claims.append(listed.c.source == wanted.source)
    if wanted.kinds:
        claims.append(listed.c.kind.in_(wanted.kinds))
    if wanted.status:
        claims.append(or_(*(_STANDS[each] for each in wanted.status)))
    if wanted.text:
        claims.append(func.instr(listed.c.sought, folded(wanted.text)) > 0)
    for name, value in wanted.labels:
        says = true() if value is None else listed_labels.c.value == value
        bearing = select(listed_labels.c.alert_id).where(listed_labels.c.name == name, says)
        claims.append(listed.c.alert_id.in_(bearing))
    return claims
