"""Reasons to stay quiet, at rest: silences, mutes (the silence of one alert), acknowledgements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.notify.matchers import Matcher, all_match, parse_matcher
from lynxalert.state import chronicle
from lynxalert.state.chronicle import FOREVER, OVER, Matter, Note
from lynxalert.state.tables import acks, silences


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Matchers plus time. With *alert_id* it is a mute; *ends_at* None: until ended by hand.

    Every one of *matchers* must hold; none match everything.
    """

    id: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    reason: str = ""
    who: str = ""
    alert_id: str | None = None
    matchers: tuple[Matcher, ...] = ()
    ended_at: dt.datetime | None = None

    def covers(self, alert_id: str, labels: Mapping[str, Any], at: dt.datetime) -> bool:
        """Whether it keeps an instance with *labels* quiet at *at*."""
        if self.alert_id not in (None, alert_id) or not self.is_active(at):
            return False
        return all_match(self.matchers, labels)

    def is_active(self, at: dt.datetime) -> bool:
        """Whether it holds at *at*."""
        ends = min((each for each in (self.ends_at, self.ended_at) if each is not None), default=None)
        return self.starts_at <= at and (ends is None or at < ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Somebody knows of an episode: no more repeats of it, until *until* or its end."""

    episode: str
    alert_id: str
    at: dt.datetime
    until: dt.datetime | None = None
    who: str = ""
    note: str = ""


async def silence(tx: AsyncConnection, made: Silence, now: dt.datetime | None = None) -> None:
    """Store a silence made at *now* (as it starts, unless said), in place of one with its id.

    A mute ends every earlier mute of its alert.
    """
    if made.alert_id is not None:
        earlier = silences.c.alert_id == made.alert_id
        await _end(tx, earlier, made.starts_at, max(made.starts_at, now or made.starts_at))
    values = {name: getattr(made, name) for name in silences.c.keys()}  # noqa: SIM118 - not a mapping
    values["matchers"] = [str(each) for each in made.matchers]
    statement = insert(silences).values(values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    known = Note(Matter.SILENCE, made.alert_id or "", made.id, None, made.ends_at or FOREVER)
    await chronicle.note(tx, [known], now or made.starts_at)


async def end(tx: AsyncConnection, silence_id: str, now: dt.datetime) -> bool:
    """End a silence by hand; whether it still held or was to come."""
    return await _end(tx, silences.c.id == silence_id, now)


async def unmute(tx: AsyncConnection, alert_id: str, now: dt.datetime) -> bool:
    """End the mute of an alert by hand; whether there was one."""
    return await _end(tx, silences.c.alert_id == alert_id, now)


async def silenced(tx: AsyncConnection, now: dt.datetime) -> tuple[Silence, ...]:
    """Every silence and mute that holds at *now*, earliest first."""
    return await _silences(tx, and_(silences.c.starts_at <= now, _unended(now)))


async def expired(tx: AsyncConnection, since: dt.datetime, now: dt.datetime) -> tuple[Silence, ...]:
    """Those that ran out by themselves after *since*, up to *now*."""
    ran_out = and_(silences.c.ends_at > since, silences.c.ends_at <= now)
    return await _silences(tx, and_(ran_out, silences.c.ended_at.is_(None)))


async def all_silences(tx: AsyncConnection) -> tuple[Silence, ...]:
    """Every silence and mute there was, earliest first."""
    return await _silences(tx, silences.c.id.is_not(None))


async def find(tx: AsyncConnection, silence_id: str) -> Silence | None:
    """The silence or mute of that id."""
    found = await _silences(tx, silences.c.id == silence_id)
    return found[0] if found else None


async def mute_of(tx: AsyncConnection, alert_id: str, now: dt.datetime) -> Silence | None:
    """The mute of an alert that holds at *now*."""
    found = await _silences(tx, and_(silences.c.alert_id == alert_id, _unended(now)))
    return next((each for each in found if each.is_active(now)), None)


async def acknowledge(tx: AsyncConnection, made: Ack) -> None:
    """Store an acknowledgement, in place of an earlier one of its episode."""
    values = {name: getattr(made, name) for name in acks.c.keys()}  # noqa: SIM118 - not a mapping
    await tx.execute(
        insert(acks).values(values).on_conflict_do_update(index_elements=["episode"], set_=values)
    )
    said = {"who": made.who, "note": made.note, "until": made.until}
    known = Note(Matter.ACK, made.alert_id, made.episode, said, made.until or FOREVER)
    await chronicle.note(tx, [known], made.at)


async def unacknowledge(tx: AsyncConnection, episode: str, now: dt.datetime) -> bool:
    """Undo an acknowledgement at *now*; whether there was one."""
    alert_id = await tx.scalar(select(acks.c.alert_id).where(acks.c.episode == episode))
    if alert_id is None:
        return False
    await tx.execute(acks.delete().where(acks.c.episode == episode))
    await chronicle.note(tx, [Note(Matter.ACK, alert_id, episode, OVER)], now)
    return True


async def acked(tx: AsyncConnection, now: dt.datetime) -> dict[str, Ack]:
    """The acknowledgements that hold at *now*, by episode."""
    found = select(acks).where(or_(acks.c.until.is_(None), acks.c.until > now))
    return {row["episode"]: Ack(**row) for row in (await tx.execute(found)).mappings()}


def _unended(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        or_(silences.c.ends_at.is_(None), silences.c.ends_at > now),
        or_(silences.c.ended_at.is_(None), silences.c.ended_at > now),
    )


async def _end(
    tx: AsyncConnection, which: ColumnElement[bool], at: dt.datetime, now: dt.datetime | None = None
) -> bool:
    """End these as of *at*; *now* is when it becomes so, if not then."""
    ended = await tx.execute(
        update(silences)
        .where(which, _unended(at))
        .values(ended_at=at)
        .returning(silences.c.id, silences.c.alert_id)
    )
    over = [Note(Matter.SILENCE, row.alert_id or "", row.id, OVER) for row in ended]
    await chronicle.note(tx, over, now or at)
    return bool(over)


async def _silences(tx: AsyncConnection, which: ColumnElement[bool]) -> tuple[Silence, ...]:
    found = select(silences).where(which).order_by(silences.c.starts_at, silences.c.id)
    return tuple(_silence(row) for row in (await tx.execute(found)).mappings())


def _silence(row: RowMapping) -> Silence:
    return Silence(**{**row, "matchers": tuple(map(parse_matcher, row["matchers"]))})
