"""`chart`: aggregates per value of one field, one column per value of another."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Aggregation, By, Flag, Name, Option, Stage
from lynxalert.plan.aggregation import resolve_aggregations
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.grouping import aggregated, bucketed, group_column
from lynxalert.plan.limits import Limit, choice, limit
from lynxalert.plan.neighbours import extended
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.series import Chart as Turned
from lynxalert.plan.series import Split
from lynxalert.plan.timespec import BadTime, parse_span
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Chart:
    """Aggregates per value of a field (`over x`, or the first after `by`); a second one makes a column per value, none at all one row.

    Of the second the ten values with the greatest sums have a column, the rest is OTHER, absent ones are NULL
    (`limit`, `where max in top5`, `useother`, `usenull`, `otherstr`, `nullstr`). `span` makes buckets of the first.
    """

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    flags: tuple[Flag, ...] = many(Flag)
    names: tuple[Name, ...] = many(Name)
    by: By | None = one(By)
    span: str = option("")
    limit: Limit = option(Limit(10), limit)
    where: Limit | None = option(None, choice)
    useother: bool = option(default=True)
    usenull: bool = option(default=True)
    otherstr: str = option("OTHER")
    nullstr: str = option("NULL")
    cont: bool = option(default=True)  # accepted: rows without a value of the first field do not exist
    sep: str = option(": ")
    format: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| chart count over host by status", "requests per host, one column per status"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An aggregation, turned around when there is a second field."""
        assert self.stage is not None
        fields = (*self.names, *(self.by.names if self.by else ()))
        if len(fields) > 2:
            help_ = "chart count over host by status"
            scope.report(Code.WRONG_ARITY, "`chart` goes over one or two fields", fields[2].span, help_)
            return relation
        taken = tuple(field.text for field in fields[:1])
        calls = resolve_aggregations(self.aggregations, relation.schema, scope, taken=taken)
        if not fields:
            return aggregated(relation, (), calls, scope)
        split = Split(self.where or self.limit, self.useother, self.usenull, self.otherstr, self.nullstr)
        series = None
        if len(fields) == 2:
            relation, column = group_column(relation, fields[1], scope, keeps_absent=True)
            relation, series = split.text(relation, column, scope)
        relation, row = group_column(relation, fields[0], scope)
        relation, rounded = self._rounded(relation, row, scope)
        place = self.stage.name_span
        chart = Turned(calls, split, scope, place, separator=self.sep, form=self.format)
        return chart.over(relation, rounded, series, None if rounded == row else row)

    def _rounded(self, relation: Relation, row: Column, scope: Scope) -> tuple[Relation, Column]:
        """The first field in buckets, where a span is given."""
        if not self.span:
            return relation, row
        if row.type is Type.TIME:
            try:
                return bucketed(relation, row, parse_span(self.span), scope)
            except BadTime as wrong:
                scope.report(Code.BAD_TIME, str(wrong), self._place())
                return relation, row
        size = read_number(self.span)
        if size is None or size <= 0:
            scope.report(Code.WRONG_VALUE, f"`{row.name}` is no time: give a number as span", self._place())
            return relation, row
        label = scope.call("bucket:number", ColumnRef(row), constant(size))
        relation = extended(relation, {row.name: label}, scope)
        found = relation.schema.find(row.name)
        assert found is not None
        return relation, found

    def _place(self) -> Span:
        assert self.stage is not None
        written = [clause for clause in self.stage.clauses if isinstance(clause, Option)]
        written += self.by.options if self.by else ()
        return next(one.value_span for one in written if one.name.lower() == "span")
