"""`streamstats`: aggregates of the rows so far, in every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, By, Condition, Expr, Field, Flag, Option, Stage
from lynxalert.lang.walk import nodes
from lynxalert.plan.aggregation import resolve_aggregations
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.expression import condition
from lynxalert.plan.lengths import length
from lynxalert.plan.neighbours import (
    aggregated_over,
    changes,
    extended,
    group_keys,
    kept,
    one_if,
    over_rows,
    where_present,
)
from lynxalert.plan.relation import Frame, OrderKey, Relation
from lynxalert.plan.reread import read_condition
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Streamstats:
    """Put aggregates of the rows so far in current order, per by-group, into every row.

    `current=f` leaves the row itself out. `window=5` looks at the last rows only: of all rows, or with `global=f`
    of the by-group; `time_window=5m` at those less than that away. The resets start anew: `reset_on_change` when
    a by-field changes, `reset_before=(…)` and `reset_after=(…)` at the rows that fulfil a condition.
    """

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    by: By | None = one(By)
    resets: tuple[Flag | Condition, ...] = many((Flag, Condition))
    reset_before: str = option("")
    reset_after: str = option("")
    current: bool = option(default=True)
    window: int = option(0)
    everywhere: bool = option(default=True, name="global")
    time_window: dt.timedelta | None = option(None, length)
    reset_on_change: bool = option(default=False)
    allnum: bool = option(default=False)  # accepted: values that are no numbers are never counted as one
    stage: Stage | None = None
    EXAMPLES = (
        (
            "| streamstats current=f last(status) as before by host | where status != before",
            "changes of status",
        ),
        ("| sort _time | streamstats window=5 avg(duration) as recent", "the mean of the last five requests"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A window over the rows so far; what starts it anew is part of its partition."""
        calls = resolve_aggregations(self.aggregations, relation.schema, scope)
        schema = relation.schema
        relation, keys = group_keys(relation, self.by, scope)
        relation, runs = self._runs(relation, keys, scope)
        relation, frame = self._frame(relation, (*keys, *runs), scope)
        windowed = aggregated_over(relation, (*keys, *runs), calls, frame)
        assert windowed.schema == schema
        values = {column.name: where_present(keys, ColumnRef(column), scope) for column, _ in calls}
        return extended(windowed, values, scope)

    def _runs(
        self, relation: Relation, keys: tuple[Column, ...], scope: Scope
    ) -> tuple[Relation, tuple[Column, ...]]:
        """How often the statistics were reset before each row, one column per kind of reset."""
        runs = []
        for word, given in self._conditions(scope):
            if word == "reset_after":
                self._refuse_own_results(given, scope)
            holds = one_if(condition(given, relation.schema, scope), scope)
            frame = Frame(end=0 if word == "reset_before" else 1)
            relation, counted = over_rows(relation, "sum", holds, frame, scope)
            relation, run = kept(relation, scope.call("coalesce", ColumnRef(counted), constant(0.0)), scope)
            runs.append(run)
        if self.reset_on_change and keys:
            relation, run = changes(relation, keys, scope)
            runs.append(run)
        return relation, tuple(runs)

    def _conditions(self, scope: Scope) -> Iterator[tuple[str, Expr]]:
        """`reset_before=(…)`, `reset_after="…"`: the word and what is asked."""
        for flag, given in zip(self.resets[::2], self.resets[1::2], strict=True):
            assert isinstance(flag, Flag)
            assert isinstance(given, Condition)
            yield flag.word, given.expression
        assert self.stage is not None
        for written in self.stage.clauses:
            if isinstance(written, Option) and written.name.lower() in ("reset_before", "reset_after"):
                found = read_condition(written.value, written.value_span, scope)
                if found is not None:
                    yield written.name.lower(), found

    def _refuse_own_results(self, given: Expr, scope: Scope) -> None:
        own = {aggregation.alias.text for aggregation in self.aggregations if aggregation.alias}
        own |= {a.function for a in self.aggregations if a.alias is None and a.argument is None}
        for node in nodes(given):
            if isinstance(node, Field) and node.name in own:
                message = "`reset_after` cannot depend on what the same `streamstats` computes"
                scope.report(Code.REFUSED_COMMAND, message, node.span, "use a field of the rows")

    def _frame(
        self, relation: Relation, partition: tuple[Column, ...], scope: Scope
    ) -> tuple[Relation, Frame]:
        end = 0 if self.current else 1
        rows = self.window - 1 + end if self.window else None
        if self.time_window is not None:
            return self._timed(relation, partition, rows, scope)
        if rows is None or not (self.by and self.everywhere):
            return relation, Frame(rows, end)
        # The last rows of all, those of this group among them: a distance in the numbers of all rows.
        relation, place = over_rows(relation, "count", None, Frame(), scope)
        return relation, Frame(rows, end, by=OrderKey(place))

    def _timed(
        self, relation: Relation, partition: tuple[Column, ...], rows: int | None, scope: Scope
    ) -> tuple[Relation, Frame]:
        """How many rows of the group back the first one less than `time_window` away stands."""
        assert self.time_window is not None
        end = 0 if self.current else 1
        order, time = relation.ordering, relation.schema.find("_time")
        if not order or order[0].column != time or time.type is not Type.TIME:
            assert self.stage is not None
            place = next(
                c.span for c in self.stage.clauses if isinstance(c, Option) and c.name == "time_window"
            )
            message = "`time_window` needs rows in the order of `_time`"
            scope.report(Code.WRONG_VALUE, message, place, "put `| sort _time` before it")
            return relation, Frame(rows, end)
        relation, number = over_rows(relation, "count", None, Frame(), scope, partition)
        distance = max(0, self.time_window // dt.timedelta(microseconds=1) - 1)
        near = Frame(distance, by=order[0])
        relation, first = over_rows(relation, "min", ColumnRef(number), near, scope, partition)
        back = scope.call("-", ColumnRef(number), ColumnRef(first))
        if rows is not None:
            back = scope.call("if", scope.call(">", back, constant(rows)), constant(rows), back)
        relation, start = kept(relation, back, scope)
        return relation, Frame(start, end)
