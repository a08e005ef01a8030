"""The queue → the tables: one thread reads batches, another inserts them together with their place in the raw log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Generic, NamedTuple, TypeVar

from lynxalert.events.ahead import ahead
from lynxalert.events.arrivals import Arrived, Joined
from lynxalert.events.queue import Queue, Record
from lynxalert.events.rawlog import Place
from lynxalert.events.read import proven

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 5.0  # seconds between two attempts while the database refuses
AHEAD = 1  # batches read while one is inserted, which leaves the interpreter to others

R = TypeVar("R")


class Taken(NamedTuple, Generic[R]):
    """Records of the queue, and what reading them together gave: None if that failed."""

    records: list[Record]
    read: R | None


class Batcher(Generic[R]):
    """Takes records from *queue*, *read*s them and hands them to *write* until the queue is closed and empty.

    A batch that cannot be written is tried again record by record, without the events that no table can hold: one
    bad event holds up nothing. A database that refuses everything (a full disk) is asked again and again;
    meanwhile the queue fills and senders are told to wait. After each batch *tidy* is told how far the log is stored, and
    *opened* that the queue has room.
    """

    def __init__(
        self,
        queue: Queue,
        read: Callable[[Sequence[Arrived]], R],
        write: Callable[[R, Place], object],
        tidy: Callable[[Place], object],
        opened: Callable[[], object] = lambda: None,
    ) -> None:
        self._queue = queue
        self._read = read
        self._write = write
        self._tidy = tidy
        self._opened = opened
        self._stopping = threading.Event()
        self.failure: str | None = None  # why the last attempt failed; None after one that did not
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Store what is queued, then stop. What the database still refuses stays in the log for the next start."""
        self._stopping.set()
        self._queue.close()
        self._thread.join()

    def _run(self) -> None:
        with closing(ahead(self._taken(), depth=AHEAD)) as batches:
            for taken in batches:
                if not self._stored_whole(taken):
                    return

    def _stored_whole(self, taken: Taken[R]) -> bool:
        """Insert what was taken, however often it takes; false when the end came first."""
        pause = SHORTEST_PAUSE
        while left := self._store(taken):
            if len(left) == len(taken.records):
                if self._stopping.wait(pause):
                    return False
                pause = min(2 * pause, LONGEST_PAUSE)
            taken = Taken(left, None)
        return True

    def _taken(self) -> Iterator[Taken[R]]:
        while records := self._queue.take():
            try:
                yield Taken(records, self._read(Joined([record.batch for record in records])))
            except Exception:  # noqa: BLE001 - one event may be to blame; the attempt that fails says why
                yield Taken(records, None)

    def _store(self, taken: Taken[R]) -> list[Record]:
        """Insert the records taken and return those that could not be."""
        records = taken.records
        if taken.read is not None and self._attempt(taken.read, records[-1].place):
            self._stored(records)
            return []
        for done, record in enumerate(records):
            if not self._attempt_proven(record):
                return records[done:]
            self._stored([record])
        return []

    def _stored(self, records: list[Record]) -> None:
        self._queue.stored(records)
        self._opened()

    def _attempt_proven(self, record: Record) -> bool:
        try:
            read = self._read(proven(record.batch))
        except Exception as error:  # noqa: BLE001 - as below
            self.failure = str(error) or type(error).__name__
            return False
        return self._attempt(read, record.place)

    def _attempt(self, read: R, place: Place) -> bool:
        try:
            self._write(read, place)
        except Exception as error:  # noqa: BLE001 - the thread must live; the reason is shown by the health page
            self.failure = str(error) or type(error).__name__
            return False
        self.failure = None
        try:
            self._tidy(place)
        except Exception as error:  # noqa: BLE001 - the same; what is written is written, the next batch tidies again
            self.failure = str(error) or type(error).__name__
        return True
