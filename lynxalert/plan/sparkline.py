"""`sparkline(avg(x), 1h)` of `stats`: one aggregate per bucket of time in one row, as the values of a multivalue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, Call, Field, Name
from lynxalert.plan.aggregation import Named, resolve_aggregations
from lynxalert.plan.grouping import aggregated, bucket_of
from lynxalert.plan.relation import Extend, Project, Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.timechart import TooManyBuckets, buckets, span_for_bins
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span
from lynxalert.plan.types import Type

NAME = "sparkline"
MOST = 100  # buckets of one


@dataclass(frozen=True, slots=True)
class Sparkline:
    """One of them: what is computed per bucket, and how long a bucket is (None: as the range asks)."""

    written: Aggregation
    name: str
    measure: Named
    span: TimeSpan | None


def sparkline(clause: Aggregation, schema: Schema, scope: Scope) -> Sparkline | None:
    """What *clause* asks for, or nothing after saying what is wrong with it."""
    inner = _inner(clause)
    if inner is None:
        help_ = "for example sparkline(count) or sparkline(avg(x), 1h)"
        scope.report(Code.WRONG_ARITY, "`sparkline` wants an aggregation of a field", clause.span, help_)
        return None
    span = None
    if clause.width is not None:
        try:
            span = parse_span(clause.width)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), clause.span)
            return None
    found = resolve_aggregations((inner,), schema, scope)
    inside = f"({inner.alias.text})" if inner.alias else ""
    name = clause.alias.text if clause.alias else f"{NAME}{inside}"
    return Sparkline(clause, name, found[0], span) if found else None


def _inner(clause: Aggregation) -> Aggregation | None:
    """The aggregation inside, called as it is written."""
    match clause.argument:
        case None:
            return replace(clause, function="count", alias=None)
        case Name(text=function):
            alias = Name(function, clause.argument.span)
            return replace(clause, function=function, argument=None, alias=alias, width=None)
        case Call(function, (Field(name),), span, name_span):
            title = Name(f"{function}({name})", span)
            return Aggregation(function, Name(name, span), title, span, name_span)
        case _:
            return None


def with_sparklines(
    relation: Relation,
    time: Column,
    keys: tuple[Column, ...],
    measures: tuple[Named | Sparkline, ...],
    scope: Scope,
) -> Relation:
    """An aggregation with one column per measure, known when the range of time is."""

    def lower(window: TimeWindow) -> Relation:
        calls: list[Named] = []
        shown: list[tuple[Sparkline | None, list[Column]]] = []
        for measure in measures:
            found = _buckets(measure, time, window, scope) if isinstance(measure, Sparkline) else [measure]
            calls += found
            shown.append((measure if isinstance(measure, Sparkline) else None, [one for one, _ in found]))
        table = aggregated(relation, keys, tuple(calls), scope)
        made: list[tuple[Column, Scalar]] = []
        visible = [new for new, _ in table.keys]
        for line, columns in shown:
            if line is None:
                visible += columns
                continue
            empty = line.measure[1].function.when_empty
            texts = [
                scope.call(
                    "coalesce", scope.call(".", ColumnRef(one), constant("")), constant(str(empty or 0))
                )
                for one in columns
            ]
            column = scope.column(line.name, Type.LIST)
            made.append((column, scope.call("mvappend", *texts) if texts else scope.null()))
            visible.append(column)
        return Project(Extend(table, tuple(made), table.schema), Schema(tuple(visible)))

    return Spanned(relation, time, lower)


def _buckets(line: Sparkline, time: Column, window: TimeWindow, scope: Scope) -> list[Named]:
    """The measure over the rows of each bucket of the range."""
    span = line.span or span_for_bins(window, MOST)
    try:
        starts = list(buckets(window, span, scope.timezone))
    except TooManyBuckets:
        starts = []
    if not starts or len(starts) > MOST:
        if starts or line.span is not None:
            message = f"a sparkline has at most {MOST} buckets"
            scope.report(Code.TOO_LARGE, message, line.written.span, "a longer span, or a shorter range")
        return []
    _, call = line.measure
    value = call.argument if call.argument is not None else constant(1)
    bucket = bucket_of(ColumnRef(time), span, scope)
    return [
        (scope.column("bucket", call.type), _within(call, value, bucket, start.timestamp(), scope))
        for start in starts
    ]


def _within(call: AggregateCall, value: Scalar, bucket: Scalar, start: float, scope: Scope) -> AggregateCall:
    inside = scope.call("=", bucket, constant(start))
    return replace(call, argument=scope.call("if", inside, value, scope.null()))
