"""Events and the transactions they belong to → one row per transaction."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.plan.aggregation import Named
from lynxalert.plan.grouping import aggregated
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Join, OrderKey, Project, Relation, Sort
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

TIMES = {"_time": "min", "_indextime": "max"}


@dataclass(frozen=True, slots=True)
class Merging:
    """How the values of several events become one: *lists* keeps all in order, *missing* in place of absent ones."""

    same: frozenset[str]  # fields that have one value in all events of a transaction
    lists: bool | tuple[str, ...]
    missing: str
    raw_list: bool

    def keeps_all(self, name: str) -> bool:
        """Whether every value of the field *name* is kept, repeated ones too."""
        return self.lists if isinstance(self.lists, bool) else name in self.lists


def merged(relation: Relation, place: Column, assigned: Relation, merging: Merging, scope: Scope) -> Relation:
    """One row per number of *assigned* (place, number, closed), whose places are those in *relation*; newest first."""
    shown = relation.schema
    rows, key, closed = numbered(relation, place, assigned, scope)
    time = shown.find("_time")
    assert time is not None
    first, last = (aggregate(function, ColumnRef(time), scope) for function in ("min", "max"))
    count, is_closed = aggregate("count", None, scope), aggregate("max", ColumnRef(closed), scope)
    calls = [first, last, count, is_closed]
    values: dict[str, Scalar] = {}
    for column in (*shown.columns, *shown.hidden):
        needed, value = one_value(column, merging, scope)
        calls += needed
        values[column.name] = value
    length = scope.call("-", ColumnRef(last[0]), ColumnRef(first[0]))
    values["duration"] = scope.call("round", length, constant(6))
    values["eventcount"], values["closed_txn"] = ColumnRef(count[0]), ColumnRef(is_closed[0])
    # Oldest first, so that lists and texts read in order of time.
    table = aggregated(Sort(rows, reverse=True), (key,), tuple(calls), scope)
    whole = extended(table, values, scope)
    hidden = [column.name for column in shown.hidden]
    columns = {name: found for name in values if (found := whole.schema.find(name)) is not None}
    schema = Schema(
        tuple(column for name, column in columns.items() if name not in hidden),
        open=shown.open,
        hidden=tuple(columns[name] for name in hidden),
    )
    order = (OrderKey(first[0], descending=True), OrderKey(table.schema.columns[0]))
    return Project(Sort(whole, order), schema)


def numbered(
    relation: Relation, place: Column, assigned: Relation, scope: Scope
) -> tuple[Relation, Column, Column]:
    """The rows that belong to a transaction, its number, and whether it is closed."""
    where, number, closed = assigned.schema.columns
    key, end = (scope.column(name, Type.INTEGER) for name in ("number", "closed"))
    rows = Join(
        left=relation,
        right=assigned,
        on=((place, where),),
        kind="inner",
        renewed=((key, number), (end, closed)),
        schema=relation.schema,
        place=scope.column("place", Type.INTEGER),
    )
    return rows, key, end


def one_value(column: Column, merging: Merging, scope: Scope) -> tuple[list[Named], Scalar]:
    """What the values of *column* become, and the aggregates it takes."""
    argument: Scalar = ColumnRef(column)
    if column.name in TIMES:
        call = aggregate(TIMES[column.name], argument, scope)
        return [call], ColumnRef(call[0])
    if column.name == "_raw":
        call = aggregate("mv:gather", argument, scope)
        texts = ColumnRef(call[0])
        return [call], texts if merging.raw_list else scope.call("mvjoin", texts, constant("\n"))
    if merging.keeps_all(column.name):
        call = aggregate("mv:gather", scope.call("coalesce", argument, constant(merging.missing)), scope)
        return [call], ColumnRef(call[0])
    call = aggregate("first" if column.name in merging.same else "values", argument, scope)
    return [call], ColumnRef(call[0])


def aggregate(name: str, argument: Scalar | None, scope: Scope) -> Named:
    """An aggregate as a column of its own."""
    function = scope.aggregates[name]
    type_ = function.result_type(Type.NULL if argument is None else argument.type)
    return scope.column(name, type_), AggregateCall(function, argument, type_)
