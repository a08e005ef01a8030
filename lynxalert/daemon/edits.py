"""Edits of definitions → the state that stays, the ends that are owed. Each works inside an open transaction.

So a reload is one transaction over many edits, and an edit that races an evaluation wins: the evaluation notices
the new revision and is dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.alerts import Alert, ChannelSpec, Lifecycle, Reason
from lynxalert.alerts.changes import changes_meaning, lifecycle
from lynxalert.alerts.schedule import next_slot
from lynxalert.alerts.state import close
from lynxalert.alerts.turn import Turn
from lynxalert.daemon.commit import Deliver, say
from lynxalert.daemon.joining import Phrase, join, unsaid
from lynxalert.daemon.quiet import quietness
from lynxalert.daemon.release import think_again
from lynxalert.notify.facts import Occasion
from lynxalert.notify.model import Quiet, Target
from lynxalert.notify.queueing import queue, target_of
from lynxalert.notify.routing import SILENCING
from lynxalert.state import Cursor, Definition, Transaction, chronicle, definitions, instances
from lynxalert.state.chronicle import OVER, Matter, Note
from lynxalert.state.following import follow


@dataclass(frozen=True, slots=True)
class Edits:
    """How definitions are changed. *deliver* queues what that gives rise to, *phrase* says what is true of a row."""

    deliver: Deliver = queue
    phrase: Phrase = unsaid

    async def put(
        self, tx: Transaction, alert: Alert, now: dt.datetime, document: Mapping[str, Any] | None = None
    ) -> Definition:
        """Store *alert*, new or in place of what has its id; its version is counted here.

        1. What is stored as it is stays untouched.
        2. A change of meaning, or disabling, ends every episode.
        3. The cursor stays, unless the meaning or the schedule changed, or evaluation begins anew.
        4. What a channel never took at its old address is owed to its new one.
        5. A channel that joins hears what fires.
        """
        old = await definitions.load(tx, alert.id)
        if old is None or old.alert.id != alert.id:
            stored = await definitions.put(tx, alert, now, document)
            await instances.save_cursors(tx, [_fresh(stored.alert, now)])
            return stored
        alert = replace(alert, version=old.alert.version)
        if old.alert == alert and old.document == document:
            return old
        reason = _closing(old.alert, alert)
        if reason is not None:
            await self._close(tx, old.alert, reason, now, heir=alert)
        if changes_meaning(old.alert, alert):
            alert = replace(alert, version=alert.version + 1)
        await _move_cursor(tx, old.alert, alert, now)
        if old.alert.active_schedule != alert.active_schedule:
            await think_again(tx, alert.id, Quiet.OFF_SCHEDULE, now)
        for before, after in _readdressed(old.alert.channels, alert.channels):
            await follow(tx, alert.id, before, after, now)
        stored = await definitions.put(tx, alert, now, document)
        await join(tx, old.alert, alert, self.deliver, self.phrase, now)
        return stored

    async def put_all(
        self, tx: Transaction, alerts: Iterable[Alert], stored: Mapping[str, Definition], now: dt.datetime
    ) -> dict[str, Definition]:
        """`put` of many, where *stored* is all there is by id: what is the same costs nothing, the new go in together."""
        after: dict[str, Definition] = {}
        fresh: list[Alert] = []
        known = await definitions.ids(tx)
        for alert in alerts:
            old = stored.get(alert.id)
            if (
                old is not None
                and old.document is None
                and replace(alert, version=old.alert.version) == old.alert
            ):
                after[alert.id] = old
            elif alert.id in known:
                after[alert.id] = await self.put(tx, alert, now)
            else:
                fresh.append(alert)
        added = await definitions.add(tx, fresh, now)
        await instances.save_cursors(tx, [_fresh(each.alert, now) for each in added])
        return after | {each.alert.id: each for each in added}

    async def remove(self, tx: Transaction, alert_id: str, now: dt.datetime) -> bool:
        """Delete an alert; its open episodes end as `deleted`. Whether there was one."""
        old = await definitions.load(tx, alert_id)
        if old is None:
            return False
        await self._close(tx, old.alert, Reason.DELETED, now, heir=old.alert)
        for reason in SILENCING:  # nothing is left that could be quiet: ends that were held are owed now
            await think_again(tx, old.alert.id, reason, now)
        await instances.drop_cursor(tx, old.alert.id)
        await chronicle.note(tx, [Note(Matter.HEALTH, old.alert.id, "", OVER)], now)
        return await definitions.remove(tx, old.alert.id, now)

    async def _close(
        self, tx: Transaction, alert: Alert, reason: Reason, now: dt.datetime, heir: Alert
    ) -> None:
        """End every episode of *alert*; *heir* says how channels are told from now on."""
        before = (await instances.of(tx, [alert.id]))[alert.id]
        closed = close(Turn(alert, now), before, reason)
        await instances.save(tx, alert.id, before, closed.instances, now)
        occasions = [Occasion(alert=alert, transition=each) for each in closed.transitions]
        await say(tx, heir, occasions, await quietness(tx, now), self.deliver)


def _closing(old: Alert, new: Alert) -> Reason | None:
    if changes_meaning(old, new):
        return Reason.UPDATED
    return Reason.DISABLED if old.enabled and not new.enabled else None


def _readdressed(old: Sequence[ChannelSpec], new: Sequence[ChannelSpec]) -> Iterator[tuple[Target, Target]]:
    """The channels that go by the same type and name, and lead elsewhere; of several by one name it is not known."""
    before, after = _by_name(old), _by_name(new)
    for name in before.keys() & after.keys():
        if len(before[name]) == len(after[name]) == 1:
            lost, found = target_of(before[name][0]), target_of(after[name][0])
            if lost is not None and found is not None and lost.destination != found.destination:
                yield lost, found


def _by_name(channels: Sequence[ChannelSpec]) -> dict[tuple[str, str], list[ChannelSpec]]:
    named: dict[tuple[str, str], list[ChannelSpec]] = {}
    for each in channels:
        named.setdefault((each.type, each.name), []).append(each)
    return named


async def _move_cursor(tx: Transaction, old: Alert, new: Alert, now: dt.datetime) -> None:
    began = lifecycle(old, now) is not Lifecycle.ENABLED and lifecycle(new, now) is Lifecycle.ENABLED
    rewritten = changes_meaning(old, new)
    if not (began or rewritten or old.schedule != new.schedule or old.delay != new.delay):
        return
    fresh = _fresh(new, now)
    cursor = (await instances.cursor_of(tx, [new.id])).get(new.id)
    if cursor is not None:
        kept = replace(
            fresh,
            checked_at=cursor.checked_at,
            hit_at=cursor.hit_at,
            seen_sequence=cursor.seen_sequence,
            counts=cursor.counts,
        )
        fresh = kept if rewritten else replace(kept, memory=cursor.memory, health=cursor.health)
    if cursor is not None and cursor.health != fresh.health:
        await chronicle.note(tx, [Note(Matter.HEALTH, new.id, "", OVER)], now)
    await instances.save_cursors(tx, [fresh])


def _fresh(alert: Alert, now: dt.datetime) -> Cursor:
    return Cursor(alert_id=alert.id, next_slot=next_slot(alert, now))
