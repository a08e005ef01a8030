"""Definitions at rest: alerts by id and by the key of their file, versions, and channels they have lost.

The only place that stores secrets. Every function takes the open transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping, Text, func, or_, select, type_coerce, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.state import chronicle, codec, terms
from lynxalert.state.chronicle import OVER, Matter, Note
from lynxalert.state.lots import lots
from lynxalert.state.many import Many
from lynxalert.state.tables import alerts, deliveries, instances

_OWED = ("queued", "leased", "retrying")
REMEMBERED = 20_000  # alerts
_AS_TEXT = {"definition", "retired"}  # read where they are not known yet
COLUMNS = [type_coerce(each, Text).label(each.name) if each.name in _AS_TEXT else each for each in alerts.c]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An alert as stored. *revision* counts every change, `alert.version` those of meaning.

    *document* is what its author wrote, if that was kept. *retired* are channels it lost that may still be owed
    the end of an episode.
    """

    alert: Alert
    revision: int
    created_at: dt.datetime
    updated_at: dt.datetime
    deleted_at: dt.datetime | None = None
    document: Mapping[str, Any] | None = None
    retired: tuple[ChannelSpec, ...] = ()


async def load(tx: AsyncConnection, name: str) -> Definition | None:
    """The alert with this id, or this key in a file; a deleted one is not there."""
    found = select(*COLUMNS).where(alerts.c.deleted_at.is_(None))
    rows = await tx.execute(found.where(or_(alerts.c.id == name, alerts.c.file_key == name)))
    exact = sorted(map(definition, rows.mappings()), key=lambda each: each.alert.id != name)
    return exact[0] if exact else None


async def ever(tx: AsyncConnection, name: str) -> str | None:
    """The id of the alert that has this id or key in a file, or had it: what is there comes before what was."""
    found = select(alerts.c.id).where(or_(alerts.c.id == name, alerts.c.file_key == name))
    order = (alerts.c.deleted_at.is_not(None), alerts.c.id != name, alerts.c.updated_at.desc())
    return await tx.scalar(found.order_by(*order).limit(1))


async def every(tx: AsyncConnection) -> tuple[Definition, ...]:
    """Every alert that is not deleted, oldest first."""
    found = select(*COLUMNS).where(alerts.c.deleted_at.is_(None)).order_by(alerts.c.created_at, alerts.c.id)
    return tuple(map(definition, (await tx.execute(found)).mappings()))


async def some(tx: AsyncConnection, alert_ids: Sequence[str]) -> tuple[Definition, ...]:
    """These alerts, as far as they are not deleted."""
    found: list[Definition] = []
    for lot in lots(alert_ids):
        part = alerts.c.id.in_(lot)
        rows = await tx.execute(select(*COLUMNS).where(alerts.c.deleted_at.is_(None), part))
        found += map(definition, rows.mappings())
    return tuple(found)


async def revisions(tx: AsyncConnection) -> dict[str, int]:
    """The revision of every alert that is not deleted, by id: cheap, to see what changed."""
    found = select(alerts.c.id, alerts.c.revision).where(alerts.c.deleted_at.is_(None))
    return {row.id: row.revision for row in await tx.execute(found)}


async def generation(tx: AsyncConnection) -> tuple[int, int]:
    """Two numbers that change with every change of any alert: cheaper than `revisions`, to see whether to ask."""
    row = (await tx.execute(select(func.count(), func.coalesce(func.sum(alerts.c.revision), 0)))).one()
    return row[0], row[1]


async def revisions_of(tx: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, int]:
    """`revisions` of these alerts alone."""
    found: dict[str, int] = {}
    for lot in lots(alert_ids):
        part = alerts.c.id.in_(lot)
        rows = await tx.execute(
            select(alerts.c.id, alerts.c.revision).where(alerts.c.deleted_at.is_(None), part)
        )
        found |= {row.id: row.revision for row in rows}
    return found


async def put(
    tx: AsyncConnection, alert: Alert, now: dt.datetime, document: Mapping[str, Any] | None = None
) -> Definition:
    """Store *alert*, new or in place of what has its id. Its version is taken as it is given.

    An alert that comes back after its deletion goes on counting: its version is raised above the old one.
    """
    old = await _any(tx, alert.id)
    if old is not None and old.deleted_at is not None:
        alert = replace(alert, version=max(alert.version, old.alert.version + 1))
    stored = Definition(
        alert=alert,
        revision=old.revision + 1 if old else 1,
        created_at=old.created_at if old and old.deleted_at is None else now,
        updated_at=now,
        document=document,
        retired=_retired(old, alert.channels),
    )
    values = _columns(stored)
    await tx.execute(insert(alerts).values(values).on_conflict_do_update(index_elements=["id"], set_=values))
    await terms.note(tx, [(alert, stored.revision, stored.created_at, now)])
    bare = replace(alert, channels=())  # their secrets stand in one table only
    await chronicle.note(tx, [Note(Matter.DEFINITION, alert.id, "", bare)], now)
    return stored


async def ids(tx: AsyncConnection) -> frozenset[str]:
    """The id of every alert there is or was: those that `add` must not be given."""
    return frozenset((await tx.execute(select(alerts.c.id))).scalars())


async def add(tx: AsyncConnection, fresh: Sequence[Alert], now: dt.datetime) -> tuple[Definition, ...]:
    """`put` of alerts that never were, all at once."""
    stored = tuple(Definition(alert=each, revision=1, created_at=now, updated_at=now) for each in fresh)
    if stored:
        await _ADD.execute(tx, [_columns(each) for each in stored])
        await terms.note(tx, [(each, 1, now, now) for each in fresh], fresh=True)
        bare = [replace(each, channels=()) for each in fresh]
        await chronicle.held(tx, [(now, Note(Matter.DEFINITION, each.id, "", each)) for each in bare])
    return stored


async def remove(tx: AsyncConnection, alert_id: str, now: dt.datetime) -> bool:
    """Delete an alert; its channels stay until `forget_retired` finds nothing owed. Whether there was one."""
    old = await _any(tx, alert_id)
    if old is None or old.deleted_at is not None:
        return False
    gone = replace(old, deleted_at=now, revision=old.revision + 1, retired=_retired(old, ()))
    gone = replace(gone, alert=replace(gone.alert, channels=()), document=None)
    await tx.execute(update(alerts).where(alerts.c.id == alert_id).values(_columns(gone)))
    await terms.forget(tx, alert_id)
    await chronicle.note(tx, [Note(Matter.DEFINITION, alert_id, "", OVER)], now)
    return True


async def channels(tx: AsyncConnection, alert_id: str) -> tuple[ChannelSpec, ...]:
    """Every channel that *alert_id* has, then every one it lost, deleted alerts included."""
    found = await _any(tx, alert_id)
    return () if found is None else (*found.alert.channels, *found.retired)


async def channels_of(tx: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, tuple[ChannelSpec, ...]]:
    """`channels` of many, by id."""
    found: dict[str, tuple[ChannelSpec, ...]] = {}
    for lot in lots(alert_ids):
        part = select(*COLUMNS).where(alerts.c.id.in_(lot))
        for each in map(definition, (await tx.execute(part)).mappings()):
            found[each.alert.id] = (*each.alert.channels, *each.retired)
    return found


async def forget_retired(tx: AsyncConnection) -> int:
    """Drop the configuration of lost channels of alerts that owe nothing, and no open episode can owe again."""
    owing = select(deliveries.c.alert_id).where(deliveries.c.status.in_(_OWED))
    firing = select(instances.c.alert_id).where(instances.c.episode.is_not(None))
    outcome = await tx.execute(
        update(alerts)
        .where(alerts.c.retired != [], alerts.c.id.not_in(owing), alerts.c.id.not_in(firing))
        .values(retired=[])
    )
    return outcome.rowcount


async def _any(tx: AsyncConnection, alert_id: str) -> Definition | None:
    row = (await tx.execute(select(*COLUMNS).where(alerts.c.id == alert_id))).mappings().first()
    return None if row is None else definition(row)


def _retired(old: Definition | None, channels: Sequence[ChannelSpec]) -> tuple[ChannelSpec, ...]:
    """What was lost before and is lost now, newest last, nothing twice."""
    if old is None:
        return ()
    kept: list[ChannelSpec] = []
    for each in (*old.retired, *old.alert.channels):
        if each not in channels and each not in kept:
            kept.append(each)
    return tuple(kept)


def _columns(stored: Definition) -> dict[str, Any]:
    alert = stored.alert
    return {
        "id": alert.id,
        "file_key": alert.file_key,
        "name": alert.name,
        "source": alert.source,
        "version": alert.version,
        "revision": stored.revision,
        "definition": alert,
        "document": stored.document,
        "retired": stored.retired,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
        "deleted_at": stored.deleted_at,
    }


_ADD = Many(insert(alerts), alerts.c.keys())


@lru_cache(maxsize=REMEMBERED)
def _alert(stored: str) -> Alert:
    """The alert of a text. Lists are read again and again, and most of what they show has not changed."""
    return codec.unpack(Alert, codec.loads(stored))


@lru_cache(maxsize=64)
def _specs(stored: str) -> tuple[ChannelSpec, ...]:
    """The channels of a text: hardly ever any."""
    return tuple(codec.unpack(ChannelSpec, each) for each in codec.loads(stored))


def definition(row: RowMapping) -> Definition:
    """A row of `COLUMNS`."""
    return Definition(
        alert=_alert(row["definition"]),
        revision=row["revision"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        deleted_at=row["deleted_at"],
        document=row["document"],
        retired=_specs(row["retired"]),
    )
