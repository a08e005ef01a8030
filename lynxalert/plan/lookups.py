"""A lookup and the fields to meet it by → rows with its columns beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Name
from lynxalert.plan.knowledge import BadLookup, Lookup
from lynxalert.plan.relation import Aggregate, Extend, Join, Relation, Unnest
from lynxalert.plan.rows import table_of
from lynxalert.plan.scalar import AggregateCall, ColumnRef
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type
from lynxalert.registry import suggest

MOST_MATCHES = 1_000  # rows of a lookup that one event may meet


def found_lookup(name: Name, scope: Scope) -> Lookup | None:
    """The lookup called *name*; that there is none is reported."""
    lookups = scope.knowledge.lookups
    if lookups is None:
        message = f"there is no lookup `{name.text}`: no folder of lookups is configured"
        scope.report(Code.UNKNOWN_LOOKUP, message, name.span)
        return None
    try:
        found = lookups.find(name.text)
    except BadLookup as wrong:
        scope.report(Code.UNKNOWN_LOOKUP, str(wrong), name.span)
        return None
    if found is None:
        near = suggest(name.text.removesuffix(".csv"), lookups.names())
        help_ = f"did you mean `{near}`?" if near else None
        scope.report(Code.UNKNOWN_LOOKUP, f"there is no lookup `{name.text}`", name.span, help_)
    return found


def rows_of_lookup(lookup: Lookup, scope: Scope, start: int = 0, most: int = 0) -> Relation:
    """The rows of *lookup* behind the first *start* ones, all or at most so many."""
    rows = lookup.rows[start : start + most if most else None]
    named = [dict(zip(lookup.columns, row, strict=True)) for row in rows]
    return table_of(named, scope, dict.fromkeys(lookup.columns, Type.TEXT))


def lookup_field(name: Name, lookup: Lookup, scope: Scope) -> str | None:
    """The column of *lookup* called *name*; that there is none is reported."""
    if name.text in lookup.columns:
        return name.text
    near = suggest(name.text, lookup.columns)
    help_ = f"did you mean `{near}`?" if near else f"it has {', '.join(lookup.columns)}"
    scope.report(Code.UNKNOWN_FIELD, f"the lookup has no field `{name.text}`", name.span, help_)
    return None


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


def lookup_table(
    lookup: Lookup, keys: Sequence[str], outputs: Sequence[str], place: Span, scope: Scope
) -> Relation:
    """*lookup* with one row per combination of *keys*; where several rows share one, the outputs are multivalues."""
    met = [lookup.columns.index(name) for name in keys]
    shown = [lookup.columns.index(name) for name in outputs]
    groups: Mapping[tuple[str | None, ...], list[tuple[str | None, ...]]] = defaultdict(list)
    for row in lookup.rows:
        key = tuple(row[column] for column in met)
        if None not in key:
            groups[key].append(tuple(row[column] for column in shown))
    _warn_of_cut(groups, place, scope)
    types: dict[str, Type] = {f"k{number}": Type.TEXT for number in range(len(keys))}
    several = any(len(rows) > 1 for rows in groups.values())
    types |= {f"o{number}": Type.LIST if several else Type.TEXT for number in range(len(outputs))}
    table = []
    for key, rows in groups.items():
        made: dict[str, object] = {f"k{number}": value for number, value in enumerate(key)}
        for number in range(len(outputs)):
            values = [value for row in rows[:MOST_MATCHES] if (value := row[number]) is not None]
            made[f"o{number}"] = values if several else (values[0] if values else None)
        table.append(made)
    return table_of(table, scope, types)


def _warn_of_cut(
    groups: Mapping[tuple[str | None, ...], Sequence[object]], place: Span, scope: Scope
) -> None:
    for key, rows in groups.items():
        if len(rows) > MOST_MATCHES:
            named = ", ".join(str(value) for value in key)
            message = f"{len(rows):,} rows of the lookup fit `{named}`; the first {MOST_MATCHES:,} are taken"
            scope.report(Code.CUT, message, place)
            return


def put(relation: Relation, name: str, column: Column, scope: Scope, *, over: bool) -> Relation:
    """*relation* with *column* under *name*; with *over* instead of what was there, else where there was nothing."""
    schema = relation.schema
    rest = Schema(
        tuple(one for one in schema.columns if one != column), schema.open, (*schema.hidden, column)
    )
    old = rest.find(name)
    value = (
        ColumnRef(column)
        if over or old is None
        else scope.call("coalesce", ColumnRef(old), ColumnRef(column))
    )
    new = scope.column(name, value.type)
    shown = rest.put(new)
    return Extend(
        relation,
        ((new, value),),
        Schema(shown.columns, shown.open, tuple(one for one in shown.hidden if one != column)),
    )


def missing(relation: Relation, name: str, span: Span, scope: Scope) -> tuple[Relation, Column]:
    """*relation* with the field *name*, empty if it does not exist."""
    found = scope.find(name, relation.schema, span)
    if found is not None:
        return relation, found
    empty = scope.column(name, Type.TEXT)
    return Extend(relation, ((empty, scope.null()),), _beside(relation.schema, empty)), empty
