"""`foreach` through the values of a field: the template once per value, `<<ITEM>>` standing for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Assignment, Binary, Call, Expr, Field, Literal, Query
from lynxalert.plan.filling import ITEM, Items, filled
from lynxalert.plan.grouping import aggregated, subject_or_null
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Apply, Project, Relation
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1_000
COUNT, ALL = "<<COUNT>>", "<<ALL>>"  # columns that nobody else can name


def over_items(
    relation: Relation,
    items: Items,
    scope: Scope,
    parsed: Callable[[str], Query | None],
    lowered: Callable[[Query, Relation], Relation],
) -> Relation:
    """*relation* after the template for every value, in order; rows with fewer values are left alone behind theirs."""
    relation, column = subject_or_null(relation, items.field, scope)
    value = scope.call("json_array_to_mv", ColumnRef(column)) if items.json else ColumnRef(column)
    count = scope.call("coalesce", scope.call("mvcount", value), constant(0))
    listed = extended(relation, {ALL: value, COUNT: count}, scope)
    counted, every = listed.schema.find(COUNT), listed.schema.find(ALL)
    assert counted is not None
    assert every is not None
    most = scope.column("most", Type.INTEGER)
    call = AggregateCall(scope.aggregates["max"], ColumnRef(counted), Type.INTEGER)

    def after(table: pa.Table) -> Relation:
        length = int(table.column(0)[0].as_py() or 0)
        if length > MOST:
            message = f"`foreach` goes through at most {MOST:,} values, here are {length:,}"
            scope.report(Code.TOO_LARGE, message, items.place)
            return relation
        here: Relation = listed
        for number in range(length):
            query = parsed(filled(items, number))
            if query is None:
                break
            one = scope.call("mvindex", ColumnRef(every), constant(number))
            here = extended(here, {ITEM: one}, scope)
            here = lowered(_guarded(query, number, here, scope, items.place), here)
        return Project(here, _without(here.schema))

    return Apply(aggregated(listed, (), ((most, call),), scope), "foreach", after)


def _without(schema: Schema) -> Schema:
    """*schema* without the columns of the loop."""
    for name in (ITEM, COUNT, ALL):
        schema = schema.drop(name)
    return schema


def _guarded(query: Query, number: int, relation: Relation, scope: Scope, place: Span) -> Query:
    """*query* with every assignment made only where there is such a value."""
    stages = []
    known = set(relation.schema.names)
    for stage in query.stages:
        if stage.command != "eval":
            message = "only `eval` can stand in `foreach` over values"
            scope.report(Code.REFUSED_COMMAND, message, place, "`foreach a b [ … ]` goes through fields")
            continue
        clauses = []
        for clause in stage.clauses:
            assert isinstance(clause, Assignment)
            span, target = clause.span, clause.target.text
            there = Binary("<", Literal(number, span), Field(COUNT, span, quoted=True), span)
            before: Expr = Field(target, span, quoted=True) if target in known else Literal(None, span)
            value = Call("if", (there, clause.expression, before), span, span)
            known.add(target)
            clauses.append(replace(clause, expression=value))
        stages.append(replace(stage, clauses=tuple(clauses)))
    return replace(query, stages=tuple(stages))
