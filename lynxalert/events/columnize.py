"""Readings of one stream → the Arrow tables that are inserted. Pure; the exact meaning of promoted columns is here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from lynxalert.events.event import Event
from lynxalert.events.extract import Reading
from lynxalert.events.layout import Slot, fit
from lynxalert.plan import Type

TIMESTAMP = pa.timestamp("us")
JSON = pa.json_(pa.string())  # DuckDB takes it as JSON without parsing it again
ARROW: Mapping[Type, Any] = {
    Type.INTEGER: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TEXT: pa.string(),
}
# Types whose values always fit; a whole number may be too large.
ALWAYS_FITS: Mapping[Type, type | None] = {
    Type.INTEGER: None,
    Type.FLOAT: float,
    Type.BOOLEAN: bool,
    Type.TEXT: str,
}


class Row(NamedTuple):
    """One event on its way into a table. *arrival* in µs since 1970 UTC."""

    sequence: int
    arrival: int
    event: Event
    reading: Reading


class Split(NamedTuple):
    """The values of some rows apart: *columns* by field name, one value or None per row; *extras* per row.

    *misfits* are the promoted fields that have values among the extras, with those values.
    """

    columns: dict[str, list[Any]]
    extras: list[dict[str, Any]]
    misfits: dict[str, list[Any]]


def split(readings: Sequence[Mapping[str, Any]], slots: Mapping[str, Slot]) -> Split:
    """Put each value into the column of its field where it fits exactly, else among the extras of its row."""
    total = len(readings)
    columns: dict[str, list[Any]] = {name: [None] * total for name in slots}
    targets = {name: (slot.type, ALWAYS_FITS[slot.type], columns[name]) for name, slot in slots.items()}
    extras: list[dict[str, Any]] = []
    misfits: dict[str, list[Any]] = {}
    for row, fields in enumerate(readings):
        extra: dict[str, Any] = {}
        for name, value in fields.items():
            target = targets.get(name)
            if target is None:
                extra[name] = value
                continue
            kind, exact, column = target
            fitted = value if type(value) is exact else fit(value, kind)
            if fitted is None:
                extra[name] = value
                misfits.setdefault(name, []).append(value)
            else:
                column[row] = fitted
        extras.append(extra)
    return Split(columns, extras, misfits)


def event_table(rows: Sequence[Row], parts: Split, slots: Mapping[str, Slot]) -> pa.Table:
    """The table of events: the six columns every stream has, the promoted ones in use, and `_extra`."""
    columns: dict[str, Any] = {
        "_time": pa.array([row.reading.time for row in rows], TIMESTAMP),
        "_seq": pa.array([row.sequence for row in rows], pa.int64()),
        "_indextime": pa.array([row.arrival for row in rows], TIMESTAMP),
        "host": pa.array([row.reading.host for row in rows], pa.string()),
        "source": pa.array([row.event.source for row in rows], pa.string()),
        "sourcetype": pa.array([row.event.sourcetype for row in rows], pa.string()),
    }
    for name, values in parts.columns.items():
        column = slots[name].column
        if column is not None:
            array = pa.array(values, ARROW[slots[name].type])
            if array.null_count < len(array):
                columns[column] = array
    if any(parts.extras):
        columns["_extra"] = json_array(parts.extras)
    return pa.table(columns)


def raw_table(rows: Sequence[Row]) -> pa.Table:
    """The table of raw texts, in the same order."""
    return pa.table(
        {
            "_seq": pa.array([row.sequence for row in rows], pa.int64()),
            "_raw": pa.array([row.event.raw for row in rows], pa.string()),
            "_text": pa.array([row.reading.text for row in rows], pa.string()),
        }
    )


def json_array(extras: Sequence[Mapping[str, Any]]) -> pa.Array[Any]:
    """The `_extra` of some rows: NULL where nothing is left over."""
    texts = pa.array([to_json(extra) if extra else None for extra in extras], pa.string())
    return pa.ExtensionArray.from_storage(JSON, texts)


def to_json(value: Any) -> str:
    """*value* as compact JSON with exact whole numbers of any size."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
