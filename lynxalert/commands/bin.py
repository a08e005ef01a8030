"""`bin` (`bucket`): round times or numbers down to buckets."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Renaming, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.grouping import bucket_of
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Extend, Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.timechart import default_span, span_for_bins
from lynxalert.plan.timespec import BadTime, parse_span
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Bin:
    """Round a field down to buckets: times to a span such as 5m or 1d, numbers to the text `low-high`."""

    names: tuple[Name, ...] = many(Name)
    renamings: tuple[Renaming, ...] = many(Renaming)
    span: str = option("")
    bins: int = option(0)
    stage: Stage | None = None
    EXAMPLES = (("| bin _time span=1h | stats count by _time", "events by the hour"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension; without a span it depends on the range of time covered."""
        renaming = self.renamings[0] if self.renamings else None
        source = renaming.source if renaming else (self.names[0] if self.names else None)
        assert self.stage is not None
        if source is None:
            scope.report(
                Code.SYNTAX, "`bin` needs a field", self.stage.span, "for example `bin _time span=5m`"
            )
            return relation
        column = scope.subject(source.text, relation.schema, source.span)
        if column is None:
            return relation
        name = renaming.target.text if renaming else source.text
        if column.type is Type.TIME:
            return self._time(relation, column, name, scope)
        size = read_number(self.span)
        if size is None or size <= 0:
            place = next((c.span for c in self.stage.clauses if isinstance(c, Option)), source.span)
            scope.report(
                Code.WRONG_VALUE, f"`{source.text}` is no time: give a number as span", place, "span=100"
            )
            return relation
        made = scope.column(name, Type.TEXT)
        value = scope.call("bucket:number", ColumnRef(column), constant(size))
        return Extend(relation, ((made, value),), relation.schema.put(made))

    def _time(self, relation: Relation, column: Column, name: str, scope: Scope) -> Relation:
        made = scope.column(name, Type.TIME)
        schema = relation.schema.put(made)
        if self.span:
            try:
                span = parse_span(self.span)
            except BadTime as wrong:
                assert self.stage is not None
                option_ = next(c for c in self.stage.clauses if isinstance(c, Option) and c.name == "span")
                scope.report(Code.BAD_TIME, str(wrong), option_.value_span)
                return relation
            return Extend(relation, ((made, bucket_of(ColumnRef(column), span, scope)),), schema)

        def lower(window: TimeWindow) -> Relation:
            span = span_for_bins(window, self.bins) if self.bins else default_span(window)
            return Extend(relation, ((made, bucket_of(ColumnRef(column), span, scope)),), schema)

        return Spanned(relation, column, lower)
