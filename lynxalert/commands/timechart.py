"""`timechart`: aggregates per bucket of time, one column per series."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, By, Option, Stage
from lynxalert.plan.aggregation import Named, resolve_aggregations
from lynxalert.plan.command import boolean, command, many, one, option
from lynxalert.plan.grouping import aggregated, bucketed, group_columns
from lynxalert.plan.relation import Apply, Extend, Filter, Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.timechart import Pivot, buckets, default_span, span_for_bins
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@command
@dataclass(frozen=True, slots=True)
class Timechart:
    """Aggregates per bucket of time over the whole range, empty buckets too; `by` makes one column per value."""

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    by: By | None = one(By)
    span: str = option("")
    bins: int = option(100)
    limit: str = option("10")
    useother: bool = option(default=True)
    usenull: bool = option(default=True)
    otherstr: str = option("OTHER")
    nullstr: str = option("NULL")
    cont: bool = option(default=True)
    fixedrange: bool = option(default=True, read=boolean)  # accepted: the range is always the whole one
    partial: bool = option(default=True)  # accepted: partial buckets are always shown
    minspan: str = option("")
    aligntime: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| timechart span=5m count by host", "events per five minutes and host"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Known only with the range: see `_charted`."""
        assert self.stage is not None
        time = relation.schema.find("_time")
        if time is None or time.type is not Type.TIME:
            scope.report(
                Code.WRONG_TYPE, "`timechart` needs `_time`, which is gone here", self.stage.name_span
            )
            return relation
        span = self._span(scope)
        calls = resolve_aggregations(self.aggregations, relation.schema, scope)
        series = None
        if self.by:
            relation, columns = group_columns(relation, self.by, scope)
            relation, series = self._series(relation, columns[0], scope)

        def lower(window: TimeWindow) -> Relation:
            chosen = span or (
                default_span(window) if "bins" not in self._given else span_for_bins(window, self.bins)
            )
            bucket_rows, bucket = bucketed(relation, time, chosen, scope)
            starts = list(buckets(window, chosen, scope.timezone))
            if series is None:
                table = aggregated(bucket_rows, (bucket,), calls, scope)
                pivot = self._pivot(calls, split=False)
                return Apply(table, "timechart", lambda rows: pivot.rows(rows, starts))
            scores = aggregated(bucket_rows, (bucket, series), calls[:1], scope)

            def charted(rows: pa.Table) -> Relation:
                kept = self._kept(rows, calls[0][0].name)
                return self._charted(bucket_rows, bucket, series, calls, kept, scope, starts)

            return Apply(scores, "timechart", charted)

        return Spanned(relation, time, lower)

    @property
    def _given(self) -> set[str]:
        assert self.stage is not None
        return {clause.name for clause in self.stage.clauses if isinstance(clause, Option)}

    def _span(self, scope: Scope) -> TimeSpan | None:
        if not self.span:
            return None
        try:
            return parse_span(self.span)
        except BadTime as wrong:
            assert self.stage is not None
            written = [c for c in self.stage.clauses if isinstance(c, Option)] + list(
                self.by.options if self.by else ()
            )
            place = next(option_.value_span for option_ in written if option_.name == "span")
            scope.report(Code.BAD_TIME, str(wrong), place)
            return None

    def _series(self, relation: Relation, column: Column, scope: Scope) -> tuple[Relation, Column]:
        """The split field as text; absent values under their own name, unless they are left out."""
        series = scope.column("series", Type.TEXT)
        value = scope.call(".", ColumnRef(column), constant(""))
        reserved = scope.call("like", value, constant("\\_%"))
        named = scope.call("if", reserved, scope.call(".", constant("VALUE"), value), value)
        if self.usenull:
            named = scope.call("coalesce", named, constant(self.nullstr))
        return Extend(relation, ((series, named),), relation.schema.put(series)), series

    def _pivot(self, calls: tuple[Named, ...], *, split: bool) -> Pivot:
        return Pivot(
            aggregates=tuple(column.name for column, _ in calls),
            empty=tuple(call.function.when_empty for _, call in calls),
            split=split,
            otherstr=self.otherstr,
            fill=self.cont,
        )

    def _kept(self, rows: pa.Table, score: str) -> list[str]:
        """The series shown by name: those with the greatest sums (`bottomN`: the least)."""
        sums: dict[str, float] = defaultdict(float)
        for row in rows.to_pylist():
            value = row[score]
            sums[row["series"]] += value if isinstance(value, int | float) else 0.0
        smallest = self.limit.lower().startswith("bottom")
        digits = "".join(character for character in self.limit if character.isdigit())
        limit = int(digits or 10)
        ranked = sorted(sums, key=lambda name: (sums[name] if smallest else -sums[name], name))
        always = [name for name in ranked if name == self.nullstr]
        kept = [name for name in ranked if name != self.nullstr]
        return always + (kept[:limit] if limit else kept)

    def _charted(
        self,
        relation: Relation,
        bucket: Column,
        series: Column,
        calls: tuple[Named, ...],
        kept: list[str],
        scope: Scope,
        starts: list[dt.datetime],
    ) -> Relation:
        shown = scope.column("series", Type.TEXT)
        is_kept = (
            scope.call("in", ColumnRef(series), *(constant(name) for name in kept))
            if kept
            else constant(value=False)
        )
        if not self.useother:
            relation = Filter(relation, is_kept)
        name = scope.call("if", is_kept, ColumnRef(series), constant(self.otherstr))
        renamed = Extend(relation, ((shown, name),), relation.schema.put(shown))
        table = aggregated(renamed, (bucket, shown), calls, scope)
        pivot = self._pivot(calls, split=True)
        return Apply(table, "timechart", lambda rows: pivot.rows(rows, starts))
