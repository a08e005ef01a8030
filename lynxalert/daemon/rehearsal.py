"""Alerts × a script of events → the messages they would send: a replay over an event store in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from lynxalert.alerts import Alert
from lynxalert.daemon.replay import ReplayClock, replayed
from lynxalert.daemon.runner import EngineRunner
from lynxalert.engine import Engine, EventSource
from lynxalert.events import EventStore
from lynxalert.events.script import Timed
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.model import Delivery, Status
from lynxalert.state import Silence


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery that the rehearsal came to: sent, or suppressed for a reason."""

    alert: Alert
    delivery: Delivery

    @property
    def at(self) -> dt.datetime:
        """When it was sent, or would have been."""
        return self.delivery.settled_at or self.delivery.created_at

    @property
    def sent(self) -> bool:
        """Whether somebody would have received it."""
        return self.delivery.status is Status.DELIVERED

    @property
    def text(self) -> str:
        """What the receiver would have read."""
        message = self.delivery.message
        return f"{message.title}\n{message.text}"


async def rehearse(
    alerts: Iterable[Alert],
    events: Sequence[Timed],
    start: dt.datetime,
    lasts: dt.timedelta,
    *,
    silences: Iterable[Silence] = (),
    inhibitions: Sequence[Inhibition] = (),
    engine: Callable[[EventSource], Engine] = Engine,
) -> tuple[Told, ...]:
    """Every delivery of *alerts* from *start* on for *lasts*, in order of time; *engine* knows macros and lookups.

    At each instant, what the script has sent by then is stored before anything is judged.
    """
    known = {alert.id: alert for alert in alerts}
    clock = ReplayClock(start)
    store = EventStore(":memory:", clock=clock)
    runner = EngineRunner(engine(store), store, parallel=1)
    waiting = list(events)

    def arrive(instant: dt.datetime) -> None:
        nonlocal waiting
        clock.instant = instant
        waiting = _store_until(store, waiting, instant)

    try:
        async with replayed(runner, start, inhibitions=inhibitions) as replay:
            for alert in known.values():
                await replay.put(alert)
            for silence in silences:
                await replay.hush(silence)
            await replay.run(start + lasts, arrive)
            return tuple(Told(known[each.alert_id], each) for each in await replay.told())
    finally:
        runner.close()
        store.close()


def _store_until(store: EventStore, waiting: list[Timed], instant: dt.datetime) -> list[Timed]:
    """Store what was sent by *instant*; answer what is left."""
    due = [one for one in waiting if one.at <= instant]

    def origin(one: Timed) -> tuple[str, str, str, str]:
        event = one.event
        return event.index, event.source, event.sourcetype or "", event.host or ""

    for (index, source, sourcetype, host), group in groupby(sorted(due, key=origin), key=origin):
        raws = [one.event.raw for one in group]
        store.ingest(raws, index=index, source=source, sourcetype=sourcetype or None, host=host or None)
    return waiting[len(due) :]
