"""`bin` (`bucket`): round times or numbers down to buckets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Option, Renaming, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.grouping import aggregated, bucket_of
from lynxalert.plan.instants import timed
from lynxalert.plan.numbers import read_number
from lynxalert.plan.numberspans import NumberSpan, parse_number_span, span_of_range
from lynxalert.plan.relation import Apply, Extend, Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.timechart import aligned, checked_alignment, default_span, span_for_bins
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@command
@dataclass(frozen=True, slots=True)
class Bin:
    """Round a field down to buckets: times to a span such as 5m or 1d, numbers to the text `low-high`.

    Without `span` there are at most `bins` (100) buckets: of time by the range of the query, of numbers by a power of
    ten that fits all values, `start` and `end` among them; none is shorter than `minspan`. `span=log10` or `2log5`
    makes buckets that grow. `aligntime` (earliest, latest or a time) says where a bucket of less than a day begins.
    """

    names: tuple[Name, ...] = many(Name)
    renamings: tuple[Renaming, ...] = many(Renaming)
    span: str = option("")
    minspan: str = option("")
    bins: int = option(0)
    start: str = option("")
    end: str = option("")
    aligntime: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| bin _time span=1h | stats count by _time", "events by the hour"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension; without a span it depends on the range of time or of the numbers."""
        renaming = self.renamings[0] if self.renamings else None
        source = renaming.source if renaming else (self.names[0] if self.names else None)
        assert self.stage is not None
        if source is None:
            help_ = "for example `bin _time span=5m`"
            scope.report(Code.SYNTAX, "`bin` needs a field", self.stage.span, help_)
            return relation
        if source.text == "_time":
            relation, _ = timed(relation, scope)
        column = scope.subject(source.text, relation.schema, source.span)
        if column is None:
            return relation
        name = renaming.target.text if renaming else source.text
        if column.type is Type.TIME:
            return self._time(relation, column, name, scope)
        if not self.span:
            return self._ranged(relation, column, name, scope)
        span = parse_number_span(self.span)
        if span is None:
            message = f"`{source.text}` is no time: give a number as span"
            self._refuse("span", message, scope, "span=100, or span=log10")
            return relation
        return _labelled(relation, column, name, span, scope)

    def _refuse(self, name: str, message: str, scope: Scope, help_: str | None = None) -> None:
        assert self.stage is not None
        places = [
            c.value_span for c in self.stage.clauses if isinstance(c, Option) and c.name.lower() == name
        ]
        code = Code.WRONG_VALUE if help_ else Code.BAD_TIME
        scope.report(code, message, places[0] if places else self.stage.span, help_)

    def _read(self, name: str, read: Callable[[str], TimeSpan | str], scope: Scope) -> TimeSpan | None:
        written = getattr(self, name)
        try:
            found = read(written) if written else None
        except BadTime as wrong:
            self._refuse(name, str(wrong), scope)
            return None
        return found if isinstance(found, TimeSpan) else None

    def _time(self, relation: Relation, column: Column, name: str, scope: Scope) -> Relation:
        made = scope.column(name, Type.TIME)
        schema = relation.schema.put(made)
        given, least = self._read("span", parse_span, scope), self._read("minspan", parse_span, scope)
        self._read("aligntime", checked_alignment, scope)

        def extended(span: TimeSpan) -> Relation:
            return Extend(relation, ((made, bucket_of(ColumnRef(column), span, scope)),), schema)

        def lower(window: TimeWindow) -> Relation:
            span = given or (span_for_bins(window, self.bins) if self.bins else default_span(window))
            if least is not None and least.least_microseconds > span.least_microseconds:
                span = least
            return extended(aligned(span, self.aligntime, window, scope.timezone))

        if scope.failed:
            return relation
        return extended(given) if given and not self.aligntime else Spanned(relation, column, lower)

    def _ranged(self, relation: Relation, column: Column, name: str, scope: Scope) -> Relation:
        """Buckets of numbers by the least and the greatest there is."""
        ends = [read_number(text) for text in (self.start, self.end)]
        least = read_number(self.minspan)
        for option_, text, found in zip(("start", "end"), (self.start, self.end), ends, strict=True):
            if text and found is None:
                self._refuse(option_, f"`{option_}` wants a number, not `{text}`", scope, "start=0 end=100")
        number = scope.call("sign:plus", ColumnRef(column))
        value = scope.column("number", number.type)
        read = Extend(relation, ((value, number),), relation.schema)
        extremes = tuple(
            (
                scope.column(function, Type.FLOAT),
                AggregateCall(scope.aggregates[function], ColumnRef(value), Type.FLOAT),
            )
            for function in ("min", "max")
        )
        few = aggregated(read, (), extremes, scope)

        def lower(table: pa.Table) -> Relation:
            row = table.slice(0, 1).to_pylist()
            seen = [float(one) for one in (*(row[0].values() if row else ()), *ends) if one is not None]
            if not seen:
                return relation
            span = span_of_range(min(seen), max(seen), self.bins or 100, float(least or 0))
            return _labelled(relation, column, name, span, scope)

        return Apply(few, "bin", lower)


def _labelled(relation: Relation, column: Column, name: str, span: NumberSpan, scope: Scope) -> Relation:
    """*relation* with the field *name* as the text of the span that *column* lies in."""
    value = ColumnRef(column)
    label = (
        scope.call("bucket:growing", value, constant(span.size), constant(span.base))
        if span.base
        else scope.call("bucket:number", value, constant(span.size))
    )
    if column.type is Type.LIST:  # several values have no bucket
        alone = scope.call("=", scope.call("mvcount", value), constant(1))
        label = scope.call("if", alone, label, value)
    made = scope.column(name, label.type)
    return Extend(relation, ((made, label),), relation.schema.put(made))
