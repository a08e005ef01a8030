"""Alerts on a stage: the daemon's evaluator over a state of its own, on a clock that only the play moves.

The same slots, conditions, transitions, overlays, routing, rendering and rows of state as in the running daemon. What
is owed is taken as delivered at once: nothing leaves the process, and the state is gone when the play is over.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import assert_never

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.runner import Runner
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.lanes import Drop, Send, next_action
from lynxalert.notify.model import Delivery, Status
from lynxalert.state import Database, Silence, StoredOutbox, overlays, owed

# Where messages go of an alert that names no channel: they only have to be addressed to somebody.
NOBODY = ChannelSpec(type="webhook", name="rehearsal", config={"url": "https://example.com/"})
MOST_TOLD = 100_000
LEASE = dt.timedelta(minutes=1)


@dataclass(slots=True)
class StageClock:
    """A clock that stands where it is put."""

    instant: dt.datetime

    def now(self) -> dt.datetime:
        """Where it was put."""
        return self.instant

    async def sleep(self, duration: dt.timedelta) -> None:
        """Be that much later."""
        self.instant += duration


class Stage:
    """One play. *database* holds what the daemon's state would hold, to be read when it is over."""

    def __init__(
        self, database: Database, runner: Runner, clock: StageClock, inhibitions: Sequence[Inhibition]
    ) -> None:
        self.database = database
        self._clock = clock
        self._outbox = StoredOutbox(database)
        voice = Voice(inhibitions=lambda: inhibitions)
        # Patience is for those who wait: here the slow ones hold up nobody.
        self._evaluator = Evaluator(database, runner, clock, voice=voice, patience=dt.timedelta(hours=1))

    async def put(self, alert: Alert) -> None:
        """Bring *alert* on; one without channels tells what it has to tell to nobody in particular."""
        dressed = alert if alert.channels else replace(alert, channels=(NOBODY,))
        now = self._clock.now()
        await self.database.write(lambda tx: Edits().put(tx, dressed, now))

    async def hush(self, silence: Silence) -> None:
        """Add a silence or mute; it holds from its own start on."""
        await self.database.write(lambda tx: overlays.silence(tx, silence))

    async def play(self, until: dt.datetime, before: Callable[[dt.datetime], None] = lambda at: None) -> None:
        """Go from instant to instant at which anything is due, up to *until*; *before* hears of each first."""
        await self._evaluator.tick()
        while (at := self._evaluator.next_look(self._clock.now())) <= until:
            self._clock.instant = max(at, self._clock.instant)
            before(self._clock.instant)
            await self._evaluator.tick()
            await self._deliver()

    async def told(self) -> tuple[Delivery, ...]:
        """Everything that was owed, as it ended, in order of time."""
        async with self.database.read() as tx:
            found = await owed.listed(tx, limit=MOST_TOLD)
        return tuple(
            sorted((each.delivery for each in reversed(found)), key=lambda one: one.settled_at or one.created_at)
        )

    async def _deliver(self) -> None:
        """Take everything that is due as accepted, in the order in which the sender would send it."""
        now = self._clock.now()
        for destination in await self._outbox.destinations(now):
            while (lane := await self._outbox.claim(destination, now, now + LEASE)) is not None:
                action = next_action(lane, now)
                match action:
                    case Drop(deliveries=dropped):
                        await self._outbox.settle(dropped)
                    case Send(delivery=sent):
                        await self._outbox.settle([_accepted(sent, now)])
                    case _:
                        assert_never(action)


def _accepted(delivery: Delivery, now: dt.datetime) -> Delivery:
    return replace(
        delivery,
        status=Status.DELIVERED,
        attempt=delivery.attempt + 1,
        reason=None,
        due_at=None,
        lease_until=None,
        settled_at=now,
    )


@asynccontextmanager
async def staged(
    runner: Runner, start: dt.datetime, inhibitions: Sequence[Inhibition] = ()
) -> AsyncIterator[Stage]:
    """A stage on which it is *start*."""
    with tempfile.TemporaryDirectory(prefix="lynxalert-") as folder:
        database = await Database.open(pathlib.Path(folder) / "state.sqlite", lasting=False)
        try:
            yield Stage(database, runner, StageClock(start), inhibitions)
        finally:
            await database.close()
