"""An instant → what was on record then: instances, health, definitions, silences, acknowledgements, deliveries.

Read from the chronicle and from history, never from the tables of the present: edits and deletions since do not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, distinct, func, null, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Alert, Inputs, Instance, Key, Match
from lynxalert.alerts.health import Health
from lynxalert.notify.inhibition import Inhibition
from lynxalert.state import chronicle, codec, history, lines, rules
from lynxalert.state.chronicle import Entry, Matter
from lynxalert.state.history import Evaluation, Recorded
from lynxalert.state.lines import Line, Named
from lynxalert.state.lots import lots
from lynxalert.state.overlays import Ack, Silence, all_silences
from lynxalert.state.tables import evaluations, transitions

LOOK_BACK = 50  # slots that are asked for the last row of an instance
LATER = dt.timedelta(days=1)  # how much later a thing of then can have become known
MOST_LATER = 100
GRACE = dt.timedelta(seconds=5)  # a slot that is judged within it was judged in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What was on record at *at*: of every alert who it was, of every instance that was not plain `ok` how it stood."""

    at: dt.datetime
    alerts: Mapping[str, Named]
    lines: Sequence[Line]
    healths: Mapping[str, Health]
    gaps: Mapping[str, Evaluation]
    silences: Sequence[Silence]
    acks: Mapping[str, Ack]
    inhibitions: Sequence[Inhibition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Some of it in full, by alert. *evaluations* are the last one before then of each alert."""

    alerts: Mapping[str, Alert]
    instances: Mapping[str, Mapping[Key, Instance]]
    evaluations: Mapping[str, Evaluation]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Slots that were due then and judged only later: how many, of how many alerts, from when to when that was made up."""

    slots: int
    alerts: int
    first: dt.datetime
    last: dt.datetime


async def moment(tx: AsyncConnection, at: dt.datetime) -> Moment:
    """All that was on record at *at*."""
    healths = await chronicle.at(tx, Matter.HEALTH, at)
    return Moment(
        at=at,
        alerts=await lines.named(tx, at),
        lines=await lines.standing(tx, at),
        healths={each.alert_id: codec.unpack(Health, each.body) for each in healths},
        gaps=await _gaps(tx, at),
        silences=await _silences(tx, at),
        acks={each.key: _ack(each) for each in await chronicle.at(tx, Matter.ACK, at)},
        inhibitions=await rules.at(tx, at),
    )


async def shown(
    tx: AsyncConnection, at: dt.datetime, places: Collection[tuple[str, Key]], alert_ids: Collection[str]
) -> Shown:
    """The instances at *places*, each with its last row, and these alerts, as they were at *at*."""
    standing: dict[str, dict[Key, Instance]] = {each: {} for each in sorted(alert_ids)}
    entries: dict[str, list[Entry]] = {each: [] for each in standing}
    for entry in await chronicle.at_places(tx, Matter.INSTANCE, at, places):
        entries[entry.alert_id].append(entry)
    last: dict[str, Evaluation] = {}
    for alert_id, mine in entries.items():
        keys = [each.key for each in mine]
        judged = await _judged_before(tx, alert_id, at, keys)
        last |= {each.alert_id: each for each in judged}
        if not all(_hit(each, judged) for each in mine):
            judged = await _hits_before(tx, alert_id, at, keys)
        standing[alert_id] = {each.key: _instance(each, judged) for each in mine}
    known = await chronicle.at(tx, Matter.DEFINITION, at, standing)
    alerts = {each.alert_id: codec.unpack(Alert, each.body) for each in known}
    return Shown(alerts=alerts, instances=standing, evaluations=last)


async def known_later(
    tx: AsyncConnection, at: dt.datetime, alert_id: str | None = None
) -> tuple[tuple[Recorded, ...], int]:
    """What had happened by *at* and was recorded only after it, oldest first: late events, slots made up for.

    And how many more of them there are.
    """
    c = transitions.c
    later = and_(c.recorded_at > at + GRACE, c.recorded_at <= at + LATER, c.at <= at)
    if alert_id is not None:
        later &= c.alert_id == alert_id
    rows = (await tx.execute(select(transitions).where(later).order_by(c.id).limit(MOST_LATER))).mappings()
    found = tuple(map(history.recorded, rows))
    if len(found) < MOST_LATER:
        return found, 0
    return found, (await tx.execute(select(func.count()).where(later))).scalar_one() - len(found)


async def unjudged(tx: AsyncConnection, at: dt.datetime, alert_id: str | None = None) -> Unjudged | None:
    """The slots that were due at *at* and nobody had judged yet."""
    c = evaluations.c
    late = (c.recorded_at > at) & (c.recorded_at <= at + LATER) & (c.slot <= at - GRACE) & (c.kind != "gap")
    if alert_id is not None:
        late &= c.alert_id == alert_id
    counted = select(
        func.count(), func.count(distinct(c.alert_id)), func.min(c.recorded_at), func.max(c.recorded_at)
    )
    row = (await tx.execute(counted.where(late))).one()
    return Unjudged(*row) if row[0] else None


async def _silences(tx: AsyncConnection, at: dt.datetime) -> list[Silence]:
    """Those that had been made by then, and not ended; also such as were to come."""
    there = {each.key for each in await chronicle.at(tx, Matter.SILENCE, at)}
    return [replace(each, ended_at=None) for each in await all_silences(tx) if each.id in there]


async def _gaps(tx: AsyncConnection, at: dt.datetime) -> dict[str, Evaluation]:
    """The gaps that lie over *at*, by alert; they were recorded when somebody was there again."""
    c = evaluations.c
    over = (c.kind == "gap") & (c.recorded_at >= at) & (c.slot <= at) & (c.at >= at)
    rows = (await tx.execute(select(evaluations).where(over))).mappings()
    return {each.alert_id: each for each in map(history.evaluation, rows)}


async def _judged_before(
    tx: AsyncConnection, alert_id: str, at: dt.datetime, keys: Sequence[Key]
) -> tuple[Evaluation, ...]:
    """The last slot of an alert that was recorded by then, if there is one, and what it said of *keys*."""
    return await _evaluations(tx, alert_id, at, 1, keys)


async def _hits_before(
    tx: AsyncConnection, alert_id: str, at: dt.datetime, keys: Sequence[Key]
) -> tuple[Evaluation, ...]:
    """The last slots of an alert that were recorded by then and said something of its instances, newest first."""
    return await _evaluations(tx, alert_id, at, LOOK_BACK, keys, evaluations.c.inputs.is_not(None))


async def _evaluations(
    tx: AsyncConnection,
    alert_id: str,
    at: dt.datetime,
    limit: int,
    keys: Sequence[Key],
    *which: ColumnElement[bool],
) -> tuple[Evaluation, ...]:
    c = evaluations.c
    found = select(*(each for each in c if each is not c.inputs), null().label("inputs"))
    found = found.where(c.alert_id == alert_id, c.at <= at, c.recorded_at <= at, *which)
    rows = (await tx.execute(found.order_by(c.at.desc(), c.id.desc()).limit(limit))).mappings().all()
    hits = await _hits(tx, [row["id"] for row in rows], keys)
    judged = zip(rows, map(history.evaluation, rows), strict=True)
    return tuple(replace(each, inputs=Inputs(hits.get(row["id"], {}))) for row, each in judged)


async def _hits(
    tx: AsyncConnection, slots: Sequence[int], keys: Sequence[Key]
) -> dict[int, dict[Key, Match]]:
    """What these slots said of *keys*: of ten thousand hits only those are read."""
    found: dict[int, dict[Key, Match]] = {}
    each = func.json_each(evaluations.c.inputs, "$.hits").table_valued("key", "value")
    for part in lots(keys):
        said = select(evaluations.c.id, each.c.key, each.c.value).select_from(evaluations.join(each, true()))
        rows = await tx.execute(said.where(evaluations.c.id.in_(slots), each.c.key.in_(part)))
        for slot, key, stored in rows:
            found.setdefault(slot, {})[key] = codec.unpack(Match, codec.loads(stored))
    return found


def _instance(entry: Entry, last: Sequence[Evaluation]) -> Instance:
    """The instance of *entry*, with the row that it had at the last of the slots since it stood so."""
    found = codec.unpack(Instance, entry.body)
    return replace(found, match=_hit(entry, last) or found.match)


def _hit(entry: Entry, last: Sequence[Evaluation]) -> Match | None:
    """The last row of the instance of *entry* among *last*, newest first, since it stood as it did."""
    since = (each.inputs for each in last if each.recorded_at >= entry.since)
    hits = (each.hits.get(entry.key) for each in since if each is not None)
    return next((each for each in hits if each is not None), None)


def _ack(entry: Entry) -> Ack:
    body: dict[str, Any] = entry.body
    return Ack(episode=entry.key, alert_id=entry.alert_id, at=entry.since, **body)
