"""`makecontinuous`: rows for the buckets in which there are none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Name, Option, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.grouping import bucketed
from lynxalert.plan.neighbours import extended, known
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Apply, OrderKey, Relation, Sort
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.timechart import BUCKET_CAP, TooManyBuckets, buckets
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@command
@dataclass(frozen=True, slots=True)
class Makecontinuous:
    """Round `_time` or a numeric field down to buckets of `span`, and add a row for every bucket between that has none."""

    name: Name | None = one(Name)
    span: str = option("")
    stage: Stage | None = None
    EXAMPLES = (
        (
            "| bin _time span=5m | stats count by _time | makecontinuous _time span=5m",
            "empty buckets as rows",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Rounded in SQL, filled when it runs; in the order of the field."""
        assert self.stage is not None
        name = self.name or Name("_time", self.stage.name_span)
        column = known(relation, name, scope)
        if column is None:
            return relation
        if not self.span:
            message = "`makecontinuous` needs the length of a bucket"
            scope.report(Code.WRONG_ARITY, message, self.stage.span, "for example span=5m")
            return relation
        if column.type is Type.TIME:
            return self._times(relation, column, scope)
        size = read_number(self.span)
        if size is None or size <= 0:
            message = f"`{column.name}` is no time: give a number as span"
            scope.report(Code.WRONG_VALUE, message, self._place())
            return relation
        low = scope.call("floor", scope.call("/", ColumnRef(column), constant(size)))
        rounded = extended(relation, {column.name: scope.call("*", low, constant(size))}, scope)

        def between(first: float, last: float) -> list[float]:
            count = round((last - first) / size) + 1
            if count > BUCKET_CAP:
                raise TooManyBuckets(f"a span of {self.span} makes more than {BUCKET_CAP:,} buckets")
            return [first + step * size for step in range(count)]

        return self._filled(rounded, column.name, between, scope)

    def _times(self, relation: Relation, column: Column, scope: Scope) -> Relation:
        try:
            span = parse_span(self.span)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), self._place())
            return relation
        rounded, _ = bucketed(relation, column, span, scope)
        return self._filled(rounded, column.name, Times(span, scope.timezone), scope)

    def _filled(self, relation: Relation, name: str, between: Any, scope: Scope) -> Relation:
        column = relation.schema.find(name)
        assert column is not None
        sorted_ = Sort(relation, (OrderKey(column),))
        schema = relation.schema

        def fill(table: pa.Table) -> Relation:
            rows = rows_of(table, schema)
            values = [row[name] for row in rows if row[name] is not None]
            made: list[dict[str, Any]] = []
            try:
                every = between(values[0], values[-1]) if values else []
            except TooManyBuckets as wrong:
                scope.report(Code.TOO_LARGE, str(wrong), self._place(), "a longer span")
                every = []
            here: dict[Any, list[dict[str, Any]]] = {value: [] for value in every}
            for row in rows:
                here.setdefault(row[name], []).append(row)
            for value, found in here.items():
                made += found or [{name: value}]
            return table_of(made, scope, {one.name: one.type for one in schema.columns})

        return Apply(sorted_, "makecontinuous", fill)

    def _place(self) -> Span:
        assert self.stage is not None
        written = (clause for clause in self.stage.clauses if isinstance(clause, Option))
        return next(one.value_span for one in written if one.name.lower() == "span")


@dataclass(frozen=True, slots=True)
class Times:
    """The starts of all buckets from one to another, naive UTC."""

    span: TimeSpan
    zone: str

    def __call__(self, first: dt.datetime, last: dt.datetime) -> list[dt.datetime]:
        """Every bucket from that of *first* to that of *last*."""
        after = last.replace(tzinfo=dt.UTC) + dt.timedelta(microseconds=1)
        window = TimeWindow(first.replace(tzinfo=dt.UTC), after)
        return [
            start.astimezone(dt.UTC).replace(tzinfo=None) for start in buckets(window, self.span, self.zone)
        ]
