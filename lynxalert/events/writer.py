"""A batch of events → one transaction. The only place that changes tables of events.

Order of publishing: what a query compiled before would miss (a new column, a value beside its column) is shown
to the engine before the rows that rely on it are committed; so a query whose catalog version is still the
current one when it ends has read every row rightly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import duckdb
import pyarrow as pa

from lynxalert.events import tables
from lynxalert.events.arrivals import Arrived
from lynxalert.events.columnize import TIMESTAMP, Rows, Split, event_table, raw_table, split
from lynxalert.events.database import transaction
from lynxalert.events.errors import Unreadable
from lynxalert.events.event import Event, Reject
from lynxalert.events.extract import Given, clean, document_of, read_together
from lynxalert.events.promotion import adapt
from lynxalert.events.rawlog import Place
from lynxalert.events.streams import Stream, Streams

LATE = 60_000_000  # µs between the time of an event and its arrival


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch became. *refused* are (place in the batch, reason) of the events that cannot be stored.

    *late*: events that arrived more than a minute after their own time.
    """

    events: int
    refused: tuple[tuple[int, str], ...]
    sequence: int
    earliest: int | None
    late: int = 0


# Inserts a batch and the place of the log it reaches to, in one transaction.
Write: TypeAlias = Callable[[Sequence[Arrived], Place], object]


class Prepared(NamedTuple):
    """The rows of one stream, ready to insert."""

    stream: Stream
    rows: Rows
    parts: Split


class Sorted(NamedTuple):
    """A batch by stream number, and what of it goes to the dead letters."""

    given: dict[int, list[Given]]
    dead: list[Arrived]
    refused: list[tuple[int, str]]


class Writer:
    """Sorts events into streams and inserts them. Used by one thread at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, streams: Streams, sequence: int) -> None:
        self._cursor = cursor
        self._streams = streams
        self.sequence = sequence

    def write(self, batch: Sequence[Arrived], place: Place | None = None) -> Written:
        """Insert *batch* and, with it, the place of the raw log it reaches to.

        Raises:
            StoreError: the database failed; nothing of the batch was kept.
        """
        found = self._sort(batch)
        prepared = self._prepare(found)
        sequence = self.sequence + sum(len(one.rows.given) for one in prepared)
        with transaction(self._cursor) as cursor:
            for one in prepared:
                _insert(cursor, one)
            if found.dead:
                tables.insert(cursor, "_dead_letters", _dead_table(found.dead))
            tables.save_progress(cursor, sequence, place)
        for one in prepared:
            one.stream.saved = one.stream.layout
        stored, self.sequence = sequence - self.sequence, sequence
        earliest = min((min(one.rows.readings.times) for one in prepared), default=None)
        late = sum(_late(one.rows) for one in prepared)
        return Written(stored, tuple(found.refused), sequence, earliest, late)

    def _sort(self, batch: Sequence[Arrived]) -> Sorted:
        found = Sorted({}, [], [])
        for place, (moment, item) in enumerate(batch):
            if isinstance(item, Reject):
                found.dead.append(Arrived(moment, item))
                continue
            try:
                document = document_of(item)
                stream = self._stream_of(item)
            except Unreadable as error:
                found.refused.append((place, str(error)))
                reject = Reject(0, str(error), item.raw, item.index, item.source)
                found.dead.append(Arrived(moment, reject))
                continue
            found.given.setdefault(stream.identifier, []).append(Given(item, moment, document))
        return found

    def _stream_of(self, event: Event) -> Stream:
        stream, name = self._streams.find(event)
        if stream is None:
            stream = self._streams.create(event.index, name)
            with transaction(self._cursor) as cursor:
                tables.create_stream(cursor, stream.identifier, stream.index, stream.name)
            self._streams.add(stream)
        return stream

    def _prepare(self, found: Sorted) -> list[Prepared]:
        """Read the events stream by stream; each stream takes the next sequence numbers."""
        prepared: list[Prepared] = []
        sequence = self.sequence + 1
        for stream in list(self._streams):
            given = found.given.get(stream.identifier)
            if given:
                rows = Rows(given, read_together(given), sequence)
                prepared.append(
                    Prepared(stream, rows, adapt(self._cursor, self._streams, stream, rows.readings))
                )
                sequence += len(given)
        return prepared


def _late(rows: Rows) -> int:
    pairs = zip(rows.given, rows.readings.times, strict=True)
    return sum(one.arrival - time > LATE for one, time in pairs)


def _insert(cursor: duckdb.DuckDBPyConnection, one: Prepared) -> None:
    stream, rows, parts = one
    events = event_table(rows, parts, stream.layout.promoted())
    tables.insert(cursor, tables.events_name(stream.identifier), events)
    tables.insert(cursor, tables.raw_name(stream.identifier), raw_table(rows))
    if stream.layout is not stream.saved:
        known = stream.saved.slots
        changed = [slot for slot in stream.layout.slots.values() if known.get(slot.name) is not slot]
        tables.save_fields(cursor, stream.identifier, changed)


def proven(batch: Sequence[Arrived]) -> list[Arrived]:
    """*batch* with a reject in place of each event that no table can hold, each tried alone."""
    return [Arrived(moment, _proven(moment, item)) for moment, item in batch]


def _proven(moment: int, item: Event | Reject) -> Event | Reject:
    if isinstance(item, Reject):
        return item
    try:
        given = [Given(item, moment, document_of(item))]
        rows = Rows(given, read_together(given), 0)
        event_table(rows, split(rows.readings.columns, rows.readings.rest, {}), {})
        raw_table(rows)
    except Unreadable:
        return item  # the writer itself says why
    except Exception as error:  # noqa: BLE001 - an event must never be able to stop the store
        return Reject(
            0, f"cannot be stored: {error!r}", clean(item.raw), clean(item.index), clean(item.source)
        )
    return item


def _dead_table(dead: Sequence[Arrived]) -> pa.Table:
    rejects = [item for _, item in dead if isinstance(item, Reject)]
    return pa.table(
        {
            "_time": pa.array([moment for moment, _ in dead], TIMESTAMP),
            "index": pa.array([reject.index for reject in rejects], pa.string()),
            "source": pa.array([reject.source for reject in rejects], pa.string()),
            "line": pa.array([reject.line for reject in rejects], pa.int64()),
            "reason": pa.array([reject.reason for reject in rejects], pa.string()),
            "raw": pa.array([reject.raw for reject in rejects], pa.string()),
        }
    )
