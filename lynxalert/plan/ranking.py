"""Values by how often they occur: what `top` and `rare` share."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import By, Name, Number
from lynxalert.plan.command import many, one, option
from lynxalert.plan.grouping import aggregated, group_columns
from lynxalert.plan.neighbours import extended, over_rows
from lynxalert.plan.relation import Extend, Frame, Limit, OrderKey, Project, Relation, Sort, Window
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.schema import Column, Schema
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
    other: str | None = None  # what the row for all values beyond the limit is called


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
    useother: bool = option(default=False)
    otherstr: str = option("OTHER")

    def ranking(self, *, descending: bool) -> Ranking:
        """The ranking asked for, the commonest first or last."""
        return Ranking(
            names=self.names,
            by=self.by,
            limit=self.count.value if self.count else self.limit,
            descending=descending,
            count=self.countfield if self.showcount else None,
            percent=self.percentfield if self.showperc else None,
            other=self.otherstr if self.useother else None,
        )


def ranked(relation: Relation, ranking: Ranking, scope: Scope) -> Relation:
    """The combinations of *names* with count and percent of all rows that have them, per by-group; ties by value."""
    relation, groups = group_columns(relation, ranking.by, scope)
    values = By(ranking.names, ranking.names[0].span) if ranking.names else None
    relation, fields = group_columns(relation, values, scope)
    taken = {name.text: name for name in (*ranking.names, *(ranking.by.names if ranking.by else ()))}
    for option_, made in (("countfield", ranking.count), ("percentfield", ranking.percent)):
        if made in taken:
            message = f"a field and what is made of it are both called `{made}`"
            scope.report(Code.WRONG_VALUE, message, taken[made].span, f"name the new one: {option_}=other")
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
    numbers = (*((counter,) if ranking.count else ()), *((percent,) if ranking.percent else ()))
    schema = Schema((*by, *shown, *numbers))
    if not ranking.limit:
        return Project(result, schema)
    if ranking.other is None:
        return Project(Limit(result, ranking.limit, per=by), schema)
    return _with_others(Project(result, Schema((*by, *shown, counter, percent))), by, shown, ranking, scope)


def _with_others(
    rows: Relation, by: tuple[Column, ...], shown: tuple[Column, ...], ranking: Ranking, scope: Scope
) -> Relation:
    """The first *rows* of each group, and one that sums up those behind them."""
    rows, place = over_rows(rows, "count", None, Frame(), scope, by)
    behind = scope.call(">", ColumnRef(place), constant(ranking.limit))
    last = scope.column("last", Type.INTEGER)
    flag = scope.call("if", behind, constant(1), constant(0))
    names = {
        column.name: scope.call("if", behind, constant(ranking.other), ColumnRef(column)) for column in shown
    }
    flagged = extended(Extend(rows, ((last, flag),), rows.schema.put(last)), names, scope)
    # What is not behind stands for itself: its place keeps it apart and in order.
    order = scope.column("order", Type.INTEGER)
    kept_place = scope.call("if", behind, constant(ranking.limit + 1), ColumnRef(place))
    flagged = Extend(flagged, ((order, kept_place),), flagged.schema.put(order))
    found = [flagged.schema.find(column.name) for column in (*by, *shown)]
    keys = tuple(column for column in found if column is not None)
    sums = []
    for name, wanted in ((ranking.count, "count"), (ranking.percent, "percent")):
        source = flagged.schema.find(name or wanted)
        assert source is not None
        call = AggregateCall(scope.aggregates["sum"], ColumnRef(source), Type.FLOAT)
        sums.append((scope.column(source.name, Type.FLOAT), call))
    table = aggregated(flagged, (*keys[: len(by)], order, *keys[len(by) :]), tuple(sums), scope)
    visible = [new for new, _ in table.keys if new.name != "order"]
    numbers = [
        column for (column, _), name in zip(sums, (ranking.count, ranking.percent), strict=True) if name
    ]
    return Project(table, Schema((*visible, *numbers)))
