"""Alerts × a script of events → the messages they would send, on a clock that only the script moves.

The same slots, conditions, transitions, routing and rendering as the running daemon, over an event store in memory;
every message is accepted at once. Nothing is stored and nothing leaves the process.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.alerts.schedule import next_slot
from lynxalert.daemon.runner import EngineRunner
from lynxalert.daemon.slots import Position, run_due
from lynxalert.engine import Engine, EventSource
from lynxalert.events import EventStore
from lynxalert.events.script import Timed
from lynxalert.notify.model import Delivery, Start, Status
from lynxalert.notify.queueing import queue, situation_of
from lynxalert.state import Cursor, Definition

# Where messages go of an alert that names no channel: they only have to be addressed to somebody.
NOBODY = ChannelSpec(type="webhook", name="rehearsal", config={"url": "https://example.com/"})


@dataclass(slots=True)
class ScriptClock:
    """A clock that stands where it is put."""

    instant: dt.datetime

    def now(self) -> dt.datetime:
        """Where it was put."""
        return self.instant

    async def sleep(self, duration: dt.timedelta) -> None:
        """Be that much later."""
        self.instant += duration


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery that the rehearsal came to: sent, or suppressed for a reason."""

    at: dt.datetime
    alert: Alert
    delivery: Delivery

    @property
    def sent(self) -> bool:
        """Whether somebody would have received it."""
        return self.delivery.status is Status.DELIVERED

    @property
    def text(self) -> str:
        """What the receiver would have read."""
        message = self.delivery.message
        return f"{message.title}\n{message.text}"


@dataclass(slots=True)
class _Part:
    """One alert on stage: where it stands and which starts were accepted."""

    position: Position
    starts: dict[tuple[str, object], Start] = field(default_factory=dict)


async def rehearse(
    alerts: Iterable[Alert],
    events: Sequence[Timed],
    start: dt.datetime,
    lasts: dt.timedelta,
    *,
    engine: Callable[[EventSource], Engine] = Engine,
) -> tuple[Told, ...]:
    """Every delivery of *alerts* from *start* on for *lasts*, in order of time; *engine* knows macros and lookups.

    1. At each slot, what the script has sent by then is stored.
    2. Every alert due there is judged as the daemon judges it.
    3. What it tells is routed, rendered, and taken as delivered.

    Raises:
        EvaluationError: an alert could not be judged.
    """
    clock = ScriptClock(start)
    store = EventStore(":memory:", clock=clock)
    runner = EngineRunner(engine(store), store, parallel=1)
    parts = [_Part(_position(alert, start)) for alert in alerts]
    waiting = list(events)
    told: list[Told] = []
    try:
        while (instant := min((part.position.cursor.next_slot for part in parts), default=None)) is not None:
            if instant > start + lasts:
                break
            clock.instant = instant
            waiting = _store_until(store, waiting, instant, clock)
            for part in parts:
                if part.position.cursor.next_slot <= instant:
                    told += await _judge(runner, part, instant)
    finally:
        runner.close()
        store.close()
    return tuple(told)


def _position(alert: Alert, start: dt.datetime) -> Position:
    channels = alert.channels or (NOBODY,)
    definition = Definition(
        alert=replace(alert, channels=channels), revision=1, created_at=start, updated_at=start
    )
    return Position(definition, Cursor(alert_id=alert.id, next_slot=next_slot(alert, start)), {})


def _store_until(
    store: EventStore, waiting: list[Timed], instant: dt.datetime, clock: ScriptClock
) -> list[Timed]:
    """Store what was sent by *instant*, each event arriving when it was sent; answer what is left."""
    due = [one for one in waiting if one.at <= instant]

    def origin(one: Timed) -> tuple[str, str, str, str]:
        event = one.event
        return event.index, event.source, event.sourcetype or "", event.host or ""

    for (index, source, sourcetype, host), group in groupby(sorted(due, key=origin), key=origin):
        raws = [one.event.raw for one in group]
        store.ingest(raws, index=index, source=source, sourcetype=sourcetype or None, host=host or None)
    clock.instant = instant
    return waiting[len(due) :]


async def _judge(runner: EngineRunner, part: _Part, now: dt.datetime) -> list[Told]:
    outcome = await run_due(runner, part.position, now)
    alert = outcome.alert
    part.position = replace(part.position, cursor=outcome.cursor, instances=outcome.instances)
    deliveries = queue(outcome.occasions, situation_of(alert, now, starts=tuple(part.starts.values())))
    told = []
    for delivery in deliveries:
        accepted = delivery.status is Status.QUEUED
        settled = replace(delivery, status=Status.DELIVERED) if accepted else delivery
        at = (delivery.episode, delivery.target)
        if accepted and at not in part.starts:
            part.starts[at] = Start(delivery.key, delivery.episode, delivery.target, Status.DELIVERED, now)
        told.append(Told(now, alert, settled))
    return told
