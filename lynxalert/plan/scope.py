"""What a stage may refer to while a query is analysed: functions, sources, zone, and a place for diagnostics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lynxalert.lang import Code, Diagnostic, Span
from lynxalert.plan.function import AggregateFunctions, Functions
from lynxalert.plan.relation import Relation, Scan
from lynxalert.plan.scalar import NULL, Constant, Invoke, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.types import Type
from lynxalert.registry import suggest


@dataclass(slots=True)
class Scope:
    """One analysis. Diagnostics gather here, so that several mistakes are told at once."""

    functions: Functions
    aggregates: AggregateFunctions
    scan: Callable[[Scope, tuple[str, ...]], Scan]
    timezone: str = "UTC"
    datasets: dict[str, Relation] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    next_id: int = 0

    def column(self, name: str, type_: Type) -> Column:
        """A new column, distinct from every other of this plan."""
        self.next_id += 1
        return Column(self.next_id, name, type_)

    def report(self, code: Code, message: str, span: Span, help_: str | None = None) -> None:
        """Note a mistake or a warning, once."""
        diagnostic = Diagnostic(code, message, span, help_)
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

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
