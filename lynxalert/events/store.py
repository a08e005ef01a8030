"""The event store: events in, a catalog and cursors out. What happens between is in the other files here."""

from __future__ import annotations

import datetime as dt
import pathlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import islice
from typing import Any

import duckdb

from lynxalert.clock import Clock, SystemClock
from lynxalert.engine.catalog import Catalog
from lynxalert.engine.sources import chosen
from lynxalert.events import tables
from lynxalert.events.alike import by_source, groups_of
from lynxalert.events.arrivals import Arrived, Cohort, Joined
from lynxalert.events.collector import uncollected
from lynxalert.events.damaged import check_access, check_form, moved_aside
from lynxalert.events.database import MEMORY, checkpointed, connect, translated
from lynxalert.events.disk import Disk
from lynxalert.events.durable import Durable
from lynxalert.events.errors import StoreError, Unreadable
from lynxalert.events.event import DeadLetter, Event, IngestReceipt, Reject
from lynxalert.events.extract import instant, micros
from lynxalert.events.lateness import Lateness
from lynxalert.events.limits import Counters, Limits
from lynxalert.events.merging import merging, scattered
from lynxalert.events.quota import Quotas, Tallies
from lynxalert.events.rawlog import Place
from lynxalert.events.read import Read, read_batch
from lynxalert.events.records import raw_text, shown
from lynxalert.events.recovery import Recovery
from lynxalert.events.retention import expire, trim_dead_letters
from lynxalert.events.streams import Stream, Streams
from lynxalert.events.writer import Writer, Written
from lynxalert.plan import TimeWindow

BATCH = 10_000  # events per transaction of a synchronous ingest


class EventStore:
    """Events by stream in one DuckDB file with its raw log beside it, or in memory: the engine's `EventSource`.

    Opening it stores what a crash left in the log (`recovery`). `ingest` works at once, `accept` after `start`
    (in memory at once, too: there it is `ingest`, and nothing survives).

    Raises:
        StoreLocked: another process holds the file.
        StoreError: it cannot be opened.
    """

    def __init__(
        self,
        path: str | pathlib.Path = MEMORY,
        *,
        clock: Clock | None = None,
        limits: Limits | None = None,
        disk: Disk | None = None,
    ) -> None:
        limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()  # whoever writes holds it
        self._counters = Counters()
        self._damage: str | None = None
        self._path, self._limits = str(path), limits
        self._ended = False  # DuckDB has given the database up, until it is opened anew
        self._durable: Durable | None = None
        self._subscribers: dict[object, Callable[[], object]] = {}
        self.recovery = Recovery()
        self.quotas = Quotas()  # what `accept` takes from each source; may be replaced at any time
        self.tallies = Tallies()
        if str(path) == MEMORY:
            self._open(str(path), limits)
            return
        if not pathlib.Path(f"{path}.log").exists():
            check_form(pathlib.Path(path))  # before anything is made beside a file that is not ours
        self._durable = Durable(str(path), limits, disk or Disk())
        try:
            self._open_or_make_again(self._durable, pathlib.Path(path), limits)
        except BaseException:
            self._durable.close()
            raise

    def _open_or_make_again(self, durable: Durable, path: pathlib.Path, limits: Limits) -> None:
        """Open the file; one that is damaged is moved aside, and what the log still has is stored again."""
        check_access(path)
        try:
            check_form(path)
            place = self._open(str(path), limits)
        except StoreError as error:
            starved = isinstance(error.__cause__, duckdb.OutOfMemoryException)
            if starved or not durable.may_be_damaged:
                raise
            moved = moved_aside(path, error)
            self._open(str(path), limits)
            place = Place(0, 0)
            self.recovery = replace(self.recovery, moved=moved)
        recovered = durable.recover(place, self._write)
        self.recovery = replace(recovered, moved=self.recovery.moved)

    def _open(self, path: str, limits: Limits) -> Place:
        """Connect and read what the database knows of itself; how far the raw log is stored."""
        self._connection = connect(path, limits)
        try:
            with translated():
                self._cursor = self._connection.cursor()
                tables.create_system(self._cursor)
                sequence, place = tables.load_progress(self._cursor)
                self._streams = Streams(
                    Stream(identifier, index, name, layout=layout, saved=layout)
                    for identifier, (index, name, layout) in tables.load(self._cursor).items()
                )
        except BaseException:
            self._connection.close()
            raise
        self._sequence = sequence
        self._erased = (0, 0)
        self._lateness = Lateness(sequence)
        self._writer = Writer(self._cursor, self._streams, sequence)
        return place

    def ingest(
        self,
        records: Iterable[str | Mapping[str, Any]],
        index: str = "main",
        source: str = "default",
        sourcetype: str | None = None,
        host: str | None = None,
    ) -> IngestReceipt:
        """Store text lines and mappings; they can be queried when this returns. Blank lines are no events.

        `rejected` numbers the records from 1.

        Raises:
            StoreError: the database failed; earlier batches of *records* are kept.
        """
        accepted = 0
        rejected: list[tuple[int, str]] = []
        numbered = ((n, one) for n, one in enumerate(records, 1) if not isinstance(one, str) or one.strip())
        while chunk := list(islice(numbered, BATCH)):
            arrival = micros(self._clock.now())
            batch: list[Arrived] = []
            for number, record in chunk:
                try:
                    event = Event(raw_text(record), index, source, sourcetype, host)
                    batch.append(Arrived(arrival, event))
                except Unreadable as error:
                    rejected.append((number, str(error)))
                    batch.append(Arrived(arrival, Reject(number, str(error), shown(record), index, source)))
            written = self._write(batch)
            accepted += written.events
            rejected += [(chunk[place][0], reason) for place, reason in written.refused]
        return IngestReceipt(accepted, tuple(sorted(rejected)))

    def keep(self, events: Sequence[Event]) -> None:
        """Store *events*; they can be queried when this returns.

        Raises:
            StoreError: the database failed.
        """
        arrival = micros(self._clock.now())
        for first in range(0, len(events), BATCH):
            self._write(_arrived(events[first : first + BATCH], (), arrival))

    async def room(self) -> None:
        """Return when what is offered next has a chance to be accepted; ask it before decoding what was sent.

        It waits a moment at most: `accept` still refuses when there is no room then.
        """
        if self._durable is not None:
            await self._durable.room()

    async def accept(self, events: Sequence[Event], rejects: Sequence[Reject] = ()) -> IngestReceipt:
        """Return when *events* survive a crash; they can be queried within a second, or after `flush`.

        Raises:
            Backpressure: too much waits already; nothing was kept.
            StorageFull: the disk is nearly full; nothing was kept.
            StoreError: the store is not started, is closing, or cannot write.
        """
        now = self._clock.now()
        offered = by_source(events)
        try:
            events, rejects = self.quotas.admit(events, rejects, now)
            batch = _arrived(events, rejects, micros(now))
            if batch and self._durable is not None:
                await self._durable.accept(batch)
            elif batch:
                self._write(batch)
        except StoreError as error:
            for source, times in offered.items():
                self.tallies.add(source, "refused", type(error).__name__, times)
            raise
        for source, times in by_source(events).items():
            self.tallies.add(source, "accepted", "", times)
        for reject in rejects:
            self.tallies.add(reject.source, "rejected", reject.reason, 1)
        return IngestReceipt(len(events), tuple((reject.line, reject.reason) for reject in rejects))

    def _write(self, batch: Sequence[Arrived], place: Place | None = None) -> Written:
        return self._insert(self._read(batch), place)

    def _read(self, batch: Sequence[Arrived]) -> Read:
        with uncollected():
            return read_batch(batch, self._streams)

    def _insert(self, batch: Read, place: Place | None = None) -> Written:
        with self._lock, uncollected(), self._working():
            written = self._writer.write(batch, place)
            if written.earliest is not None:
                self._lateness.add(written.sequence, written.earliest)
            self._sequence = written.sequence  # after its lateness is known
            counters = self._counters
            self._counters = replace(
                counters,
                stored=counters.stored + written.events,
                dead_letters=counters.dead_letters + written.dead,
                batches=counters.batches + 1,
                late=counters.late + written.late,
            )
        for told in tuple(self._subscribers.values()):
            told()
        return written

    def subscribe(self, told: Callable[[], object]) -> Callable[[], None]:
        """Call *told* whenever more can be queried, on whatever thread that happens; the answer ends it.

        It must be quick and must not raise.
        """
        key = object()
        self._subscribers[key] = told

        def unsubscribe() -> None:
            self._subscribers.pop(key, None)

        return unsubscribe

    def start(self) -> None:
        """Begin to accept. Call it once."""
        if self._durable is not None:
            self._durable.start(self._read, self._insert, self.checkpoint)

    async def flush(self) -> None:
        """Return when everything accepted before can be queried."""
        if self._durable is not None:
            await self._durable.queue.flush()

    def close(self) -> None:
        """Stop accepting, store what is queued, close the file; cursors handed out become useless."""
        if self._durable is not None:
            self._durable.close()
        with self._lock:
            self._cursor.close()
            self._connection.close()

    def catalog(self) -> Catalog:
        """The streams as they are now."""
        return self._streams.catalog

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A fresh cursor for one thread; the caller closes it."""
        return self._connection.cursor()

    def report_damage(self, reason: str) -> None:
        """Remember, and show among the counters, that a query could not read what is stored; until the next start."""
        self._damage = reason

    def counters(self) -> Counters:
        """What was done since the store was opened, and what waits."""
        durable = self._durable
        if durable is None:
            return self._counters
        return replace(
            self._counters,
            queued=durable.queue.events,
            failure=durable.failure,
            refusal=durable.refusal,
            damage=self._damage,
        )

    def highest_sequence(self) -> int:
        """The `_seq` of the newest event that can be queried; 0 before the first."""
        return self._sequence

    def erased(self) -> tuple[int, int]:
        """How often retention erased events since the store was opened, and up to which time (µs) at most."""
        return self._erased

    def oldest_waiting(self) -> dt.datetime | None:
        """When the first event arrived that is acknowledged, or about to be, and cannot be queried yet (aware, UTC).

        None when there is none: then every event that arrived before this call can be queried.
        """
        oldest = None if self._durable is None else self._durable.queue.oldest()
        return None if oldest is None else instant(oldest)

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The newest parts of payloads that could not become events, newest first."""
        with translated():
            return tables.dead_letters(self._connection.cursor(), limit)

    def earliest_since(self, sequence: int) -> dt.datetime | None:
        """The earliest event time among rows newer than *sequence* (aware, UTC); None when there are none."""
        known, earliest = self._lateness.earliest_since(sequence)
        if not known:
            with translated():
                earliest = tables.earliest(self._connection.cursor(), self._streams.catalog, sequence)
        return None if earliest is None else instant(earliest)

    def rows_since(self, sequence: int, stretches: Sequence[TimeWindow], indexes: Sequence[str]) -> int:
        """How many rows newer than *sequence* lie in *stretches* of event time, in indexes that fit these patterns."""
        streams = chosen(self._streams.catalog, tuple(indexes))
        with translated():
            return tables.newer(self._connection.cursor(), streams, sequence, stretches)

    def retain(self, before: Mapping[str, dt.datetime]) -> int:
        """Delete the events older than *before* (aware; by index) and return how many there were.

        A stream that is empty afterwards is forgotten until its next event.
        """
        deleted = 0
        for stream in list(self._streams):
            if stream.index in before:
                with self._lock, self._working(), translated():
                    gone = expire(self._cursor, self._streams, stream, before[stream.index])
                    if gone:
                        times, until = self._erased
                        self._erased = times + 1, max(until, micros(before[stream.index]))
                deleted += gone
        with self._lock, self._working(), translated():
            trim_dead_letters(self._cursor)
        return deleted

    def checkpoint(self) -> bool:
        """Move DuckDB's own log into its file. Writers wait meanwhile (senders do not), queries go on.

        False when a transaction somebody left open is in the way.

        Raises:
            StorageFull: the disk has no room for it. DuckDB would give the database up.
            StoreError: the file cannot be written.
        """
        with self._lock, self._working():
            if self._durable is not None:
                self._durable.check_checkpoint()
            return checkpointed(self._cursor)

    def consolidate(self) -> bool:
        """`checkpoint`, which also merges some of the groups of rows that others left small, if they are many."""
        with self._lock, self._working():
            merges = scattered(self._cursor, self.catalog())
            if self._durable is not None:
                self._durable.check_checkpoint(merges=merges)
            with merging(self._cursor) if merges else nullcontext():
                return checkpointed(self._cursor)

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Whoever holds the lock works on the database; one that DuckDB gave up before is opened anew."""
        if self._ended:
            self._open_anew()
        try:
            yield
        except StoreError as error:
            fatal = isinstance(error.__cause__, duckdb.FatalException)
            self._ended = fatal and self._durable is not None
            raise

    def _open_anew(self) -> None:
        """After a fatal error, most often of a full disk, DuckDB refuses everything that is asked of the same connection.

        What is known of the streams stays: what failed changed nothing of it.
        """
        with translated():
            self._cursor.close()
            self._connection.close()
        self._connection = connect(self._path, self._limits)
        with translated():
            self._cursor = self._connection.cursor()
            sequence, _ = tables.load_progress(self._cursor)
        if sequence != self._sequence:
            raise StoreError("the daemon must be started anew: a batch was stored though it seemed to fail")
        self._writer = Writer(self._cursor, self._streams, sequence)
        self._ended, self._damage = False, None


def _arrived(events: Sequence[Event], rejects: Sequence[Reject], arrival: int) -> Sequence[Arrived]:
    groups = groups_of(events)
    if groups is None:
        items: tuple[Event | Reject, ...] = (*events, *rejects)
        return [Arrived(arrival, item) for item in items]
    parts: list[Sequence[Arrived]] = [Cohort(arrival, group) for group in groups if len(group)]
    if rejects:
        parts.append([Arrived(arrival, reject) for reject in rejects])
    return parts[0] if len(parts) == 1 else Joined(parts)
