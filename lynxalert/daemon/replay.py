"""Alerts replayed: judged as the daemon judges them, over a state of their own, on a clock that only the replay moves.

The same slots, conditions, transitions, overlays, routing, rendering and rows of state as in the running daemon. What
is owed is taken as delivered at once: nothing leaves the process, and the state is gone when the replay is over.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import assert_never

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.alerts.conditions import build
from lynxalert.alerts.schedule import as_of, next_slot, slots_after
from lynxalert.daemon.commit import Voice, commit
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.foresight import Foresight
from lynxalert.daemon.lookback import Past, late_since, look_back
from lynxalert.daemon.questions import about
from lynxalert.daemon.release import release_due
from lynxalert.daemon.runner import Runner
from lynxalert.daemon.slots import Outcome, Position, look_at, run_due
from lynxalert.notify.digest import composing
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.lanes import Drop, Send, next_action
from lynxalert.notify.model import Delivery
from lynxalert.notify.outbox import Lane
from lynxalert.notify.queueing import made
from lynxalert.notify.retry import after_success
from lynxalert.state import Cursor, Database, Silence, StoredOutbox, history, overlays, owed

# Where messages go of an alert that names no channel: they only have to be addressed to somebody.
NOBODY = ChannelSpec(type="webhook", name="rehearsal", config={"url": "https://example.com/"})
MOST_TOLD = 100_000
LEASE = dt.timedelta(minutes=1)


@dataclass(slots=True)
class ReplayClock:
    """A clock that stands where it is put."""

    instant: dt.datetime

    def now(self) -> dt.datetime:
        """Where it was put."""
        return self.instant

    async def sleep(self, duration: dt.timedelta) -> None:
        """Be that much later."""
        self.instant += duration


def ignore(_: dt.datetime) -> None:
    """Nobody wants to hear of instants."""


class Replay:
    """One replay. *database* holds what the daemon's state would hold, to be read when it is over.

    An alert is judged in memory; the database is only touched where there is something to tell, or to let go. With
    *ahead*, that many slots of each alert are asked together beforehand: for events that are all there already.
    """

    def __init__(
        self, database: Database, runner: Runner, clock: ReplayClock, voice: Voice, *, ahead: int = 0
    ) -> None:
        self.database = database
        self._runner = runner
        self._clock = clock
        self._voice = voice
        self._ahead = ahead
        self._outbox = StoredOutbox(database)
        self._positions: dict[str, Position] = {}  # as committed
        self._pending: dict[str, Outcome] = {}  # since then
        self._release_at: dt.datetime | None = None
        self._send_at: dt.datetime | None = None  # what waits for its group, or for the end of a mute

    async def put(self, alert: Alert) -> None:
        """Bring *alert* on; one without channels tells what it has to tell to nobody in particular."""
        dressed = alert if alert.channels else replace(alert, channels=(NOBODY,))
        now = self._clock.now()
        stored = await self.database.write(lambda tx: Edits().put(tx, dressed, now))
        cursor = Cursor(alert_id=alert.id, next_slot=next_slot(dressed, now))
        self._positions[alert.id] = Position(stored, cursor, {})

    async def hush(self, silence: Silence) -> None:
        """Add a silence or mute; it holds from its own start on."""
        await self.database.write(lambda tx: overlays.silence(tx, silence))

    async def run(self, until: dt.datetime, before: Callable[[dt.datetime], None] = ignore) -> None:
        """Go from instant to instant at which anything is due, up to *until*; *before* hears of each first."""
        runner, foreseen = self._runner, self._clock.now()
        while (instant := self._next()) is not None and instant <= until:
            if self._ahead and instant > foreseen:
                runner, foreseen = await self._foresee(until)
            self._clock.instant = instant
            before(instant)
            if self._send_at is not None and self._send_at <= instant:
                await self._deliver(instant)
            owing = self._release_at is not None and self._release_at <= instant
            if owing:
                await self._let_go(instant)
            outcomes = [await self._judge(runner, each, instant) for each in self._due(instant)]
            self._pending |= {each.alert.id: each for each in outcomes}
            if any(each.occasions or each.notices or each.amended for each in outcomes):
                await self._commit(instant)
                owing = True
            if owing:  # what is let go and what begins at one instant go out together
                await self._deliver(instant)
        await self._commit(until)

    async def owes_too_much(self) -> bool:
        """Whether there is more than `told` tells."""
        async with self.database.read() as tx:
            return sum((await owed.counts(tx)).values()) > MOST_TOLD

    async def told(self) -> tuple[Delivery, ...]:
        """Everything that was owed, as it ended, in order of time."""
        async with self.database.read() as tx:
            found = await owed.listed(tx, limit=MOST_TOLD)
        return tuple(
            sorted(
                (each.delivery for each in reversed(found)), key=lambda one: one.settled_at or one.created_at
            )
        )

    def _standing(self, alert_id: str) -> Position:
        """Where an alert stands, committed or not."""
        position, pending = self._positions[alert_id], self._pending.get(alert_id)
        if pending is None:
            return position
        return replace(position, cursor=pending.cursor, instances=pending.instances)

    def _next(self) -> dt.datetime | None:
        """The next instant at which anything is due."""
        now = self._clock.now()
        standing = map(self._standing, self._positions)
        looks = (look_at(each.alert, each.cursor, now) for each in standing)
        return min(
            (each for each in (*looks, self._release_at, self._send_at) if each is not None), default=None
        )

    def _due(self, instant: dt.datetime) -> list[Position]:
        standing = map(self._standing, self._positions)
        return [
            each
            for each in standing
            if (at := look_at(each.alert, each.cursor, instant)) is not None and at <= instant
        ]

    async def _foresee(self, until: dt.datetime) -> tuple[Runner, dt.datetime]:
        """The next slots of every alert, answered; and up to when."""
        foresight, last = Foresight(self._runner), until
        for each in map(self._standing, self._positions):
            alert, condition = each.alert, build(each.alert.when)
            slots = list(islice(takewhile(until.__ge__, _slots(each)), self._ahead))
            for slot in slots:
                foresight.expect(about(alert, condition, as_of(alert, slot), each.cursor.memory))
            last = min(last, slots[-1]) if len(slots) == self._ahead else last
        await foresight.fill()
        return foresight, last

    async def _judge(self, runner: Runner, position: Position, instant: dt.datetime) -> Outcome:
        """The outcome of what is due, on top of what is not committed yet."""
        begun: Outcome | None = None
        if (since := late_since(runner, position)) is not None:
            await self._commit(instant)
            async with self.database.read() as tx:
                recent = (await history.recent(tx, [position.alert.id], since)).get(position.alert.id, ())
            begun = await look_back(runner, position, instant, recent, self._past)
        outcome = await run_due(runner, position, instant, frozenset(), begun)
        earlier = self._pending.get(position.alert.id)
        return replace(
            outcome,
            before=self._positions[position.alert.id],
            evaluations=(*(earlier.evaluations if earlier else ()), *outcome.evaluations),
        )

    async def _past(self, alert_id: str, since: dt.datetime) -> Past:
        async with self.database.read() as tx:
            slots = await history.judged_since(tx, alert_id, since)
            return slots, await history.transitions_since(tx, alert_id, since)

    async def _commit(self, instant: dt.datetime) -> None:
        """Store what is pending, as the daemon does."""
        pending, self._pending = self._pending, {}
        if not pending:
            return
        outcomes = list(pending.values())
        await self.database.write(lambda tx: commit(tx, outcomes, instant, self._voice))
        for each in outcomes:
            self._positions[each.alert.id] = replace(
                each.before, cursor=each.cursor, instances=each.instances
            )
        await self._look_ahead()

    async def _let_go(self, instant: dt.datetime) -> None:
        """What was suppressed for long enough."""
        await self._commit(instant)
        await self.database.write(lambda tx: release_due(tx, instant, self._voice.inhibitions()))
        await self._look_ahead()

    async def _look_ahead(self) -> None:
        async with self.database.read() as tx:
            self._release_at = await owed.next_waiting(tx)

    async def _deliver(self, now: dt.datetime) -> None:
        """Take everything that is due as accepted, in the order in which the sender would send it."""
        for destination in await self._outbox.destinations(now):
            while lanes := await self._outbox.claim(destination, now, now + LEASE):
                (lane,) = lanes
                if (digest := await self._grouped(lane, now)) is not None:
                    await self._outbox.settle([after_success(digest, now)])
                    continue
                action = next_action(lane, now)
                match action:
                    case Drop(deliveries=dropped):
                        await self._outbox.settle(dropped)
                    case Send(delivery=sent):
                        await self._outbox.settle([after_success(sent, now)])
                    case _:
                        assert_never(action)
        self._send_at = await self._outbox.next_due(now)

    async def _grouped(self, lane: Lane, now: dt.datetime) -> Delivery | None:
        """The digest of the group that *lane* goes out with."""
        head = lane.deliveries[0]
        channel = made(lane.channel) if lane.channel is not None else None
        if head.group is None or head.is_digest or channel is None:
            return None
        compose = composing(channel.markup, now)
        return await self._outbox.gather(head, now, now + LEASE, compose, group=head.group)


def _slots(position: Position) -> Iterator[dt.datetime]:
    """The slots that are not judged yet."""
    yield position.cursor.next_slot
    yield from slots_after(position.alert.schedule, position.alert.id, position.cursor.next_slot)


@asynccontextmanager
async def replayed(
    runner: Runner, start: dt.datetime, *, inhibitions: Sequence[Inhibition] = (), ahead: int = 0
) -> AsyncIterator[Replay]:
    """A replay at whose beginning it is *start*."""
    voice = Voice(inhibitions=lambda: inhibitions)
    with tempfile.TemporaryDirectory(prefix="lynxalert-") as folder:
        database = await Database.open(pathlib.Path(folder) / "state.sqlite", lasting=False)
        try:
            yield Replay(database, runner, ReplayClock(start), voice, ahead=ahead)
        finally:
            await database.close()
