"""What the outbox remembers of the starts of episodes: asked before more is owed, of many alerts at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ChannelSpec, Kind
from lynxalert.notify.model import Special, Start, Status, Target
from lynxalert.state import definitions
from lynxalert.state.deliveries import ACCEPTED, OWED, channel_of, target
from lynxalert.state.lots import lots
from lynxalert.state.tables import deliveries

_OTHERS = (str(Kind.RESOLVED), *map(str, Special))
# What a `Start` is made of; reading the messages of ten thousand as well would take most of the time.
_COLUMNS = [
    deliveries.c[name]
    for name in (
        *("number", "alert_id", "key", "episode", "sequence", "status", "settled_at"),
        *("type", "name", "destination", "stateful"),
    )
]

_Rows: TypeAlias = list[RowMapping]


@dataclass(frozen=True, slots=True)
class Sought:
    """What to look for of an alert: the starts of *episodes*, and those accepted since *accepted_since*, unless None."""

    episodes: Collection[str]
    accepted_since: dt.datetime | None = None


async def starts(
    tx: AsyncConnection, alert_id: str, episodes: Collection[str], accepted_since: dt.datetime
) -> tuple[Start, ...]:
    """What channels know of *episodes* of an alert, and every start they accepted since *accepted_since*."""
    found = await starts_of(tx, {alert_id: Sought(episodes, accepted_since)})
    return found.get(alert_id, ())


async def starts_of(tx: AsyncConnection, sought: Mapping[str, Sought]) -> dict[str, tuple[Start, ...]]:
    """What is *sought*, by alert; alerts of which there is nothing are left out."""
    rows: dict[int, RowMapping] = {}
    episodes = [episode for each in sought.values() for episode in each.episodes]
    for part in lots(episodes):
        rows |= await _rows(tx, deliveries.c.episode.in_(part))
    recent: dict[dt.datetime, list[str]] = {}
    for alert_id, each in sought.items():
        if each.accepted_since is not None:
            recent.setdefault(each.accepted_since, []).append(alert_id)
    for since, alert_ids in recent.items():
        for part in lots(alert_ids):
            rows |= await _accepted(tx, deliveries.c.alert_id.in_(part), since)
    places: dict[str, dict[tuple[str, ...], _Rows]] = {}
    for _, row in sorted(rows.items()):
        if row["alert_id"] in sought:
            place = (row["episode"], row["type"], row["name"], row["destination"])
            places.setdefault(row["alert_id"], {}).setdefault(place, []).append(row)
    channels = await definitions.channels_of(tx, list(places))
    return {each: _starts(found.values(), channels.get(each, ())) for each, found in places.items()}


async def _accepted(
    tx: AsyncConnection, which: ColumnElement[bool], since: dt.datetime
) -> dict[int, RowMapping]:
    d = deliveries.c
    lately = select(d.episode).where(
        which, d.kind.not_in(_OTHERS), d.status.in_(ACCEPTED), d.settled_at >= since
    )
    return await _rows(tx, which & d.episode.in_(lately))


async def _rows(tx: AsyncConnection, which: ColumnElement[bool]) -> dict[int, RowMapping]:
    """What was told of episodes, but their ends, by number."""
    found = select(*_COLUMNS).where(which, deliveries.c.kind.not_in(_OTHERS))
    return {row["number"]: row for row in (await tx.execute(found)).mappings()}


def _starts(places: Collection[_Rows], channels: Sequence[ChannelSpec]) -> tuple[Start, ...]:
    leading: dict[Target, ChannelSpec | None] = {}
    return tuple(_start(rows, channels, leading) for rows in places)


def _start(
    rows: Sequence[RowMapping],
    channels: Sequence[ChannelSpec],
    leading: dict[Target, ChannelSpec | None],
) -> Start:
    """One episode at one target: the best of its messages there. *leading* remembers what leads to each target."""
    accepted = [row for row in rows if row["status"] in ACCEPTED]
    owed = [row for row in rows if row["status"] in OWED]
    first = (accepted or owed or rows)[0]
    status = Status.DELIVERED if accepted else Status(first["status"])
    instants = [row["settled_at"] for row in accepted if row["settled_at"] is not None]
    place = target(first)
    if place not in leading:
        leading[place] = channel_of(channels, place)
    return Start(
        first["key"],
        first["episode"],
        place,
        status,
        min(instants, default=None),
        leading[place],
        max((row["sequence"] for row in (*accepted, *owed)), default=0),
    )
