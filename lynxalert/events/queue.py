"""The bounded queue between the raw log and the tables: what is acknowledged but cannot be queried yet."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter, deque
from collections.abc import Sequence
from typing import NamedTuple

from lynxalert.clock import monotonic
from lynxalert.events.arrivals import Arrived, Cohort, flat
from lynxalert.events.errors import Backpressure
from lynxalert.events.rawlog import Place
from lynxalert.events.sleeper import Sleeper

WORTHWHILE = 4_000  # events that are inserted without waiting for more
LARGEST_TAKE = 10_000  # more would not stay in the processor's cache while it is taken apart
PATIENCE = 0.25  # seconds the first event of a batch waits at most
RETRY_AFTER = dt.timedelta(seconds=1)


class Load(NamedTuple):
    """What a batch takes up: when it arrived (µs since 1970 UTC), how many events, how many characters."""

    moment: int
    events: int
    size: int


class Record(NamedTuple):
    """One record of the log with what it holds; *place* is behind it."""

    place: Place
    batch: Sequence[Arrived]
    load: Load


def load_of(batch: Sequence[Arrived]) -> Load:
    """What *batch* takes up, which is not empty; all of it arrived at one moment."""
    moment = size = 0
    for part in flat(batch):
        if isinstance(part, Cohort):
            moment, size = part.moment, size + sum(map(len, part.events.raws))
        elif part:
            moment, size = part[0].moment, size + sum(len(item.raw) for _, item in part)
    return Load(moment, len(batch), size)


class Queue:
    """First in, first out, whole records only. Any thread may use it."""

    def __init__(self, *, most_events: int, most_characters: int) -> None:
        self._most_events = most_events
        self._most_characters = most_characters
        self._records: deque[Record] = deque()
        self._changed = threading.Condition()
        self._events = 0  # in the queue, on their way into it, or being stored
        self._characters = 0
        self._moments: Counter[int] = Counter()  # of arrival, with the events that wait since then
        self._put = self._taken = self._stored = 0  # events ever
        self._urgent = 0  # take at once until so many were ever taken
        self._flushes: list[tuple[int, Sleeper]] = []  # who waits until so many were ever stored
        self._oldest = 0.0
        self._closed = False

    @property
    def events(self) -> int:
        """Events that were admitted and cannot be queried yet."""
        return self._events

    @property
    def full(self) -> bool:
        """Whether hardly anything more would be admitted."""
        return self._events >= self._most_events or self._characters >= self._most_characters

    def oldest(self) -> int | None:
        """The moment of arrival of the first of them, in µs since 1970 UTC; None when all can be queried."""
        with self._changed:
            return min(self._moments, default=None)

    def reserve(self, load: Load) -> None:
        """Take room for *load* before it is written to the log.

        Raises:
            Backpressure: there is no room; nothing was taken.
        """
        with self._changed:
            events, characters = self._events + load.events, self._characters + load.size
            full = events > self._most_events or characters > self._most_characters
            if full and self._events:  # what is greater than the queue still fits an empty one
                raise Backpressure(RETRY_AFTER)
            self._events, self._characters = events, characters
            self._moments[load.moment] += load.events

    def withdraw(self, load: Load) -> None:
        """Give back the room of *load*, which never came."""
        with self._changed:
            self._leave(load)

    def _leave(self, load: Load) -> None:
        self._events -= load.events
        self._characters -= load.size
        self._moments[load.moment] -= load.events
        if not self._moments[load.moment]:
            del self._moments[load.moment]

    def put(self, records: Sequence[Record]) -> None:
        """Add *records*, for which room was reserved."""
        with self._changed:
            if not self._records:
                self._oldest = monotonic()
            self._records.extend(records)
            self._put += sum(record.load.events for record in records)
            self._changed.notify_all()

    def take(self) -> list[Record]:
        """Wait for a worthwhile batch, the end of patience, a flush or the close; empty means closed and empty."""
        with self._changed:
            while not self._ready():
                self._changed.wait(self._oldest + PATIENCE - monotonic() if self._records else None)
            taken: list[Record] = []
            events = 0
            while self._records and (not taken or events + self._records[0].load.events <= LARGEST_TAKE):
                taken.append(self._records.popleft())
                events += taken[-1].load.events
            self._taken += events
            self._oldest = monotonic()
            return taken

    def _ready(self) -> bool:
        if not self._records:
            return self._closed
        return (
            self._closed
            or self._taken < self._urgent
            or self.full
            or self._put - self._taken >= WORTHWHILE
            or monotonic() - self._oldest >= PATIENCE
        )

    def stored(self, records: Sequence[Record]) -> None:
        """Give back the room of *records*: they can be queried now."""
        with self._changed:
            for record in records:
                self._stored += record.load.events
                self._leave(record.load)
            self._changed.notify_all()
            for target, sleeper in self._flushes:
                if target <= self._stored:
                    sleeper.wake()

    async def flush(self) -> None:
        """Return when everything put before can be queried.

        No thread waits: a database may refuse for hours, and whoever is cancelled meanwhile leaves nothing behind.
        """
        sleeper = Sleeper()
        with self._changed:
            flush = self._put, sleeper
            if self._stored >= self._put:
                return
            self._urgent = max(self._urgent, self._put)
            self._flushes.append(flush)
            self._changed.notify_all()
        try:
            await sleeper.woken
        finally:
            with self._changed:
                self._flushes.remove(flush)

    def close(self) -> None:
        """Let `take` empty the queue and then end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
