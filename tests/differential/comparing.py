"""The same question to the engine and to the reference, and whether the answers agree."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import lynxalert
from lynxalert.store import Store
from tests.queries import NOW
from tests.reference import evaluate
from tests.reference.table import Table, present
from tests.reference.values import Row, Value, items, multivalue, read_number, text

Fields: TypeAlias = Mapping[str, Any]
START = dt.datetime(2026, 2, 14, 10, tzinfo=dt.UTC)
METADATA = ("_time", "_raw", "index", "source", "sourcetype", "host", "_indextime")


@dataclass(frozen=True, slots=True)
class Case:
    """Events, stored by the engine and known to the reference."""

    store: Store
    table: Table

    def difference(self, query: str) -> str | None:
        """What the answers differ in, as a text that says it all; None where they agree."""
        found = self.store.query(query, now=NOW)
        wanted = evaluate.run(query, self.table, NOW)
        names = [name for name in found.columns if name != "_indextime"]
        rows = [{name: row[name] for name in names} for row in found.rows]
        expected = [name for name in wanted.columns if name != "_indextime"]
        lines = [{name: row.get(name) for name in expected} for row in wanted.rows]
        if names == expected and len(rows) == len(lines):
            pairs = zip(rows, lines, strict=True)
            if all(alike(row[name], line[name]) for row, line in pairs for name in names):
                return None
        if names != expected or len(rows) != len(lines):
            return f"{query}\nengine    {shown(names, rows)}\nreference {shown(expected, lines)}"
        return "\n".join([query, *cells(names, rows, lines)])


def case_of(events: Sequence[Fields], *, every: float = 7.0) -> Case:
    """The events, *every* so many seconds apart, the oldest first."""
    store = lynxalert.open(":memory:")
    rows: list[Row] = []
    sent = []
    for place, fields in enumerate(events):
        time = START + dt.timedelta(seconds=every * place)
        event = {"timestamp": time.isoformat(), "id": place} | {
            k: v for k, v in fields.items() if v is not None
        }
        sent.append(event)
        rows.append(as_row(time, event))
    store.ingest(sent)
    names = sorted({name for row in rows for name in row} - set(METADATA))
    return Case(store, Table((*METADATA, *names), tuple(reversed(rows)), events=True))


def as_row(time: dt.datetime, event: Fields) -> Row:
    """The fields of an event (6): an array is a multivalue whose name ends in `{}`."""
    row: Row = {"_time": time, "index": "main", "source": "default"}
    row["_raw"] = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    for name, value in event.items():
        if isinstance(value, list):
            row[f"{name}{{}}"] = multivalue(text(one) or "" for one in value if one is not None)
        else:
            row[name] = value
    return present(row)


def alike(found: Any, wanted: Value) -> bool:
    """Whether two values are shown alike: by canonical text, sums and means to twelve digits."""
    if isinstance(found, list) or isinstance(wanted, list):
        left, right = items(found), items(wanted)
        return len(left) == len(right) and all(map(alike, left, right))
    first, second = text(found), text(wanted)
    if first == second or (isinstance(wanted, dt.datetime) and found == wanted.timestamp()):
        return True
    if first is None or second is None:
        return False
    one, other = read_number(first), read_number(second)
    if (
        one is None
        or other is None
        or (isinstance(found, str) and isinstance(wanted, str) and "." not in first)
    ):
        return False
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def cells(names: Sequence[str], rows: Sequence[Fields], lines: Sequence[Fields]) -> list[str]:
    """The cells that differ."""
    return [
        f"row {place} {name}: engine {row[name]!r}, reference {line[name]!r}"
        for place, (row, line) in enumerate(zip(rows, lines, strict=True))
        for name in names
        if not alike(row[name], line[name])
    ]


def shown(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Columns and rows as lines."""
    lines = [
        json.dumps(
            {k: v if not isinstance(v, dt.datetime) else text(v) for k, v in row.items()}, ensure_ascii=False
        )
        for row in rows
    ]
    return "\n          ".join([str(list(names)), *lines])
