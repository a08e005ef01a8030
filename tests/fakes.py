"""Fakes that are passed in, never patched: a clock moved by hand."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import itertools

EPOCH = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)


class FakeClock:
    """A `lynxalert.clock.Clock` that stands still until the test moves it.

    clock = FakeClock()
    await clock.advance(dt.timedelta(minutes=5))   # wakes sleepers in order, each at its own instant
    clock.leap(-dt.timedelta(hours=1))             # is set wrong, or right: timers go on as before
    clock.set(...)                                 # jumps, also backwards (a clock set wrong): sleepers past due wake
    """

    def __init__(self, start: dt.datetime = EPOCH) -> None:
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[dt.datetime, int, asyncio.Future[None]]] = []

    def now(self) -> dt.datetime:
        return self._now

    async def sleep(self, duration: dt.timedelta) -> None:
        if duration <= dt.timedelta(0):
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + duration, next(self._order), future))
        await future

    @property
    def sleeping(self) -> int:
        """How many sleepers wait."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def next_wake(self) -> dt.datetime | None:
        """When the earliest sleeper is due."""
        return min((due for due, _, future in self._sleepers if not future.done()), default=None)

    def tick(self, duration: dt.timedelta) -> None:
        """Move the time without giving anybody the loop; for synchronous tests."""
        self.set(self._now + duration)

    def set(self, instant: dt.datetime) -> None:
        """Jump to *instant*, forwards or back, and wake who is due."""
        self._now = instant
        while self._sleepers and self._sleepers[0][0] <= instant:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)

    def leap(self, by: dt.timedelta) -> None:
        """Be set back or ahead, as the clock of a machine is: whoever sleeps does so for as long as before."""
        self._now += by
        self._sleepers = [(due + by, order, future) for due, order, future in self._sleepers]

    async def advance(self, duration: dt.timedelta) -> None:
        """Move the time forward, waking each sleeper at its own instant and letting it run until it settles."""
        target = self._now + duration
        await settle()
        while (due := self.next_wake()) is not None and due <= target:
            self.set(max(due, self._now))
            await settle()
        self.set(target)
        await settle()


async def settle(turns: int = 50) -> None:
    """Give every ready task the loop. Enough for pure coroutines; wait on a condition where threads take part."""
    for _ in range(turns):
        await asyncio.sleep(0)
