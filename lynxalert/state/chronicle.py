"""What held from when to when: entries opened and closed by the commit that made them so, so that any instant can be read again.

What happens at one instant (transitions, evaluations, attempts) is `history`. Nothing here is asked by the evaluator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.state.lots import lots
from lynxalert.state.many import Many
from lynxalert.state.tables import acks, chronicle, instances, silences

FOREVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)  # sorts after every instant, and fits every client


class Matter(StrEnum):
    """What an entry is about; in brackets its key."""

    INSTANCE = "instance"  # one that is not plain `ok` (its key): an `Instance`
    HEALTH = "health"  # an alert that cannot do its work: a `Health`
    DEFINITION = "definition"  # an alert as it was defined, without its channels: an `Alert`
    SILENCE = "silence"  # a silence or mute that was made and not ended (its id)
    ACK = "ack"  # somebody knows of an episode (its id): `who`, `note`, `until`
    INHIBITIONS = "inhibitions"  # the rules in force
    DELIVERY = "delivery"  # what a delivery was (its id) before it became something else: `status`, `reason`


@dataclass(frozen=True, slots=True)
class Note:
    """What holds from now on of *matter*, *alert_id* and *key*; *body* `OVER`: nothing any more. *until* as far as is known.

    *is_new*: nothing held of it until now, so that there is nothing to close.
    """

    matter: Matter
    alert_id: str
    key: str
    body: Any
    until: dt.datetime = FOREVER
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What held from *since*, included, to *until*, excluded."""

    alert_id: str
    key: str
    since: dt.datetime
    until: dt.datetime
    body: Any


class _Over:
    """The type of `OVER`."""


OVER = _Over()


def _close() -> Update:
    c = chronicle.c
    open_ = update(chronicle).where(
        c.matter == bindparam("a_matter"),
        c.alert_id == bindparam("an_alert"),
        c.key == bindparam("a_key"),
        c.until > bindparam("now"),
    )
    return open_.values(until=bindparam("now"))


_CLOSE = Many(_close(), ["until"])
_OPEN = Many(insert(chronicle), ["matter", "alert_id", "key", "since", "until", "body"])


async def note(tx: AsyncConnection, notes: Iterable[Note], now: dt.datetime) -> None:
    """Close what is open of each of *notes* at *now*, and open what holds instead."""
    every = list(notes)
    if not every:
        return
    places = [
        {"a_matter": str(each.matter), "an_alert": each.alert_id, "a_key": each.key, "now": now}
        for each in every
        if not each.is_new
    ]
    await _CLOSE.execute(tx, places)
    await _OPEN.execute(tx, [_columns(each, now) for each in every if each.body is not OVER])


async def held(tx: AsyncConnection, passed: Iterable[tuple[dt.datetime, Note]]) -> None:
    """Write down what is over already: each held from the instant beside it to its `until`."""
    await _OPEN.execute(tx, [_columns(each, since) for since, each in passed])


async def at(
    tx: AsyncConnection, matter: Matter, instant: dt.datetime, alert_ids: Collection[str] | None = None
) -> tuple[Entry, ...]:
    """What held at *instant*, of these alerts or all, in the order of alerts and keys."""
    held_then = held_at(matter, instant)
    if alert_ids is None:
        return tuple(await _entries(tx, held_then))
    wanted, found = sorted(alert_ids), []
    for part in lots(wanted):
        found += await _entries(tx, held_then & chronicle.c.alert_id.in_(part))
    return tuple(found)


async def at_places(
    tx: AsyncConnection, matter: Matter, instant: dt.datetime, places: Collection[tuple[str, str]]
) -> tuple[Entry, ...]:
    """What held at *instant* of these alerts and keys, in their order."""
    c, wanted, found = chronicle.c, sorted(places), []
    for part in lots(wanted):
        found += await _entries(tx, held_at(matter, instant) & tuple_(c.alert_id, c.key).in_(part))
    return tuple(found)


def held_at(matter: Matter, instant: dt.datetime) -> ColumnElement[bool]:
    """Which entries held at *instant*."""
    c = chronicle.c
    return (c.matter == str(matter)) & (c.since <= instant) & (c.until > instant)


async def of(tx: AsyncConnection, matter: Matter, places: Collection[tuple[str, str]]) -> tuple[Entry, ...]:
    """Every entry of these alerts and keys, oldest first."""
    c, wanted, found = chronicle.c, sorted(places), []
    for part in lots(wanted):
        found += await _entries(tx, (c.matter == str(matter)) & tuple_(c.alert_id, c.key).in_(part))
    return tuple(sorted(found, key=lambda each: each.until))


async def prune(tx: AsyncConnection, before: dt.datetime) -> int:
    """Forget what was over before *before*, silences and acknowledgements themselves included; how many rows went."""
    still = select(instances.c.episode).where(instances.c.episode.is_not(None))
    done = acks.c.episode.not_in(still) & (acks.c.at < before)
    known = (chronicle.c.matter == str(Matter.ACK)) & chronicle.c.key.not_in(still)
    gone = 0
    for stale in (
        delete(silences).where((silences.c.ended_at < before) | (silences.c.ends_at < before)),
        delete(acks).where(done),
        delete(chronicle).where(known, chronicle.c.since < before),
        delete(chronicle).where(chronicle.c.until < before),
    ):
        gone += (await tx.execute(stale)).rowcount
    return gone


async def _entries(tx: AsyncConnection, which: ColumnElement[bool]) -> list[Entry]:
    c = chronicle.c
    found = select(c.alert_id, c.key, c.since, c.until, c.body).where(which)
    rows = await tx.execute(found.order_by(c.alert_id, c.key, c.id))
    return [Entry(*row) for row in rows]


def _columns(each: Note, since: dt.datetime) -> dict[str, Any]:
    return {
        "matter": str(each.matter),
        "alert_id": each.alert_id,
        "key": each.key,
        "since": since,
        "until": each.until,
        "body": each.body,
    }
