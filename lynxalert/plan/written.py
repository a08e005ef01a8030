"""Rows handed to a lookup → what it becomes. Pure: `engine/lookups.py` puts it into its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from lynxalert.plan.knowledge import Lookup
from lynxalert.plan.numbers import canonical_number
from lynxalert.plan.rows import text_of
from lynxalert.plan.sinks import LookupSink, Output

Cells = dict[str, str | None]


def written(before: Lookup | None, output: Output) -> Lookup | None:
    """What the lookup becomes that was *before*, or nothing where it stays as it is or is not made."""
    sink = output.sink
    assert isinstance(sink, LookupSink)
    columns = taken(output.columns)
    rows = [{name: cell(row.get(name)) for name in columns} for row in output.rows]
    if not rows and (not sink.create_empty if before is None else not sink.override_if_empty):
        return None
    if before is None or not (sink.append or sink.key):
        made = _distinct(rows, sink.key) if sink.key else rows
        return Lookup(columns, [tuple(row.get(name) for name in columns) for row in made])
    old = [dict(zip(before.columns, row, strict=True)) for row in before.rows]
    both = _merged(old, rows, sink.key, update=sink.update) if sink.key else [*old, *rows]
    return Lookup(before.columns, [tuple(row.get(name) for name in before.columns) for row in both])


def taken(names: Iterable[str]) -> tuple[str, ...]:
    """The fields that a lookup takes."""
    return tuple(name for name in names if not name.startswith("_") or name == "_time")


def _distinct(rows: list[Cells], key: str) -> list[Cells]:
    return _merged([], rows, key, update=True)


def _merged(old: list[Cells], new: list[Cells], key: str, *, update: bool) -> list[Cells]:
    """Old rows changed by new ones of the same key, then the other new ones; one without a key is added."""
    merged: list[Cells] = []
    places: dict[str, int] = {}
    for row in (*old, *new):
        value = row.get(key)
        if value is None or value not in places:
            if value is not None:
                places[value] = len(merged)
            merged.append(row)
        elif update:
            merged[places[value]] = merged[places[value]] | row
    return merged


def cell(value: Any) -> str | None:
    """A value as a lookup holds it; an empty text is none."""
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return canonical_number(aware.timestamp())
    if isinstance(value, list):
        return "\n".join(text for one in value if (text := cell(one)) is not None) or None
    return text_of(value)


def fields(row: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    """The fields of *row* as an event holds them: what has a value and does not begin with `_`."""
    return {name: row[name] for name in columns if not name.startswith("_") and row[name] is not None}
