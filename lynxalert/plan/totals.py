"""Sums across a row and down a column: what `addtotals` and `addcoltotals` share."""

from __future__ import annotations

from collections.abc import Sequence

from lynxalert.lang.ast import Name
from lynxalert.plan.combining import united
from lynxalert.plan.grouping import aggregated
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Filter, Project, Relation
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

SUMMED = (Type.INTEGER, Type.FLOAT, Type.TEXT, Type.ANY, Type.LIST)


def summed(relation: Relation, names: Sequence[Name], scope: Scope) -> list[Column]:
    """The columns to sum: those named (`*` any run), else all that may hold numbers and do not begin with `_`."""
    schema = relation.schema
    found: dict[Column, None] = {}
    for name in names:
        if "*" in name.text and not name.quoted:
            found |= dict.fromkeys(schema.matching(name.text))
        elif (column := scope.subject(name.text, schema, name.span)) is not None:
            found[column] = None
    columns = list(found) if names else [one for one in schema.columns if not one.name.startswith("_")]
    return [column for column in columns if column.type in SUMMED]


def with_row_totals(relation: Relation, columns: Sequence[Column], name: str, scope: Scope) -> Relation:
    """Every row with the sum of its numbers as *name*."""
    total = scope.call("row:total", *(ColumnRef(column) for column in columns)) if columns else constant(0.0)
    return extended(relation, {name: total}, scope)


def with_column_totals(
    relation: Relation, columns: Sequence[Column], labelfield: str, label: str, scope: Scope
) -> Relation:
    """The rows, and if there are any one more with the sum of each of *columns* and *label* in *labelfield*."""
    function = scope.aggregates["sum"]
    calls = [
        # A multivalue of several is no number; a sum would count each.
        (
            scope.column(column.name, Type.FLOAT),
            AggregateCall(function, scope.call("sign:plus", ColumnRef(column)), Type.FLOAT),
        )
        for column in columns
    ]
    rows = scope.column("rows", Type.INTEGER)
    counted = (rows, AggregateCall(scope.aggregates["count"], None, Type.INTEGER))
    sums: Relation = aggregated(relation, (), (*calls, counted), scope)
    sums = Filter(sums, scope.call(">", ColumnRef(rows), constant(0)))
    sums = Project(sums, Schema(tuple(column for column, _ in calls)))
    labels: dict[str, Scalar] = {labelfield: constant(label)} if labelfield else {}
    return united((relation, extended(sums, labels, scope)), scope)
