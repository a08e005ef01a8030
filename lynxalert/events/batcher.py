"""The queue → the tables: one thread that inserts batches together with their place in the raw log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from lynxalert.events.arrivals import Arrived
from lynxalert.events.queue import Queue, Record
from lynxalert.events.rawlog import Place
from lynxalert.events.writer import Write, proven

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 5.0  # seconds between two attempts while the database refuses


class Batcher:
    """Takes records from *queue* and hands them to *write* until the queue is closed and empty.

    A batch that cannot be written is tried again record by record, without the events that no table can hold: one
    bad event holds up nothing. A database that refuses everything (a full disk) is asked again and again;
    meanwhile the queue fills and senders are told to wait. After each batch *tidy* is told how far the log is stored, and
    *opened* that the queue has room.
    """

    def __init__(
        self,
        queue: Queue,
        write: Write,
        tidy: Callable[[Place], object],
        opened: Callable[[], object] = lambda: None,
    ) -> None:
        self._queue = queue
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
        while records := self._queue.take():
            pause = SHORTEST_PAUSE
            while records:
                left = self._store(records)
                if len(left) == len(records):
                    if self._stopping.wait(pause):
                        return
                    pause = min(2 * pause, LONGEST_PAUSE)
                records = left

    def _store(self, records: list[Record]) -> list[Record]:
        """Insert *records* and return those that could not be."""
        if self._attempt([arrived for record in records for arrived in record.batch], records[-1].place):
            self._stored(records)
            return []
        for done, record in enumerate(records):
            if not self._attempt(proven(record.batch), record.place):
                return records[done:]
            self._stored([record])
        return []

    def _stored(self, records: list[Record]) -> None:
        self._queue.stored(records)
        self._opened()

    def _attempt(self, batch: Sequence[Arrived], place: Place) -> bool:
        try:
            self._write(batch, place)
        except Exception as error:  # noqa: BLE001 - the thread must live; the reason is shown by the health page
            self.failure = str(error) or type(error).__name__
            return False
        self.failure = None
        try:
            self._tidy(place)
        except Exception as error:  # noqa: BLE001 - the same; what is written is written, the next batch tidies again
            self.failure = str(error) or type(error).__name__
        return True
