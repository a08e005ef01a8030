"""By-fields → grouping columns, shared by every command that groups."""

from __future__ import annotations

from lynxalert.lang import Code
from lynxalert.lang.ast import By, Name
from lynxalert.plan.relation import Aggregate, Extend, Filter, Limit, Project, Relation, Sort, Unnest
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Constant, Invoke, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span
from lynxalert.plan.types import Type

Named = tuple[Column, AggregateCall]


def group_columns(relation: Relation, by: By | None, scope: Scope) -> tuple[Relation, tuple[Column, ...]]:
    """The columns of a by-clause, once each; a multivalue field counts once per value; `span=` buckets `_time`."""
    columns: dict[str, Column] = {}
    for name in by.names if by else ():
        relation, column = group_column(relation, name, scope)
        columns[name.text] = column
    for option in by.options if by else ():
        if option.name == "span" and "_time" in columns:
            try:
                span = parse_span(option.value)
            except BadTime as wrong:
                scope.report(Code.BAD_TIME, str(wrong), option.value_span)
                continue
            relation, columns["_time"] = bucketed(relation, columns["_time"], span, scope)
    return relation, tuple(columns.values())


def group_column(
    relation: Relation, name: Name, scope: Scope, *, keeps_absent: bool = False
) -> tuple[Relation, Column]:
    """The column *name* to group by; one that does not exist groups nothing.

    A multivalue makes one row per value; *keeps_absent*: rows that lack it stay.
    """
    if "*" in name.text and not name.quoted:
        scope.report(Code.WRONG_VALUE, "a by-field cannot have a wildcard", name.span)
    relation, column = subject_or_null(relation, name, scope)
    if _lacks_default(_definition(relation, column)):
        message = f"`{name.text}` comes from a case() without default: rows that fit none of its conditions are left out"
        scope.report(Code.CASE_WITHOUT_DEFAULT, message, name.span, 'end it with true(), "other"')
    if column.type is Type.LIST:
        value = scope.column(name.text, Type.TEXT)
        return Unnest(relation, column, value, relation.schema.put(value), keeps_absent), value
    return relation, column


def _definition(relation: Relation, column: Column) -> Scalar | None:
    """What *column* is computed by, where a stage below does so."""
    while True:
        match relation:
            case Extend(columns=columns) if column in dict(columns):
                return dict(columns)[column]
            case Project(renames=renames):
                column = dict(renames).get(column, column)
                relation = relation.input
            case Extend() | Filter() | Sort() | Limit():
                relation = relation.input
            case _:
                return None


def _lacks_default(scalar: Scalar | None) -> bool:
    """Whether it is a `case` whose last condition does not always hold."""
    match scalar:
        case Invoke(function, arguments) if function.name == "case":
            match arguments[-2]:
                case Constant(value=True):
                    return False
                case Invoke(last, pair):
                    values = [one.value if isinstance(one, Constant) else object() for one in pair]
                    return not (last.name == "true" or (last.name == "=" and values[0] == values[1]))
            return True
        case _:
            return False


def subject_or_null(relation: Relation, name: Name, scope: Scope) -> tuple[Relation, Column]:
    """The column *name* that a stage is about; one that does not exist has no value in any row, and is not shown."""
    column = scope.subject(name.text, relation.schema, name.span)
    if column is not None:
        return relation, column
    column = scope.column(name.text, Type.TEXT)
    return Extend(relation, ((column, scope.null()),), relation.schema), column


def bucketed(relation: Relation, time: Column, span: TimeSpan, scope: Scope) -> tuple[Relation, Column]:
    """*relation* with *time* rounded down to buckets of *span*."""
    column = scope.column(time.name, Type.TIME)
    return Extend(
        relation, ((column, bucket_of(ColumnRef(time), span, scope)),), relation.schema.put(column)
    ), column


def bucket_of(time: Scalar, span: TimeSpan, scope: Scope) -> Scalar:
    """The start of the bucket of *span* that *time* lies in; days and longer follow the query's zone."""
    return scope.call(
        "bucket:time",
        time,
        constant(span.count),
        constant(span.unit),
        constant(scope.timezone),
        constant(span.offset),
    )


def aggregated(
    relation: Relation, keys: tuple[Column, ...], calls: tuple[Named, ...], scope: Scope
) -> Aggregate:
    """Aggregates by *keys*; the keys come first and keep their names."""
    renewed = tuple((scope.column(old.name, old.type), old) for old in keys)
    schema = Schema((*(new for new, _ in renewed), *(column for column, _ in calls)))
    return Aggregate(relation, renewed, calls, schema)
