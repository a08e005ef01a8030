"""Values by how often they occur: what `top` and `rare` share."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import By, Name, Number
from lynxalert.plan.command import many, one, option
from lynxalert.plan.grouping import aggregated, group_columns
from lynxalert.plan.relation import Extend, Limit, OrderKey, Project, Relation, Sort, Window
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@dataclass(frozen=True, slots=True)
class Ranking:
    """What to rank and what to show. *limit* 0 shows all; *count* and *percent* are column names or None."""

    names: tuple[Name, ...]
    by: By | None
    limit: int
    descending: bool
    count: str | None
    percent: str | None


@dataclass(frozen=True, slots=True)
class RankingClauses:
    """What both commands take."""

    count: Number | None = one(Number)
    names: tuple[Name, ...] = many(Name, required="a field")
    by: By | None = one(By)
    limit: int = option(10)
    showcount: bool = option(default=True)
    showperc: bool = option(default=True)
    countfield: str = option("count")
    percentfield: str = option("percent")

    def ranking(self, *, descending: bool) -> Ranking:
        """The ranking asked for, the commonest first or last."""
        return Ranking(
            names=self.names,
            by=self.by,
            limit=self.count.value if self.count else self.limit,
            descending=descending,
            count=self.countfield if self.showcount else None,
            percent=self.percentfield if self.showperc else None,
        )


def ranked(relation: Relation, ranking: Ranking, scope: Scope) -> Relation:
    """The combinations of *names* with count and percent of all rows that have them, per by-group; ties by value."""
    relation, groups = group_columns(relation, ranking.by, scope)
    values = By(ranking.names, ranking.names[0].span) if ranking.names else None
    relation, fields = group_columns(relation, values, scope)
    counter = scope.column(ranking.count or "count", Type.INTEGER)
    counted = AggregateCall(scope.aggregates["count"], None, Type.INTEGER)
    table = aggregated(relation, (*groups, *fields), ((counter, counted),), scope)
    keys = [new for new, _ in table.keys]
    by, shown = tuple(keys[: len(groups)]), tuple(keys[len(groups) :])
    total = scope.column("total", Type.FLOAT)
    summed = AggregateCall(scope.aggregates["sum"], ColumnRef(counter), Type.FLOAT)
    shared = Window(table, by, ((total, summed),), table.schema.put(total))
    percent = scope.column(ranking.percent or "percent", Type.FLOAT)
    part = scope.call("/", scope.call("*", ColumnRef(counter), constant(100)), ColumnRef(total))
    result: Relation = Extend(shared, ((percent, part),), shared.schema.put(percent))
    order = (
        *(OrderKey(one) for one in by),
        OrderKey(counter, ranking.descending),
        *(OrderKey(one) for one in shown),
    )
    result = Sort(result, order)
    if ranking.limit:
        result = Limit(result, ranking.limit, per=by)
    numbers = (*((counter,) if ranking.count else ()), *((percent,) if ranking.percent else ()))
    return Project(result, Schema((*by, *shown, *numbers)))
