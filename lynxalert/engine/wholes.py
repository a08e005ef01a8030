"""Rows that say where their events lie → the same with all fields of these events.

A query that asks for whole events reads the fields it names; of many others, those of the rows that are left are read
afterwards, from each stream its own: side by side for all events, every field costs planning and memory in every stage.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlglot import exp

from lynxalert.engine.catalog import EventSource, StoredStream
from lynxalert.engine.compiler import CompiledQuery
from lynxalert.engine.passing import names_in
from lynxalert.engine.reads import indexes_of
from lynxalert.engine.rows import plain_json, plain_list, plain_rows
from lynxalert.engine.run import QueryFailed, guarded
from lynxalert.engine.sources import PLACE, chosen, read_field, stored_type, types_of, unnamed
from lynxalert.engine.watchdog import Stop
from lynxalert.functions.nodes import Node, binary, column, identifier
from lynxalert.plan import Type, Value
from lynxalert.plan.numbers import canonical_number
from lynxalert.plan.schema import METADATA, Column

ATTEMPTS = 5  # while values move into columns
SEQUENCE, EXTRA = "_seq", "_extra"


class Sparse(dict[str, Value]):
    """A row that holds the fields it has a value for; any other reads as None."""

    def __missing__(self, name: str) -> None:
        """No value."""


def with_all_fields(
    source: EventSource,
    compiled: CompiledQuery,
    columns: Sequence[Column],
    rows: list[dict[str, Value]],
    *,
    deadline: dt.timedelta,
    stop: Stop | None,
) -> tuple[tuple[Column, ...], list[dict[str, Value]]]:
    """*rows* with every field of their events, and the columns these have; as they are where none were left out.

    An event that was deleted meanwhile has what its row had.

    Raises:
        QueryFailed: the engine could not read them.
    """
    place = next((place for place, one in enumerate(columns) if one.name == PLACE), None)
    if place is None:
        return tuple(columns), rows
    indexes = indexes_of(compiled.relation)
    # What the query names is there already, or it was taken away.
    known = names_in(compiled.query).union(one.name for one in columns)
    for attempt in range(1, ATTEMPTS + 1):
        catalog = source.catalog()
        reading = _Reading(source, types_of(catalog, indexes), frozenset(known))
        try:
            found = reading.completed(chosen(catalog, indexes), rows, deadline, stop)
        except QueryFailed:
            if attempt == ATTEMPTS or source.catalog().version == catalog.version:
                raise
            continue
        if source.catalog().version == catalog.version:
            break
    names = sorted({name for row in found for name in row} - reading.known)
    more = [Column(-1, name, reading.type_of(name)) for name in names]
    return (*columns[:place], *more, *columns[place + 1 :]), found


class _Reading:
    """One attempt: *types* of all fields, *known* the fields that are not to be added."""

    def __init__(self, source: EventSource, types: Mapping[str, Type], known: frozenset[str]) -> None:
        self._source = source
        self._types = types
        self.known = known

    def type_of(self, name: str) -> Type:
        """The type of the field *name* over all streams."""
        return self._types.get(name) or stored_type(unnamed(name))

    def completed(
        self,
        streams: Iterable[StoredStream],
        rows: Sequence[Mapping[str, Value]],
        deadline: dt.timedelta,
        stop: Stop | None,
    ) -> list[dict[str, Value]]:
        """Copies of *rows* with the fields of their events."""
        found: list[dict[str, Value]] = []
        wanted: defaultdict[str, dict[int, dict[str, Value]]] = defaultdict(dict)
        for row in rows:
            table, _, sequence = str(row[PLACE]).partition(":")
            found.append(Sparse((name, value) for name, value in row.items() if name != PLACE))
            wanted[table][int(sequence)] = found[-1]
        for stream in streams:
            if stream.table in wanted:
                self._complete(stream, wanted[stream.table], deadline, stop)
        return found

    def _complete(
        self,
        stream: StoredStream,
        rows: Mapping[int, dict[str, Value]],
        deadline: dt.timedelta,
        stop: Stop | None,
    ) -> None:
        """Put the fields of the events of one *stream* into *rows*, which are found by the events' numbers."""
        apart = [
            Column(place, name, self.type_of(name))
            for place, (name, field) in enumerate(stream.fields.items())
            if field.column is not None and name not in self.known and name not in METADATA
        ]
        sql = _select(stream, apart).sql(dialect="duckdb", copy=False)
        names = [SEQUENCE, *(one.name for one in apart), EXTRA]
        types = [Type.INTEGER, *(one.type for one in apart), Type.TEXT]
        with guarded(self._source, sql, deadline, stop) as cursor:
            cursor.register("wanted", pa.table({SEQUENCE: pa.array(rows, pa.int64())}))
            read = plain_rows(names, types, cursor.execute(sql).fetchall())
        for fields in read:
            row = rows[int(str(fields.pop(SEQUENCE)))]
            extra = fields.pop(EXTRA)
            row.update((name, value) for name, value in fields.items() if value is not None)
            for name, value in json.loads(str(extra)).items() if extra is not None else ():
                if name not in self.known and name not in fields:
                    row[name] = _plain(value, self.type_of(name))


def _select(stream: StoredStream, apart: Sequence[Column]) -> exp.Select:
    reads = [exp.Alias(this=read_field(stream, one), alias=identifier(f"f{one.id}")) for one in apart]
    select = exp.Select(expressions=[column(SEQUENCE, "e"), *reads, column(EXTRA, "e")])
    select.set("from_", exp.From(this=_table(stream.table, "e")))
    same: Node = binary("=", column(SEQUENCE, "e"), column(SEQUENCE, "w"))
    select.set("joins", [exp.Join(this=_table("wanted", "w"), on=same)])
    return select


def _table(name: str, alias: str) -> exp.Table:
    return exp.Table(this=identifier(name), alias=exp.TableAlias(this=identifier(alias)))


def _plain(value: Any, kind: Type) -> Value:
    """A value of the overflow object as a query shows it: fields of arrays are lists of texts."""
    if kind is not Type.LIST:
        return plain_json(value)
    return plain_list([_text(each) for each in (value if isinstance(value, list) else [value])])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        value = float(value)  # as the engine reads them in arrays
    return canonical_number(value) if isinstance(value, float) else str(value)
