"""The event store: events in, a catalog and cursors out. Everything between is in the other files of this package."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import duckdb

from lynxalert.clock import Clock, SystemClock
from lynxalert.engine.catalog import Catalog
from lynxalert.events import tables
from lynxalert.events.database import MEMORY, connect
from lynxalert.events.errors import Unreadable
from lynxalert.events.event import Event, IngestReceipt, Reject
from lynxalert.events.extract import micros
from lynxalert.events.records import raw_text
from lynxalert.events.streams import Stream, Streams
from lynxalert.events.writer import Arrived, Writer

BATCH = 10_000  # events per transaction of a synchronous ingest


class EventStore:
    """Events by stream in one DuckDB file, or in memory. Implements the engine's `EventSource`."""

    def __init__(
        self, path: str = MEMORY, *, clock: Clock | None = None, memory_limit: str = "768MB", threads: int = 2
    ) -> None:
        self._clock = clock or SystemClock()
        self._connection = connect(path, memory_limit=memory_limit, threads=threads)
        self._lock = threading.Lock()
        cursor = self._connection.cursor()
        tables.create_system(cursor)
        sequence, _place = tables.load_progress(cursor)
        self._streams = Streams(
            Stream(identifier, index, name, layout=layout, saved=layout)
            for identifier, (index, name, layout) in tables.load(cursor).items()
        )
        self._writer = Writer(cursor, self._streams, sequence)

    def ingest(
        self,
        records: Iterable[str | Mapping[str, Any]],
        index: str = "main",
        source: str = "default",
        sourcetype: str | None = None,
        host: str | None = None,
    ) -> IngestReceipt:
        """Store text lines and mappings; they can be queried when this returns. Empty lines are no events.

        `rejected` numbers the records from 1.

        Raises:
            StoreError: the database failed; earlier batches of *records* are kept.
        """
        accepted = 0
        rejected: list[tuple[int, str]] = []
        numbered = enumerate(records, 1)
        while chunk := list(islice(numbered, BATCH)):
            arrival = micros(self._clock.now())
            batch, numbers = [], []
            for number, record in chunk:
                if isinstance(record, str) and not record.strip():
                    continue
                numbers.append(number)
                try:
                    batch.append(Arrived(arrival, Event(raw_text(record), index, source, sourcetype, host)))
                except Unreadable as error:
                    rejected.append((number, str(error)))
                    batch.append(
                        Arrived(arrival, Reject(number, str(error), repr(record)[:10_000], index, source))
                    )
            with self._lock:
                written = self._writer.write(batch)
            accepted += written.events
            rejected += [(numbers[place], reason) for place, reason in written.refused]
        return IngestReceipt(accepted, tuple(sorted(rejected)))

    def catalog(self) -> Catalog:
        """The streams as they are now."""
        return self._streams.catalog

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A fresh cursor for one thread; the caller closes it."""
        return self._connection.cursor()

    def highest_sequence(self) -> int:
        """The `_seq` of the newest event that can be queried; 0 before the first."""
        return self._writer.sequence

    def close(self) -> None:
        """Close the database; cursors handed out become useless."""
        self._connection.close()
