"""The bounded queue between the raw log and the tables: what is acknowledged but cannot be queried yet."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from lynxalert.clock import monotonic
from lynxalert.events.arrivals import Arrived
from lynxalert.events.errors import Backpressure
from lynxalert.events.rawlog import Place

WORTHWHILE = 4_000  # events that are inserted without waiting for more
LARGEST_TAKE = 20_000
PATIENCE = 0.25  # seconds the first event of a batch waits at most
RETRY_AFTER = dt.timedelta(seconds=1)


class Record(NamedTuple):
    """One record of the log with what it holds; *place* is behind it, *size* in bytes."""

    place: Place
    batch: Sequence[Arrived]
    size: int


class Queue:
    """First in, first out, whole records only. Any thread may use it."""

    def __init__(self, *, most_events: int, most_bytes: int) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._records: deque[Record] = deque()
        self._changed = threading.Condition()
        self._reserved = 0  # events in the queue, on their way into it, or being stored
        self._bytes = 0
        self._put = self._taken = self._stored = 0  # events ever
        self._urgent = 0  # take at once until so many were ever taken
        self._oldest = 0.0
        self._closed = False

    @property
    def events(self) -> int:
        """Events that were admitted and cannot be queried yet."""
        return self._reserved

    def reserve(self, events: int, size: int) -> None:
        """Take room for *events* of *size* bytes before they are written to the log.

        Raises:
            Backpressure: there is no room; nothing was taken.
        """
        with self._changed:
            full = self._reserved + events > self._most_events or self._bytes + size > self._most_bytes
            if full and self._reserved:  # what is greater than the queue still fits an empty one
                raise Backpressure(RETRY_AFTER)
            self._reserved += events
            self._bytes += size

    def withdraw(self, events: int, size: int) -> None:
        """Give back room for events that never came."""
        with self._changed:
            self._reserved -= events
            self._bytes -= size
            self._changed.notify_all()

    def put(self, records: Sequence[Record]) -> None:
        """Add *records*, for which room was reserved."""
        with self._changed:
            if not self._records:
                self._oldest = monotonic()
            self._records.extend(records)
            self._put += sum(len(record.batch) for record in records)
            self._changed.notify_all()

    def take(self) -> list[Record]:
        """Wait for a worthwhile batch, the end of patience, a flush or the close; empty means closed and empty."""
        with self._changed:
            while not self._ready():
                self._changed.wait(self._oldest + PATIENCE - monotonic() if self._records else None)
            taken: list[Record] = []
            events = 0
            while self._records and (not taken or events + len(self._records[0].batch) <= LARGEST_TAKE):
                taken.append(self._records.popleft())
                events += len(taken[-1].batch)
            self._taken += events
            self._oldest = monotonic()
            return taken

    def _ready(self) -> bool:
        if not self._records:
            return self._closed
        return (
            self._closed
            or self._taken < self._urgent
            or self._put - self._taken >= WORTHWHILE
            or monotonic() - self._oldest >= PATIENCE
        )

    def stored(self, records: Sequence[Record]) -> None:
        """Give back the room of *records*: they can be queried now."""
        events = sum(len(record.batch) for record in records)
        with self._changed:
            self._stored += events
            self._reserved -= events
            self._bytes -= sum(record.size for record in records)
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when everything put before can be queried."""
        with self._changed:
            target = self._put
            self._urgent = max(self._urgent, target)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stored >= target)

    def close(self) -> None:
        """Let `take` empty the queue and then end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
