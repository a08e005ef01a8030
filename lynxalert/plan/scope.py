"""What a stage may refer to while a query is analysed: functions, sources, queries inside it, and a place for diagnostics."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from lynxalert.lang import Code, Diagnostic, Span
from lynxalert.lang.ast import Comparison, Query
from lynxalert.plan.function import AggregateFunctions, Functions
from lynxalert.plan.knowledge import Knowledge
from lynxalert.plan.regex import complain, named_groups_fixed
from lynxalert.plan.relation import Nested, Pending, Relation, Scan
from lynxalert.plan.scalar import NULL, Constant, Invoke, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.timespec import TimeSpan
from lynxalert.plan.types import Type
from lynxalert.registry import suggest


@dataclass(frozen=True, slots=True)
class Earlier:
    """By how much a time range lies before the one it is compared with; *place* is where that is said."""

    span: TimeSpan
    place: Span


@dataclass(frozen=True, slots=True)
class Bounds:
    """The time range a query sets for itself: texts of `earliest=` and `latest=`, all moved back by *earlier*."""

    earliest: Comparison | None = None
    latest: Comparison | None = None
    earlier: tuple[Earlier, ...] = ()


@dataclass(slots=True)
class Scope:
    """One analysis. Diagnostics gather here, so that several mistakes are told at once."""

    functions: Functions
    aggregates: AggregateFunctions
    scan: Callable[[Scope, tuple[str, ...]], Scan]
    inner: Callable[[Scope, Query, Relation | None], Pending]
    timezone: str = "UTC"
    knowledge: Knowledge = field(default_factory=Knowledge)
    accepts: Callable[[str], bool] = lambda _: True  # whether the engine can read a regular expression
    datasets: dict[str, Pending] = field(default_factory=dict)
    windows: list[Bounds] = field(default_factory=list)  # of the query itself, then of those inside it
    window: int = 0  # which of them holds for scans made now
    over: str = "_time"  # what a time range that the query does not set itself is laid over
    diagnostics: list[Diagnostic] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))  # atomic: runs may share a plan

    def column(self, name: str, type_: Type) -> Column:
        """A new column, distinct from every other of this plan."""
        return Column(next(self.ids), name, type_)

    @property
    def time(self) -> str:
        """What the time range of a scan made now is laid over; one the query sets itself speaks of `_time`."""
        own = self.windows[self.window] if self.windows else Bounds()
        return "_time" if own.earliest or own.latest else self.over

    def report(self, code: Code, message: str, span: Span, help_: str | None = None) -> None:
        """Note a mistake or a warning, once."""
        diagnostic = Diagnostic(code, message, span, help_)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def complain(self, pattern: str) -> tuple[str, str | None] | None:
        """What is wrong with a regular expression as (message, help), or nothing."""
        wrong = complain(pattern)
        if wrong is None and not self.accepts(named_groups_fixed(pattern)):
            return "the regular expression uses something that is not offered", "RE2 syntax is offered"
        return wrong

    def subquery(self, query: Query, relation: Relation | None = None) -> Pending:
        """A query in brackets: over the rows of *relation*, or over events of its own.

        Its time range is the one the whole query was given, unless it sets `earliest` or `latest` itself; what
        the query around it sets does not reach inside (as in Splunk).
        """
        return self.inner(self, query, relation)

    def earlier(self, query: Query, by: Earlier) -> Pending:
        """*query* over a time range that lies earlier, and so do those of all queries inside it."""
        before, datasets = self.window, dict(self.datasets)
        outer = self.windows[before]
        bounds = replace(outer, earlier=(*outer.earlier, by))
        if bounds not in self.windows:
            self.windows.append(bounds)
        self.window = self.windows.index(bounds)
        pending = self.inner(self, query, None)
        self.window = before
        self.datasets.clear()
        self.datasets.update(datasets)
        return pending

    def dataset(self, name: str) -> Pending:
        """The rows of a query that was named before; the parser has made sure that there is one."""
        return self.datasets[name.removeprefix("$")]

    def combine(
        self, queries: tuple[Pending, ...], lower: Callable[[tuple[Relation, ...]], Relation]
    ) -> Relation:
        """What *lower* makes of the results of *queries*: now if all are known, else when the query runs."""
        if all(query.known for query in queries):
            return lower(tuple(query.relation for query in queries))
        return Nested(queries, lower)

    @property
    def failed(self) -> bool:
        """Whether anything reported so far forbids running the query."""
        return any(diagnostic.code.severity == "error" for diagnostic in self.diagnostics)

    def find(self, name: str, schema: Schema, span: Span) -> Column | None:
        """The column *name* for reading; an unknown one is warned about and reads null."""
        column = schema.find(name)
        if column is None and schema.columns:
            near = suggest(name, list(schema.names))
            where = "no event seen so far has" if schema.open else "there is no"
            help_ = f"did you mean `{near}`?" if near else None
            self.report(Code.UNSEEN_FIELD, f"{where} field `{name}`; it reads as null", span, help_)
        return column

    def subject(self, name: str, schema: Schema, span: Span) -> Column | None:
        """The column *name* a stage is about (`by`, `sort`, …): after a closed schema a near miss is an error."""
        column = schema.find(name)
        if column is not None or schema.open:
            return column or self.find(name, schema, span)
        near = suggest(name, list(schema.names))
        if near is None:
            return self.find(name, schema, span)
        self.report(Code.UNKNOWN_FIELD, f"unknown field `{name}`", span, f"did you mean `{near}`?")
        return None

    def call(self, name: str, *arguments: Scalar) -> Scalar:
        """A call of a function that is known to exist, arguments known to fit."""
        function = self.functions[name]
        return Invoke(
            function, arguments, function.result_type(tuple(argument.type for argument in arguments))
        )

    def text(self, value: str) -> Constant:
        """A text constant."""
        return constant(value)

    def null(self) -> Constant:
        """No value."""
        return NULL
