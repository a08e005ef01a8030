"""`stats`: one row of aggregates per combination of by-fields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, By
from lynxalert.plan.aggregation import Named, resolve_aggregations
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.emptied import without_emptied
from lynxalert.plan.grouping import aggregated, group_columns
from lynxalert.plan.instants import timed
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.sparkline import NAME, Sparkline, sparkline, with_sparklines


@command
@dataclass(frozen=True, slots=True)
class Stats:
    """Aggregate the rows: exactly one row, or one per combination of by-fields; rows lacking one are left out."""

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    by: By | None = one(By)
    allnum: bool = option(default=False)  # accepted: values that are no numbers are never counted as one
    partitions: int = option(1)  # accepted: the engine divides the work itself
    delim: str = option(" ")
    dedup_splitvals: bool = option(default=False)
    span: str = option("")  # read with the by-fields
    EXAMPLES = (("| stats count, avg(duration) as mean by host", "requests and their mean duration by host"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An aggregation."""
        taken = {name.text for name in self.by.names} if self.by else ()
        if any(one.function.lower() == NAME for one in self.aggregations):
            return self._with_sparklines(relation, taken, scope)
        calls = resolve_aggregations(self.aggregations, relation.schema, scope, taken=taken)
        relation, keys = group_columns(relation, self.by, scope)
        return without_emptied(aggregated(relation, keys, calls, scope), self.aggregations, calls)

    def _with_sparklines(self, relation: Relation, taken: Collection[str], scope: Scope) -> Relation:
        relation, time = timed(relation, scope)
        if time is None:
            place = self.aggregations[0].span
            scope.report(Code.WRONG_TYPE, "`sparkline` needs `_time`, which is gone here", place)
            return relation
        measures: list[Named | Sparkline] = []
        for clause in self.aggregations:
            if clause.function.lower() != NAME:
                measures += resolve_aggregations((clause,), relation.schema, scope, taken=taken)
            elif (line := sparkline(clause, relation.schema, scope)) is not None:
                self._refuse_twice(line, measures, taken, scope)
                measures.append(line)
        relation, keys = group_columns(relation, self.by, scope)
        return with_sparklines(relation, time, keys, tuple(measures), scope)

    def _refuse_twice(
        self, line: Sparkline, others: Sequence[Named | Sparkline], taken: Collection[str], scope: Scope
    ) -> None:
        names = [one.name if isinstance(one, Sparkline) else one[0].name for one in others]
        if line.name in names or line.name in taken:
            message = f"two columns are called `{line.name}`"
            help_ = "give one of them another name with `as`"
            scope.report(Code.WRONG_VALUE, message, line.written.span, help_)
