"""`timechart`: aggregates per bucket of time, one column per series."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Aggregation, By, Option, Stage
from lynxalert.plan.aggregation import Named, resolve_aggregations
from lynxalert.plan.command import boolean, command, many, one, option
from lynxalert.plan.grouping import bucketed, group_column
from lynxalert.plan.relation import Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scope import Scope
from lynxalert.plan.series import Chart, Limit, Split, limit
from lynxalert.plan.timechart import TooManyBuckets, bucket_end, buckets, default_span, span_for_bins
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Timechart:
    """Aggregates per bucket of time over the whole range, empty buckets too; `by` makes one column per value."""

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    by: By | None = one(By)
    span: str = option("")
    bins: int = option(100)
    limit: Limit = option(Limit(10), limit)
    useother: bool = option(default=True)
    usenull: bool = option(default=True)
    otherstr: str = option("OTHER")
    nullstr: str = option("NULL")
    cont: bool = option(default=True)
    fixedrange: bool = option(default=True, read=boolean)  # accepted: the range is always the whole one
    partial: bool = option(default=True)
    minspan: str = option("")
    aligntime: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| timechart span=5m count by host", "events per five minutes and host"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Known only with the range; with more series than shown, only after a look at their sums."""
        assert self.stage is not None
        name_span = self.stage.name_span
        time = relation.schema.find("_time")
        if time is None or time.type is not Type.TIME:
            scope.report(Code.WRONG_TYPE, "`timechart` needs `_time`, which is gone here", name_span)
            return relation
        for name in ("aligntime",) if self.partial else ("partial",):
            if name in self._written():
                scope.report(Code.UNKNOWN_OPTION, f"`{name}` is not offered", self._place(name))
        span, least = self._span("span", self.span, scope), self._span("minspan", self.minspan, scope)
        calls = resolve_aggregations(
            self.aggregations, relation.schema, scope, taken=("_time",), charted=True
        )
        split = Split(self.limit, self.useother, self.usenull, self.otherstr, self.nullstr)
        series = None
        if self.by:
            relation, column = group_column(relation, self.by.names[0], scope, keeps_absent=True)
            relation, series = split.text(relation, column, scope)

        def lower(window: TimeWindow) -> Relation:
            chosen = span or self._chosen(window, least)
            try:
                starts = tuple(self._starts(window, chosen, scope))
            except TooManyBuckets as wrong:
                place = self._place("span") if self.span else name_span
                scope.report(Code.TOO_LARGE, str(wrong), place, "a longer span, or a shorter range")
                return relation
            rows, bucket = bucketed(relation, time, chosen, scope)
            measured = (
                Measured(calls, chosen, scope.timezone) if any(c.function.per for _, c in calls) else None
            )
            chart = Chart(calls, split, scope, name_span, every=starts, measured=measured)
            return chart.over(rows, bucket, series)

        return Spanned(relation, time, lower)

    def _starts(self, window: TimeWindow, span: TimeSpan, scope: Scope) -> list[dt.datetime]:
        starts = buckets(window, span, scope.timezone) if self.cont else ()
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


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums per unit of time: `per_minute` and kin, by the length of the bucket each row stands for."""

    calls: tuple[Named, ...]
    span: TimeSpan
    zone: str

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """*row* with the values that are per unit of time."""
        start = row["_time"].replace(tzinfo=dt.UTC)
        seconds = (bucket_end(start, self.span, self.zone) - start).total_seconds()
        rates = {
            column.name: row[column.name] * call.function.per / seconds
            for column, call in self.calls
            if call.function.per and row[column.name] is not None
        }
        return row | rates
