"""Rows and a lookup, met by some of their columns → the rows with columns of the lookup beside them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lynxalert.lang import Code, Span
from lynxalert.plan.knowledge import MOST_MATCHES, Lookup
from lynxalert.plan.meeting import Meeting
from lynxalert.plan.relation import Aggregate, Apply, Extend, Join, Relation, Unnest
from lynxalert.plan.rows import list_of, rows_of, table_of
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Matched:
    """Rows with what a lookup knows of them: *columns* in the order asked for."""

    relation: Relation
    columns: tuple[Column, ...]


def matched(
    relation: Relation,
    table: Relation,
    on: Sequence[Column],
    scope: Scope,
) -> Matched:
    """*relation* with the columns of *table* behind its first ones, which are the keys that *on* must equal.

    *table* has every combination of keys once. A multivalue meets by any of its values, and gets what they all give.
    """
    width = len(on)
    if any(several(column) for column in on):
        relation, on, table = _gathered(relation, table, on, scope)
    keys, outputs = table.schema.columns[:width], table.schema.columns[width:]
    renewed = tuple((scope.column(old.name, old.type), old) for old in outputs)
    joined = Join(
        left=relation,
        right=table,
        on=tuple(zip(on, keys, strict=True)),
        kind="left",
        renewed=renewed,
        schema=Schema(
            (*relation.schema.columns, *(new for new, _ in renewed)),
            relation.schema.open,
            relation.schema.hidden,
        ),
        place=scope.column("place", Type.INTEGER),
    )
    return Matched(joined, tuple(new for new, _ in renewed))


def several(column: Column) -> bool:
    """Whether rows may have several values: known of lists, and arrays of JSON are called `name{}`."""
    return column.type is Type.LIST or (column.type is Type.ANY and "{}" in column.name)


def _gathered(
    relation: Relation, table: Relation, on: Sequence[Column], scope: Scope
) -> tuple[Relation, Sequence[Column], Relation]:
    """The same question for multivalue keys: every combination there is, with what all its values give."""
    lists = []
    for column in on:
        if several(column):
            values = scope.column(column.name, Type.LIST)
            value = scope.call("mvappend", ColumnRef(column))
            relation = Extend(relation, ((values, value),), _beside(relation.schema, values))
            lists.append(values)
        else:
            lists.append(column)
    combined = tuple((scope.column(old.name, old.type), old) for old in lists)
    rows: Relation = Aggregate(relation, combined, (), Schema(tuple(new for new, _ in combined)))
    single: list[Column] = []
    for new, _ in combined:
        if new.type is Type.LIST:
            one = scope.column(new.name, Type.TEXT)
            rows = Unnest(rows, new, one, _beside(rows.schema, one))
            single.append(one)
        else:
            single.append(new)
    met = matched(rows, table, single, scope)
    gather = scope.aggregates["mv:gather"]
    made = tuple(
        (scope.column(old.name, Type.LIST), AggregateCall(gather, ColumnRef(old), Type.LIST))
        for old in met.columns
    )
    back = tuple((scope.column(new.name, new.type), new) for new, _ in combined)
    schema = Schema((*(new for new, _ in back), *(new for new, _ in made)))
    return relation, lists, Aggregate(met.relation, back, made, schema)


def _beside(schema: Schema, column: Column) -> Schema:
    """*schema* that carries *column* unseen."""
    return Schema(schema.columns, schema.open, (*schema.hidden, column))


def meet(
    relation: Relation,
    lookup: Lookup,
    keys: Sequence[str],
    on: Sequence[Column],
    outputs: Sequence[str],
    place: Span,
    scope: Scope,
    then: Callable[[Matched], Relation],
) -> Relation:
    """What *then* makes of *relation* with the *outputs* of *lookup* where its *keys* fit the columns *on*.

    By equality that is a join at once. By patterns, networks or folded letters the values there are must be asked
    for first: a barrier.
    """
    if lookup.matching.equality:
        groups = defaultdict(list)
        places = [lookup.columns.index(name) for name in keys]
        for row in lookup.rows:
            key = tuple(cell for at in places if (cell := row[at]) is not None)
            if len(key) == len(places):
                groups[key].append(row)
        return then(_joined(relation, lookup, groups, on, outputs, place, scope))
    meeting = Meeting(lookup, keys)

    def met(asked: Iterable[tuple[str, ...]]) -> Relation:
        found = ((key, meeting.rows(key)) for key in asked)
        fitting = {key: rows for key, rows in found if rows}
        return then(_joined(relation, lookup, fitting, on, outputs, place, scope))

    return _asked(relation, on, scope, met)


def _asked(
    relation: Relation,
    on: Sequence[Column],
    scope: Scope,
    then: Callable[[Iterable[tuple[str, ...]]], Relation],
) -> Relation:
    """What *then* makes of all combinations of single values that the columns *on* have."""
    lists = {
        scope.column("values", Type.LIST): scope.call("mvappend", ColumnRef(column))
        for column in on
        if several(column)
    }
    rest = iter(lists)
    olds = [next(rest) if several(column) else column for column in on]
    rows = Extend(relation, tuple(lists.items()), relation.schema) if lists else relation
    combined = tuple((scope.column(f"k{number}", old.type), old) for number, old in enumerate(olds))
    schema = Schema(tuple(new for new, _ in combined))

    def read(table: pa.Table) -> Relation:
        found = (
            one
            for row in rows_of(table, schema)
            for one in itertools.product(*(list_of(row[name]) for name in schema.names))
        )
        return then(dict.fromkeys(found))

    return Apply(Aggregate(rows, combined, (), schema), "lookup", read)


def _joined(
    relation: Relation,
    lookup: Lookup,
    groups: Mapping[tuple[str, ...], Sequence[tuple[str | None, ...]]],
    on: Sequence[Column],
    outputs: Sequence[str],
    place: Span,
    scope: Scope,
) -> Matched:
    """*relation* with the outputs that *groups* has for its keys; the default where there are fewer than needed."""
    matching = lookup.matching
    table = _table(lookup, groups, outputs, place, scope, len(on))
    met = matched(relation, table, on, scope)
    if not matching.least:
        return met
    *columns, mark = met.columns
    default: Scalar = constant(matching.default or None)
    if matching.least > 1 and matching.default:
        default = scope.call("mvappend", *[default] * matching.least)
    values, schema = [], met.relation.schema
    for old in columns:
        value = scope.call("if", scope.call("isnull", ColumnRef(mark)), default, ColumnRef(old))
        new = scope.column(old.name, value.type)
        values.append((new, value))
        schema = replace(schema, columns=tuple(new if one == old else one for one in schema.columns))
    schema = replace(schema, columns=tuple(one for one in schema.columns if one != mark))
    extended = Extend(met.relation, tuple(values), schema)
    return Matched(extended, tuple(new for new, _ in values))


def _table(
    lookup: Lookup,
    groups: Mapping[tuple[str, ...], Sequence[tuple[str | None, ...]]],
    outputs: Sequence[str],
    place: Span,
    scope: Scope,
    width: int,
) -> Relation:
    """One row per key; where several rows share one, the outputs are multivalues. Where there are defaults, the last column marks a match."""
    matching = lookup.matching
    shown = [lookup.columns.index(name) for name in outputs]
    _warn_of_cut(groups, matching.most, place, scope)
    several_ = matching.least > 1 or any(min(len(rows), matching.most) > 1 for rows in groups.values())
    types: dict[str, Type] = {f"k{number}": Type.TEXT for number in range(width)}
    types |= {f"o{number}": Type.LIST if several_ else Type.TEXT for number in range(len(shown))}
    mark = {"met": "1"} if matching.least else {}
    types |= dict.fromkeys(mark, Type.TEXT)
    table = []
    for key, rows in groups.items():
        made: dict[str, object] = {f"k{number}": value for number, value in enumerate(key)}
        lacking = [matching.default or None] * (matching.least - len(rows))
        for number, at in enumerate(shown):
            cells = [*(row[at] for row in rows[: matching.most]), *lacking]
            values = [cell for cell in cells if cell is not None]
            made[f"o{number}"] = values if several_ else (values[0] if values else None)
        table.append({**made, **mark})
    return table_of(table, scope, types)


def _warn_of_cut(
    groups: Mapping[tuple[str, ...], Sequence[object]], most: int, place: Span, scope: Scope
) -> None:
    if most != MOST_MATCHES:
        return  # a bound that was asked for
    for key, rows in groups.items():
        if len(rows) > most:
            named = ", ".join(key)
            message = f"{len(rows):,} rows of the lookup fit `{named}`; the first {most:,} are taken"
            scope.report(Code.CUT, message, place)
            return
