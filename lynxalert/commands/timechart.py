"""`timechart`: aggregates per bucket of time, one column per series."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Aggregation, By, Option, Stage
from lynxalert.plan.aggregation import resolve_aggregations
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.grouping import bucketed, group_column
from lynxalert.plan.instants import timed
from lynxalert.plan.limits import Limit, choice, limit
from lynxalert.plan.measured import Measured
from lynxalert.plan.relation import Filter, Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.series import Chart, Split
from lynxalert.plan.timechart import (
    TooManyBuckets,
    aligned,
    bucket_end,
    buckets,
    checked_alignment,
    default_span,
    span_for_bins,
)
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span


@command
@dataclass(frozen=True, slots=True)
class Timechart:
    """Aggregates per bucket of time over the whole range, empty buckets too; `by` makes one column per value.

    The ten values with the greatest sums have a column (`limit`, or `where max in top5`, `where avg > 100`), the rest
    is OTHER, absent ones are NULL. `partial=f` leaves out a first and last bucket that the range only touches,
    `cont=f` empty buckets, `fixedrange=f` those before the first and after the last event.
    """

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    by: By | None = one(By)
    span: str = option("")
    bins: int = option(100)
    limit: Limit = option(Limit(10), limit)
    useother: bool = option(default=True)
    usenull: bool = option(default=True)
    otherstr: str = option("OTHER")
    nullstr: str = option("NULL")
    where: Limit | None = option(None, choice)
    cont: bool = option(default=True)
    fixedrange: bool = option(default=True)
    partial: bool = option(default=True)
    minspan: str = option("")
    aligntime: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| timechart span=5m count by host", "events per five minutes and host"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Known only with the range; with more series than shown, only after a look at their sums."""
        assert self.stage is not None
        name_span = self.stage.name_span
        relation, time = timed(relation, scope)
        if time is None:
            scope.report(Code.WRONG_TYPE, "`timechart` needs `_time`, which is gone here", name_span)
            return relation
        span, least = self._span("span", self.span, scope), self._span("minspan", self.minspan, scope)
        self._check_alignment(scope)
        calls = resolve_aggregations(
            self.aggregations, relation.schema, scope, taken=("_time",), charted=True
        )
        split = Split(self.where or self.limit, self.useother, self.usenull, self.otherstr, self.nullstr)
        relation, series = self._series(relation, split, scope)

        def lower(window: TimeWindow) -> Relation:
            chosen = aligned(span or self._chosen(window, least), self.aligntime, window, scope.timezone)
            try:
                starts = tuple(self._starts(window, chosen, scope))
            except TooManyBuckets as wrong:
                place = self._place("span") if self.span else name_span
                scope.report(Code.TOO_LARGE, str(wrong), place, "a longer span, or a shorter range")
                return relation
            rows, bucket = bucketed(relation, time, chosen, scope)
            if not self.partial:
                rows = _within(rows, bucket, starts, scope)
            measured = Measured(calls, chosen, scope.timezone)
            chart = Chart(
                calls,
                split,
                scope,
                name_span,
                every=starts if self.cont else (),
                measured=measured if any(call.function.per for _, call in calls) else None,
                trimmed=not self.fixedrange,
            )
            return chart.over(rows, bucket, series)

        return Spanned(relation, time, lower)

    def _series(self, relation: Relation, split: Split, scope: Scope) -> tuple[Relation, Column | None]:
        if self.by is None:
            return relation, None
        if len(self.by.names) > 1:
            message, help_ = (
                "`timechart` splits by one field",
                '`eval both=a . " " . b` before it makes two one',
            )
            scope.report(Code.WRONG_ARITY, message, self.by.names[1].span, help_)
        relation, column = group_column(relation, self.by.names[0], scope, keeps_absent=True)
        return split.text(relation, column, scope)

    def _check_alignment(self, scope: Scope) -> None:
        try:
            checked_alignment(self.aligntime)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), self._place("aligntime"))

    def _starts(self, window: TimeWindow, span: TimeSpan, scope: Scope) -> list[dt.datetime]:
        if self.partial and not self.cont:
            return []
        starts = list(buckets(window, span, scope.timezone))
        if not self.partial:
            assert window.start is not None
            assert window.end is not None
            starts = [
                start
                for start in starts
                if start >= window.start and bucket_end(start, span, scope.timezone) <= window.end
            ]
        return [start.astimezone(dt.UTC).replace(tzinfo=None) for start in starts]

    def _chosen(self, window: TimeWindow, least: TimeSpan | None) -> TimeSpan:
        """The span when none is given: by the number of buckets wanted, else by the length of the range."""
        found = span_for_bins(window, self.bins) if "bins" in self._written() else default_span(window)
        return least if least is not None and least.least_microseconds > found.least_microseconds else found

    def _written(self) -> dict[str, Option]:
        assert self.stage is not None
        written = [clause for clause in self.stage.clauses if isinstance(clause, Option)]
        written += self.by.options if self.by else ()
        return {option_.name.lower(): option_ for option_ in written}

    def _place(self, name: str) -> Span:
        return self._written()[name].value_span

    def _span(self, name: str, written: str, scope: Scope) -> TimeSpan | None:
        if not written:
            return None
        try:
            return parse_span(written)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), self._place(name))
            return None


def _within(rows: Relation, bucket: Column, starts: tuple[dt.datetime, ...], scope: Scope) -> Relation:
    """*rows* whose bucket is one of *starts*, which follow each other."""
    if not starts:
        return Filter(rows, constant(value=False))
    first, last = (constant(start.replace(tzinfo=dt.UTC).timestamp()) for start in (starts[0], starts[-1]))
    after = scope.call(">=", ColumnRef(bucket), first)
    return Filter(rows, scope.call("AND", after, scope.call("<=", ColumnRef(bucket), last)))
