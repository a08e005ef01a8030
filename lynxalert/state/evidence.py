"""What the newest events were when an episode began: frozen then, because the events themselves are not kept for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.state.instances import lasting
from lynxalert.state.many import Many
from lynxalert.state.tables import evidence

MOST_EVENTS = 10
LONGEST = 4096  # characters of an event
_BATCH = 500
_FREEZE = Many(insert(evidence).on_conflict_do_nothing(), evidence.c.keys())


async def freeze(
    tx: AsyncConnection, found: Iterable[tuple[str, str, Sequence[str]]], now: dt.datetime
) -> None:
    """Keep the events *found*, each with its alert and its episode; what is kept of an episode already stays."""
    rows = [
        {"episode": episode, "alert_id": alert_id, "recorded_at": now, "events": _bounded(events)}
        for alert_id, episode, events in found
        if events
    ]
    await _FREEZE.execute(tx, rows)


async def of(tx: AsyncConnection, episodes: Collection[str]) -> dict[str, list[str]]:
    """The events of those of *episodes* that have any, newest first."""
    wanted = sorted(episodes)
    found: dict[str, list[str]] = {}
    for start in range(0, len(wanted), _BATCH):
        some = select(evidence.c.episode, evidence.c.events)
        rows = await tx.execute(some.where(evidence.c.episode.in_(wanted[start : start + _BATCH])))
        found |= {row.episode: row.events for row in rows}
    return found


async def prune(tx: AsyncConnection, before: dt.datetime) -> int:
    """Forget what was frozen before *before* of episodes that are over; how many they were."""
    over = (evidence.c.recorded_at < before) & evidence.c.episode.not_in(lasting())
    return (await tx.execute(delete(evidence).where(over))).rowcount


def _bounded(events: Sequence[str]) -> list[str]:
    return [each if len(each) <= LONGEST else each[: LONGEST - 1] + "…" for each in events[:MOST_EVENTS]]
