"""Readings of one stream → the Arrow tables that are inserted. Pure; the exact meaning of promoted columns is here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from lynxalert.events.extract import Given, Readings, Stamped
from lynxalert.events.layout import LARGEST, SMALLEST, Slot, fit
from lynxalert.events.stamps import stamp, stamps
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


class Rows(NamedTuple):
    """Events of one stream on their way into a table, with the first of their sequence numbers."""

    given: Given
    readings: Readings
    sequence: int


class Split(NamedTuple):
    """The values of some rows apart: *columns* by field name, one value or None per row; *extras* per row.

    *misfits* are the promoted fields that have values among the extras, with those values.
    """

    columns: dict[str, list[Any]]
    extras: list[dict[str, Any]]
    misfits: dict[str, list[Any]]


def split(
    columns: Mapping[str, Sequence[Any]],
    rest: Sequence[Mapping[str, Any]],
    slots: Mapping[str, Slot],
    stamped: Stamped | None = None,
) -> Split:
    """Put each value into the column of its field where it fits exactly, else among the extras of its row.

    *columns* has some fields of all rows, *rest* the other fields of each. *stamped* is one of *columns* as it was read.
    """
    parts = Split({}, [{} for _ in rest], {})
    for name, values in columns.items():
        slot = slots.get(name)
        if slot is None:
            for row, value in enumerate(values):
                if value is not None:
                    parts.extras[row][name] = value
        else:
            known = stamped is not None and stamped.name == name and stamped.form == slot.written
            whole = stamped.values if known and stamped is not None else _whole(values, slot)
            parts.columns[name] = whole or _fitted(values, slot, parts)
    targets = {name: (slot, None if slot.written else ALWAYS_FITS[slot.type]) for name, slot in slots.items()}
    for row, fields in enumerate(rest):
        for name, value in fields.items():
            target = targets.get(name)
            if target is None:
                parts.extras[row][name] = value
                continue
            slot, exact = target
            fitted = value if type(value) is exact else _fit(value, slot)
            if fitted is None:
                parts.extras[row][name] = value
                parts.misfits.setdefault(name, []).append(value)
            else:
                column = parts.columns.get(name)
                if column is None:
                    column = parts.columns[name] = [None] * len(rest)
                column[row] = fitted
    return parts


def _whole(values: Sequence[Any], slot: Slot) -> list[Any] | None:
    """The column of *values* if all of them fit."""
    if slot.written is not None:
        return stamps(values, slot.written)
    return list(values) if _fits(values, slot.type) else None


def _fit(value: Any, slot: Slot) -> Any:
    return fit(value, slot.type) if slot.written is None else stamp(value, slot.written)


def _fits(values: Sequence[Any], kind: Type) -> bool:
    """Whether a column of *kind* holds all of *values* as they are."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if kind is not Type.INTEGER:
        return kinds <= {ALWAYS_FITS[kind]}
    if not kinds:
        return True
    if kinds != {int}:
        return False
    numbers: list[int] = [value for value in values if value is not None]
    return min(numbers) >= SMALLEST and max(numbers) <= LARGEST


def _fitted(values: Sequence[Any], slot: Slot, parts: Split) -> list[Any]:
    """The column of *values* as far as they fit; the others go to the extras of *parts*."""
    column: list[Any] = []
    for row, value in enumerate(values):
        fitted = None if value is None else _fit(value, slot)
        if fitted is None and value is not None:
            parts.extras[row][slot.name] = value
            parts.misfits.setdefault(slot.name, []).append(value)
        column.append(fitted)
    return column


def event_table(rows: Rows, parts: Split, slots: Mapping[str, Slot]) -> pa.Table:
    """The table of events: the six columns every stream has, the promoted ones in use, and `_extra`."""
    given, readings, _ = rows
    columns: dict[str, Any] = {
        "_time": pa.array(readings.times, TIMESTAMP),
        "_seq": _sequence(rows),
        "_indextime": pa.array(given.arrivals, TIMESTAMP),
        "host": pa.array(readings.hosts, pa.string()),
        "source": pa.array(given.sources, pa.string()),
        "sourcetype": pa.array(given.sourcetypes, pa.string()),
    }
    for name, values in parts.columns.items():
        column = slots[name].column
        if column is not None:
            array = pa.array(values, arrow_type(slots[name]))
            if array.null_count < len(array):
                columns[column] = array
    if any(parts.extras):
        columns["_extra"] = json_array(parts.extras)
    return pa.table(columns)


def arrow_type(slot: Slot) -> Any:
    """What the column of *slot* is in Arrow."""
    return ARROW[slot.type] if slot.written is None else TIMESTAMP


def raw_table(rows: Rows) -> pa.Table:
    """The table of raw texts, in the same order."""
    return pa.table(
        {
            "_seq": _sequence(rows),
            "_raw": pa.array(rows.given.raws, pa.string()),
            "_text": pa.array(rows.readings.texts, pa.string()),
        }
    )


def _sequence(rows: Rows) -> Any:
    return pa.array(range(rows.sequence, rows.sequence + len(rows.given)), pa.int64())


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
