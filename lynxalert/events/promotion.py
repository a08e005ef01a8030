"""A batch meets its stream: fields get columns, columns get wider, the catalog learns names. Before any row is inserted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from lynxalert.events import tables
from lynxalert.events.columnize import Split, arrow_type, json_array, split
from lynxalert.events.database import transaction
from lynxalert.events.extract import Readings
from lynxalert.events.layout import EXACT_IN_DOUBLE, Census, Layout, Slot
from lynxalert.events.stamps import form_of
from lynxalert.events.streams import Stream, Streams
from lynxalert.plan import Type

# Events between two looks at promotions: twice as many each time, within these.
SHORTEST_WINDOW, LONGEST_WINDOW = 50, 100_000
MOST_BACKFILLED = 100_000  # rows; in a longer table the old values stay where they are


def adapt(cursor: duckdb.DuckDBPyConnection, streams: Streams, stream: Stream, readings: Readings) -> Split:
    """Split the fields of *readings* over the columns of *stream*, after adapting those to the batch.

    Raises:
        StoreError: the database failed.
    """
    parts = split_readings(readings, stream.layout)
    if _widen(cursor, streams, stream, parts):
        parts = split_readings(readings, stream.layout)
    stream.census.count(parts.extras)
    if stream.census.events >= stream.window:
        chosen = stream.census.candidates(stream.layout)
        stream.window = min(max(2 * stream.census.events, SHORTEST_WINDOW), LONGEST_WINDOW)
        stream.census = Census()
        if chosen:
            _promote(cursor, streams, stream, chosen, _written(chosen, parts))
            parts = split_readings(readings, stream.layout)
    _learn(streams, stream, parts)
    return parts


def split_readings(readings: Readings, layout: Layout) -> Split:
    """The fields of *readings* over the columns of *layout*."""
    return split(readings.columns, readings.rest, layout.promoted(), readings.stamped)


def _learn(streams: Streams, stream: Stream, parts: Split) -> None:
    """Names first seen in this batch, and columns that from now on do not hold every value of their field."""
    slots = stream.layout.slots
    spoiled = [replace(slots[name], complete=False) for name in parts.misfits if slots[name].complete]
    names = dict.fromkeys(name for extra in parts.extras for name in extra)
    stream.layout = stream.layout.changing(*spoiled).naming(names)
    streams.publish()


def _written(chosen: Mapping[str, Type], parts: Split) -> dict[str, str]:
    """The fields among *chosen* whose texts are instants as far as this batch shows, with how they are written."""
    found = {
        name: form_of([extra[name] for extra in parts.extras if name in extra])
        for name, kind in chosen.items()
        if kind is Type.TEXT
    }
    return {name: form for name, form in found.items() if form is not None}


def _promote(
    cursor: duckdb.DuckDBPyConnection,
    streams: Streams,
    stream: Stream,
    chosen: Mapping[str, Type],
    written: Mapping[str, str],
) -> None:
    """Add a column for each of *chosen*, then move the values that older rows have into it."""
    # Once no more names are learned, any field may have older values.
    old = [name for name in chosen if name in stream.layout.slots or stream.layout.crowded]
    layout = stream.layout.promoting(chosen, written)
    layout = layout.changing(*(replace(layout.slots[name], complete=False) for name in old))
    slots = [layout.slots[name] for name in chosen]
    with transaction(cursor):
        tables.add_columns(cursor, stream.identifier, slots, layout.next_column)
        tables.save_fields(cursor, stream.identifier, slots)
    stream.layout = layout
    streams.publish()
    if old:
        complete = _backfill(cursor, stream, [layout.slots[name] for name in old])
        stream.layout = stream.layout.changing(*complete)
        streams.publish()


def _backfill(cursor: duckdb.DuckDBPyConnection, stream: Stream, slots: Sequence[Slot]) -> list[Slot]:
    """Move values from `_extra` into the new columns; the slots whose every value moved come back complete."""
    table = tables.events_name(stream.identifier)
    rows = tables.fetch(
        cursor,
        f"SELECT _seq, _extra FROM {table} WHERE _extra IS NOT NULL LIMIT {MOST_BACKFILLED + 1}",  # noqa: S608 - names are ours
    )
    if len(rows) > MOST_BACKFILLED:
        return []
    parts = split({}, [json.loads(extra) for _, extra in rows], {slot.name: slot for slot in slots})
    columns: dict[str, Any] = {"_seq": pa.array([sequence for sequence, _ in rows], pa.int64())}
    for slot in slots:
        moved = parts.columns.get(slot.name, [None] * len(rows))
        columns[str(slot.column)] = pa.array(moved, arrow_type(slot))
    columns["_extra"] = json_array(parts.extras)
    complete = [replace(slot, complete=True) for slot in slots if slot.name not in parts.misfits]
    with transaction(cursor):
        tables.update(cursor, table, pa.table(columns))
        tables.save_fields(cursor, stream.identifier, complete)
    return complete


def _widen(cursor: duckdb.DuckDBPyConnection, streams: Streams, stream: Stream, parts: Split) -> bool:
    """Turn columns of whole numbers that met a fraction into doubles, if no number in them changes by it."""
    slots = stream.layout.slots
    widened = [
        replace(slots[name], type=Type.FLOAT)
        for name, values in parts.misfits.items()
        if slots[name].type is Type.INTEGER
        and name not in stream.narrow
        and any(type(value) is float for value in values)
    ]
    for slot in widened:
        limits = tables.bounds(cursor, stream.identifier, slot)
        present = [
            value for value in (*parts.columns.get(slot.name, ()), *(limits or ())) if value is not None
        ]
        if any(abs(value) > EXACT_IN_DOUBLE for value in present):
            stream.narrow.add(slot.name)
    widened = [slot for slot in widened if slot.name not in stream.narrow]
    if not widened:
        return False
    stream.layout = stream.layout.changing(*widened)
    streams.publish()
    with transaction(cursor):
        for slot in widened:
            tables.widen(cursor, stream.identifier, slot)
        tables.save_fields(cursor, stream.identifier, widened)
    return True
