"""Work on the state → the same work, tried until the disk takes it: a full disk ends no part of the daemon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from lynxalert.clock import Clock
from lynxalert.notify.digest import Compose
from lynxalert.notify.model import Delivery, Target
from lynxalert.notify.outbox import Lane, Outbox
from lynxalert.state import is_trouble, reason_of

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.state")

PAUSE = dt.timedelta(seconds=5)

T = TypeVar("T")


class Patience:
    """Of whoever cannot give up. What was refused within the last two pauses still is, as far as anybody knows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refused_at: dt.datetime | None = None
        self._reason = ""

    def stall(self, now: dt.datetime) -> str | None:
        """What the state file refuses with, if it does."""
        refused = self._refused_at
        if refused is None or now - refused > 2 * PAUSE:
            return None
        return f"the state file cannot be read or written: {self._reason}"

    async def through(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do *work*, which is all or nothing, until the state file takes it; what else it raises is raised."""
        while True:
            try:
                return await work()
            except Exception as error:
                if not is_trouble(error):
                    raise
                self._refused(error)
            await self._clock.sleep(PAUSE)

    def _refused(self, error: Exception) -> None:
        now, reason = self._clock.now(), reason_of(error)
        if self.stall(now) is None or reason != self._reason:  # once, however many wait
            log.error("state_refused", reason=reason, next_attempt=str(PAUSE))
        self._refused_at, self._reason = now, reason


class PatientOutbox:
    """*outbox* for a sender. What was accepted outside is remembered here until the disk takes it: it is not sent again."""

    def __init__(self, outbox: Outbox, patience: Patience) -> None:
        self._outbox = outbox
        self._through = patience.through

    async def destinations(self, now: dt.datetime) -> Sequence[str]:
        """As `Outbox` says; so are the others."""
        return await self._through(lambda: self._outbox.destinations(now))

    async def claim(
        self, destination: str, now: dt.datetime, lease_until: dt.datetime, most: int = 1
    ) -> Sequence[Lane]:
        """The lease runs from *now*, however long that took: one that ran out meanwhile is claimed anew."""
        return await self._through(lambda: self._outbox.claim(destination, now, lease_until, most))

    async def release(self, lanes: Sequence[Lane]) -> None:
        """Give *lanes* back."""
        await self._through(lambda: self._outbox.release(lanes))

    async def waiting_at(self, target: Target, now: dt.datetime, most: int) -> int:
        """How many deliveries *target* could be sent."""
        return await self._through(lambda: self._outbox.waiting_at(target, now, most))

    async def gather(
        self,
        head: Delivery,
        now: dt.datetime,
        lease_until: dt.datetime,
        compose: Compose,
        *,
        group: str | None,
    ) -> Delivery | None:
        """Put one digest in the place of many."""
        return await self._through(lambda: self._outbox.gather(head, now, lease_until, compose, group=group))

    async def settle(self, deliveries: Sequence[Delivery]) -> bool:
        """Store *deliveries* as they now are."""
        return await self._through(lambda: self._outbox.settle(deliveries))

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        """When the next falls due."""
        return await self._through(lambda: self._outbox.next_due(now))

    async def rewind(self, now: dt.datetime, by: dt.timedelta) -> int:
        """The clock was set back."""
        return await self._through(lambda: self._outbox.rewind(now, by))

    async def reclaim(self) -> int:
        """Make every lease due."""
        return await self._through(self._outbox.reclaim)
