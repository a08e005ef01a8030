"""A batch that was read → one transaction. The only place that changes tables of events.

Order of publishing: what a query compiled before would miss (a new column, a value beside its column) is shown
to the engine before the rows that rely on it are committed; so a query whose catalog version is still the
current one when it ends has read every row rightly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import pyarrow as pa

from lynxalert.events import tables
from lynxalert.events.arrivals import Arrived
from lynxalert.events.columnize import TIMESTAMP, Rows, Split, event_table, raw_table
from lynxalert.events.database import transaction
from lynxalert.events.errors import Unreadable
from lynxalert.events.event import Reject
from lynxalert.events.promotion import adapt
from lynxalert.events.rawlog import Place
from lynxalert.events.read import Group, Read, letters
from lynxalert.events.streams import Stream, Streams

LATE = 60_000_000  # µs between the time of an event and its arrival


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch became. *refused* are (place in the batch, reason) of the events that cannot be stored.

    *dead*: parts of the batch kept as dead letters. *late*: events that arrived more than a minute after their own time.
    """

    events: int
    refused: tuple[tuple[int, str], ...]
    sequence: int
    earliest: int | None
    dead: int = 0
    late: int = 0


class Prepared(NamedTuple):
    """The rows of one stream, ready to insert."""

    stream: Stream
    rows: Rows
    parts: Split


class Writer:
    """Inserts what was read. Used by one thread at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, streams: Streams, sequence: int) -> None:
        self._cursor = cursor
        self._streams = streams
        self.sequence = sequence

    def write(self, batch: Read, place: Place | None = None) -> Written:
        """Insert *batch* and, with it, the place of the raw log it reaches to.

        Raises:
            StoreError: the database failed; nothing of the batch was kept.
        """
        refused, dead = list(batch.refused), list(batch.dead)
        prepared = self._prepare(self._placed(batch, refused, dead))
        sequence = self.sequence + sum(len(one.rows.given) for one in prepared)
        with transaction(self._cursor) as cursor:
            for one in prepared:
                _insert(cursor, one)
            if dead:
                tables.insert(cursor, "_dead_letters", _dead_table(dead))
            tables.save_progress(cursor, sequence, place)
        for one in prepared:
            one.stream.saved = one.stream.layout
        stored, self.sequence = sequence - self.sequence, sequence
        earliest = min((min(one.rows.readings.times) for one in prepared), default=None)
        late = sum(_late(one.rows) for one in prepared)
        return Written(stored, tuple(refused), sequence, earliest, len(dead), late)

    def _placed(self, batch: Read, refused: list[tuple[int, str]], dead: list[Arrived]) -> dict[int, Group]:
        """The groups of *batch* by the number of their stream; those that can have none are *refused* and *dead*."""
        placed: dict[int, Group] = {}
        for (index, name), group in batch.groups.items():
            try:
                identifier = self._stream_of(index, name).identifier
            except Unreadable as error:
                refused += [(place, str(error)) for place in group.given.places]
                dead += letters(group.given, index, str(error))
                continue
            known = placed.get(identifier)  # streams became too many since the batch was read
            placed[identifier] = group if known is None else known.joined(group)
        return placed

    def _stream_of(self, index: str, name: str) -> Stream:
        name = self._streams.name_for(index, name)
        stream = self._streams.find(index, name)
        if stream is None:
            stream = self._streams.create(index, name)
            with transaction(self._cursor) as cursor:
                tables.create_stream(cursor, stream.identifier, stream.index, stream.name)
            self._streams.add(stream)
        return stream

    def _prepare(self, groups: Mapping[int, Group]) -> list[Prepared]:
        """Adapt the streams to what they get; each takes the next sequence numbers."""
        prepared: list[Prepared] = []
        sequence = self.sequence + 1
        for stream in list(self._streams):
            group = groups.get(stream.identifier)
            if group is not None:
                rows = Rows(group.given, group.readings, sequence)
                prepared.append(
                    Prepared(stream, rows, adapt(self._cursor, self._streams, stream, rows.readings))
                )
                sequence += len(group.given)
        return prepared


def _late(rows: Rows) -> int:
    pairs = zip(rows.given.arrivals, rows.readings.times, strict=True)
    return sum(arrival - time > LATE for arrival, time in pairs)


def _insert(cursor: duckdb.DuckDBPyConnection, one: Prepared) -> None:
    stream, rows, parts = one
    events = event_table(rows, parts, stream.layout.promoted())
    tables.insert(cursor, tables.events_name(stream.identifier), events)
    tables.insert(cursor, tables.raw_name(stream.identifier), raw_table(rows))
    if stream.layout is not stream.saved:
        known = stream.saved.slots
        changed = [slot for slot in stream.layout.slots.values() if known.get(slot.name) is not slot]
        tables.save_fields(cursor, stream.identifier, changed)


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
