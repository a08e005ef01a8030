"""Rows → the same rows with values of the rows around them: what `eventstats`, `streamstats`, `delta` and kin share."""

from __future__ import annotations

from lynxalert.lang.ast import By, Name
from lynxalert.plan.aggregation import Named
from lynxalert.plan.relation import Extend, Frame, Relation, Window
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Constant, Scalar, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


def extended(relation: Relation, values: dict[str, Scalar], scope: Scope) -> Relation:
    """*relation* with *values* under their names, in place of columns of the same name."""
    schema = relation.schema
    columns = []
    for name, value in values.items():
        column = scope.column(name, value.type)
        columns.append((column, value))
        schema = schema.put(column)
    return Extend(relation, tuple(columns), schema) if columns else relation


def aggregated_over(
    relation: Relation, partition: tuple[Column, ...], calls: tuple[Named, ...], frame: Frame | None
) -> Window:
    """Rows with columns that nobody sees: only `extended` puts them into the schema."""
    return Window(relation, partition, calls, relation.schema, frame)


def over_rows(
    relation: Relation,
    function: str,
    value: Scalar | None,
    frame: Frame | None,
    scope: Scope,
    partition: tuple[Column, ...] = (),
) -> tuple[Relation, Column]:
    """One aggregate over the rows of *frame*, as a column that nobody sees."""
    aggregate = scope.aggregates[function]
    type_ = aggregate.result_type(value.type if value is not None else Type.NULL)
    column = scope.column(function, type_)
    call = AggregateCall(aggregate, value, type_)
    return aggregated_over(relation, partition, ((column, call),), frame), column


def kept(relation: Relation, value: Scalar, scope: Scope, name: str = "kept") -> tuple[Relation, Column]:
    """*value* as a column that nobody sees."""
    column = scope.column(name, value.type)
    return Extend(relation, ((column, value),), relation.schema), column


def group_keys(relation: Relation, by: By | None, scope: Scope) -> tuple[Relation, tuple[Column, ...]]:
    """The by-fields; one that does not exist is missing in every row. A multivalue field groups by all its values."""
    columns = []
    for name in by.names if by else ():
        column = known(relation, name, scope)
        if column is None:
            relation, column = kept(relation, scope.null(), scope, name.text)
        columns.append(column)
    return relation, tuple(columns)


def known(relation: Relation, name: Name, scope: Scope) -> Column | None:
    """The column that a stage is about."""
    return scope.subject(name.text, relation.schema, name.span)


def all_present(columns: tuple[Column, ...], scope: Scope) -> Scalar:
    """Whether a row has every one of *columns*."""
    tests = [scope.call("isnotnull", ColumnRef(column)) for column in columns]
    if not tests:
        return Constant(value=True, type=Type.BOOLEAN)
    return tests[0] if len(tests) == 1 else scope.call("AND", *tests)


def where_present(columns: tuple[Column, ...], value: Scalar, scope: Scope) -> Scalar:
    """*value* in the rows that have every one of *columns*."""
    return scope.call("if", all_present(columns, scope), value, scope.null()) if columns else value


def one_if(condition: Scalar, scope: Scope) -> Scalar:
    """1 where *condition* is true, else 0."""
    return scope.call("if", condition, constant(1), constant(0))


def changes(relation: Relation, keys: tuple[Column, ...], scope: Scope) -> tuple[Relation, Column]:
    """The number of the run of equal *keys* that each row belongs to; rows lacking a key change nothing."""
    whole = where_present(keys, scope.call("row:key", *(ColumnRef(key) for key in keys)), scope)
    relation, key = kept(relation, whole, scope)
    relation, before = over_rows(relation, "last", ColumnRef(key), Frame(end=1), scope)
    changed = one_if(scope.call("!=", ColumnRef(key), ColumnRef(before)), scope)
    relation, flag = kept(relation, changed, scope)
    return over_rows(relation, "sum", ColumnRef(flag), Frame(), scope)
