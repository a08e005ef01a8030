"""Rows → the same rows with columns computed from all of them in order, for what SQL cannot say. Barriers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from lynxalert.plan.relation import Apply, Filter, Generate, OrderKey, Project, Relation
from lynxalert.plan.rows import array_of, json_of, rows_of, type_of
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

Row: TypeAlias = Mapping[str, Any]
Computed: TypeAlias = Mapping[str, Sequence[Any]]  # by name, a value per row


def beside(
    relation: Relation,
    name: str,
    needed: Sequence[Column],
    scope: Scope,
    compute: Callable[[Sequence[Row]], Computed],
    *,
    cap: int = 1_000_000,
    then: Callable[[Relation], Relation] = lambda made: made,
) -> Apply:
    """*relation* with what *compute* makes of the columns *needed* of all its rows; the others pass untouched.

    A computed column stands in place of the one of its name. The hidden ones stay hidden. *then* goes on with the rows that have them.
    """
    schema = relation.schema
    every = (*schema.columns, *schema.hidden)
    places = [every.index(column) for column in needed]

    def extended(table: pa.Table) -> Relation:
        given = table.select(places).rename_columns([column.name for column in needed])
        return then(passed(table, schema, compute(rows_of(given, Schema(tuple(needed)))), scope))

    return Apply(Project(relation, Schema(every)), name, extended, cap)


def passed(table: pa.Table, schema: Schema, computed: Computed, scope: Scope) -> Relation:
    """*table*, whose columns are those of *schema* and its hidden ones, with the *computed* ones."""
    import pyarrow as pa

    every = (*schema.columns, *schema.hidden)
    renewed = {old: scope.column(old.name, old.type) for old in every}
    arrays: list[Any] = list(table.columns)
    columns = [renewed[old] for old in every]
    shown = Schema(
        tuple(renewed[old] for old in schema.columns),
        schema.open,
        tuple(renewed[old] for old in schema.hidden),
    )
    for name, values in computed.items():
        type_ = type_of(values)
        column = scope.column(name, type_)
        carried = [None if value is None else json_of(value) for value in values]
        arrays.append(array_of(carried, Type.TEXT) if type_ is Type.ANY else array_of(values, type_))
        columns.append(column)
        shown = shown.put(column)
    position = scope.column("position", Type.INTEGER)
    arrays.append(pa.array(range(table.num_rows), pa.int64()))
    made = pa.table(arrays, [*(str(place) for place in range(len(columns))), "position"])
    return Project(Generate(made, Schema(tuple(columns)), position, (OrderKey(position),)), shown)


def only(relation: Relation, name: str) -> Relation:
    """The rows of *relation* in which the Boolean column *name* is true, without it."""
    column = relation.schema.find(name)
    assert column is not None
    return Project(Filter(relation, ColumnRef(column)), relation.schema.drop(name))
