"""Instances and cursors at rest: where every alert stands, and the slot it judges next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Table, Text, delete, select, tuple_, type_coerce
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Instance, Key
from lynxalert.alerts.counts import Counts
from lynxalert.alerts.health import Health, HealthState
from lynxalert.alerts.roster import is_idle
from lynxalert.state import chronicle, codec
from lynxalert.state.chronicle import OVER, Matter, Note
from lynxalert.state.lots import lots
from lynxalert.state.many import Many
from lynxalert.state.tables import SOUNDS, cursors, instances

_REMEMBERED = 4_096  # texts: of a list that is read again and again, most stand as they stood
_AS_TEXT = {"health", "counts"}


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far an alert has been judged.

    *next_slot* is the first slot not yet judged; *attempt* counts its failed tries, the next one being due at
    *retry_at*. *checked_at*, *hit_at*: T of the last evaluation, of the last hit. *seen_sequence*: the newest
    ingest sequence the last evaluation could see.
    """

    alert_id: str
    next_slot: dt.datetime
    checked_at: dt.datetime | None = None
    hit_at: dt.datetime | None = None
    attempt: int = 0
    retry_at: dt.datetime | None = None
    health: Health = field(default_factory=Health)
    memory: Mapping[str, Any] | None = None
    seen_sequence: int | None = None
    counts: Counts = field(default_factory=Counts)


_COLUMNS = [
    type_coerce(cursors.c[each.name], Text) if each.name in _AS_TEXT else cursors.c[each.name]
    for each in fields(Cursor)
]


_HEALTH, _COUNTS = (
    next(n for n, each in enumerate(fields(Cursor)) if each.name == name) for name in ("health", "counts")
)


async def of(tx: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, dict[Key, Instance]]:
    """The instances of each alert by key, in order; an alert without any has an empty mapping."""
    found: dict[str, dict[Key, Instance]] = {each: {} for each in alert_ids}
    for part in lots(alert_ids):
        rows = await tx.execute(
            select(instances.c.alert_id, instances.c.body)
            .where(instances.c.alert_id.in_(part))
            .order_by(instances.c.alert_id, instances.c.key)
        )
        for row in rows:
            instance = codec.unpack(Instance, row.body)
            found[row.alert_id][instance.key] = instance
    return found


async def sounding(tx: AsyncConnection, alert_ids: Sequence[str]) -> frozenset[str]:
    """Which of these alerts have an instance that fires."""
    found: set[str] = set()
    for part in lots(alert_ids):
        asked = select(instances.c.alert_id).where(SOUNDS, instances.c.alert_id.in_(part)).distinct()
        found.update((await tx.execute(asked)).scalars())
    return frozenset(found)


async def firing(tx: AsyncConnection) -> dict[str, list[Instance]]:
    """Every instance that fires, by alert."""
    rows = await tx.execute(select(instances.c.alert_id, instances.c.body).where(SOUNDS))
    found: dict[str, list[Instance]] = {}
    for row in rows:
        found.setdefault(row.alert_id, []).append(codec.unpack(Instance, row.body))
    return found


def lasting() -> Select[tuple[str]]:
    """The episodes that are open."""
    return select(instances.c.episode).where(instances.c.episode.is_not(None))


async def save(
    tx: AsyncConnection,
    alert_id: str,
    before: Mapping[Key, Instance],
    after: Mapping[Key, Instance],
    now: dt.datetime,
) -> None:
    """Write what differs between *before*, which is stored, and *after*; the chronicle notes who moved."""
    await save_all(tx, [(alert_id, before, after)], now)


async def save_all(
    tx: AsyncConnection,
    moved: Iterable[tuple[str, Mapping[Key, Instance], Mapping[Key, Instance]]],
    now: dt.datetime,
) -> None:
    """`save` for many alerts at once: their id, what is stored, what is to be."""
    changed: list[dict[str, Any]] = []
    gone: list[tuple[str, Key]] = []
    notes: list[Note] = []
    for alert_id, before, after in moved:
        fresh = {
            key: _instance_columns(alert_id, each) for key, each in after.items() if before.get(key) != each
        }
        changed += fresh.values()
        notes += _notes(alert_id, before, after, fresh)
        gone += ((alert_id, key) for key in before if key not in after)
    for part in lots(gone):
        await tx.execute(delete(instances).where(tuple_(instances.c.alert_id, instances.c.key).in_(part)))
    await _SAVE.execute(tx, changed)
    await chronicle.note(tx, notes, now)


def _notes(
    alert_id: str,
    before: Mapping[Key, Instance],
    after: Mapping[Key, Instance],
    fresh: Mapping[Key, Mapping[str, Any]],
) -> list[Note]:
    """What the chronicle says of the instances that stand otherwise than before, all of them among the rows of *fresh*."""
    moved = [(key, each) for key, each in after.items() if _stand(before.get(key)) != _stand(each)]
    notes = [
        Note(
            Matter.INSTANCE,
            alert_id,
            key,
            OVER if _stand(each) is None else fresh[key]["body"],
            is_new=_stand(before.get(key)) is None,
        )
        for key, each in moved
    ]
    return notes + [
        Note(Matter.INSTANCE, alert_id, key, OVER)
        for key, each in before.items()
        if key not in after and _stand(each) is not None
    ]


def _stand(instance: Instance | None) -> tuple[object, ...] | None:
    """What of *instance* is worth an entry; None: it is not there, or plain `ok`."""
    if instance is None or is_idle(instance):
        return None
    episode = instance.episode
    told = (episode.id, episode.tier) if episode is not None else None
    return instance.phase, instance.since, told, instance.flapping, instance.was_firing


async def cursor_of(tx: AsyncConnection, alert_ids: Sequence[str]) -> dict[str, Cursor]:
    """The cursors of these alerts; one that never was due has none."""
    found: dict[str, Cursor] = {}
    for part in lots(alert_ids):
        rows = await tx.execute(select(*_COLUMNS).where(cursors.c.alert_id.in_(part)))
        found |= {row[0]: _cursor(row) for row in rows.all()}
    return found


async def save_cursors(tx: AsyncConnection, moved: Iterable[Cursor]) -> None:
    """Write *moved*, in place of what was there."""
    await _SAVE_CURSORS.execute(tx, [_cursor_columns(each) for each in moved])


async def drop_cursor(tx: AsyncConnection, alert_id: str) -> None:
    """Forget where *alert_id* was."""
    await tx.execute(delete(cursors).where(cursors.c.alert_id == alert_id))


def lean(instance: Instance) -> Instance:
    """*instance* without the rows of its match: they are for the messages of this slot, and can be many."""
    if instance.match is None or not instance.match.rows:
        return instance
    return replace(instance, match=replace(instance.match, rows=()))


def _instance_columns(alert_id: str, instance: Instance) -> dict[str, Any]:
    return {
        "alert_id": alert_id,
        "key": instance.key,
        "phase": str(instance.phase),
        "since": instance.since,
        "episode": instance.episode.id if instance.episode else None,
        "body": codec.written(instance),
    }


def _put(table: Table, *key: str) -> Many:
    """A row in place of what has its *key*."""
    statement = insert(table)
    fresh = {each.name: statement.excluded[each.name] for each in table.c if each.name not in key}
    return Many(statement.on_conflict_do_update(index_elements=key, set_=fresh), table.c.keys())


_SAVE = _put(instances, "alert_id", "key")
_SAVE_CURSORS = _put(cursors, "alert_id")


def _cursor_columns(cursor: Cursor) -> dict[str, Any]:
    return {
        "alert_id": cursor.alert_id,
        "next_slot": cursor.next_slot,
        "checked_at": cursor.checked_at,
        "hit_at": cursor.hit_at,
        "attempt": cursor.attempt,
        "retry_at": cursor.retry_at,
        "health": cursor.health,
        "broken": cursor.health.state is HealthState.ERROR,
        "memory": cursor.memory,
        "seen_sequence": cursor.seen_sequence,
        "counts": cursor.counts,
    }


def _cursor(row: Row[Any]) -> Cursor:
    """A row of `_COLUMNS`."""
    values: list[Any] = list(row)
    values[_HEALTH], values[_COUNTS] = _health(values[_HEALTH]), _counts(values[_COUNTS])
    return Cursor(*values)


@lru_cache(maxsize=_REMEMBERED)
def _health(stored: str) -> Health:
    return codec.unpack(Health, codec.loads(stored))


@lru_cache(maxsize=_REMEMBERED)
def _counts(stored: str | None) -> Counts:
    return codec.unpack(Counts, codec.loads(stored) if stored else {})
