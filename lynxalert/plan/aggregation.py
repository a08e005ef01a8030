"""Aggregations of a stage → aggregate calls with their output columns; wildcards spread out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lynxalert.lang import Code, print_expression
from lynxalert.lang.ast import Aggregation, Name
from lynxalert.plan.expression import is_claim, resolve
from lynxalert.plan.function import AggregateFunction
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema, starred
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type
from lynxalert.registry import suggest

NUMBERED = re.compile(r"(perc|p|exactperc|upperperc)(\d{1,2}(?:\.\d+)?|100)$", re.IGNORECASE)

Named = tuple[Column, AggregateCall]


def resolve_aggregations(
    clauses: Iterable[Aggregation],
    schema: Schema,
    scope: Scope,
    *,
    taken: Collection[str] = (),
    charted: bool = False,
) -> tuple[Named, ...]:
    """Each aggregation with the column it makes; one with a wildcard makes a column per field that fits.

    *taken* are names of columns that stand beside them. *charted*: the rows are grouped by buckets of time, so
    that `per_second` and kin have a meaning.
    """
    named: dict[str, Named] = {}
    spread: set[str] = set()  # what a wildcard makes gives way to what is named
    for clause in clauses:
        wild = (
            isinstance(clause.argument, Name) and "*" in clause.argument.text and not clause.argument.quoted
        )
        for column, call in _Spread.of(clause, schema, scope):
            if wild and (column.name in taken or column.name in named):
                continue
            if call.function.charted and not charted:
                message = f"`{clause.function}` needs buckets of time"
                scope.report(Code.WRONG_VALUE, message, clause.span, "use it in `timechart`")
            if column.name in taken:
                message = f"an aggregation cannot be called `{column.name}`, as what it is grouped by is"
                scope.report(Code.WRONG_VALUE, message, clause.span, "give it another name with `as`")
            if column.name in named and column.name not in spread:
                message = f"two aggregations are called `{column.name}`"
                scope.report(
                    Code.WRONG_VALUE, message, clause.span, "give one of them another name with `as`"
                )
            named[column.name] = (column, call)
            spread = spread | {column.name} if wild else spread - {column.name}
    return tuple(named.values())


@dataclass(frozen=True, slots=True)
class _Spread:
    """One clause with its function found: it makes a call for its argument, or one per field that fits it."""

    clause: Aggregation
    function: AggregateFunction
    number: float | None
    schema: Schema
    scope: Scope

    @classmethod
    def of(cls, clause: Aggregation, schema: Schema, scope: Scope) -> list[Named]:
        """The calls of *clause*; none after reporting what is wrong with it."""
        found = _function(clause, scope)
        return cls(clause, *found, schema, scope).calls() if found is not None else []

    def calls(self) -> list[Named]:
        """One call, or one per field that a wildcard fits."""
        clause, argument = self.clause, self.clause.argument
        if argument is None:
            if self.function.bare:
                return [self._call(None, clause.function)]
            message, help_ = f"`{clause.function}` needs a field", f"{clause.function}(field)"
            self.scope.report(Code.WRONG_ARITY, message, clause.span, help_)
            return []
        if not isinstance(argument, Name):
            value = resolve(argument, self.schema, self.scope)
            counts = self.function.name in ("count", "c")
            if is_claim(value) or (counts and value.type is Type.BOOLEAN):
                # Of a condition only the true rows count.
                value = self.scope.call("if", value, constant(1), self.scope.null())
            elif counts and value.type is Type.ANY:
                value = self.scope.call("nullif:false", value)
            printed = f"{clause.function}(eval({print_expression(argument)}))"
            return [self._call(value, clause.written or printed)]
        if "*" in argument.text and not argument.quoted:
            return self._wildcard(argument)
        column = self.scope.find(argument.text, self.schema, argument.span)
        value = ColumnRef(column) if column is not None else self.scope.null()
        return [self._call(value, f"{clause.function}({argument.text})")]

    def _wildcard(self, argument: Name) -> list[Named]:
        """`values(*) as *`, `sum(bytes_*) as *_b`: the stars of the name filled with what fitted."""
        named = []
        alias = self.clause.alias
        for column in self.schema.matching(argument.text):
            name = f"{self.clause.function}({column.name})"
            if alias is not None:
                name = starred(argument.text, alias.text, column.name)
            named.append(self._named(ColumnRef(column), name))
        return named

    def _call(self, value: Scalar | None, name: str) -> Named:
        return self._named(value, self.clause.alias.text if self.clause.alias else name)

    def _named(self, value: Scalar | None, name: str) -> Named:
        function, time = self.function, None
        if function.timed:
            time = self.schema.find("_time")
            if time is None:
                message = f"`{self.clause.function}` needs `_time`, which is gone here"
                help_ = "keep `_time`, or use first() or last()"
                self.scope.report(Code.WRONG_TYPE, message, self.clause.span, help_)
                function = self.scope.aggregates["count"]
        type_ = function.result_type(value.type if value is not None else Type.NULL)
        return self.scope.column(name, type_), AggregateCall(function, value, type_, self.number, time)


def _function(clause: Aggregation, scope: Scope) -> tuple[AggregateFunction, float | None] | None:
    name, number = clause.function.lower(), None
    numbered = NUMBERED.fullmatch(name)
    if numbered:
        name, number = numbered.group(1), float(numbered.group(2))
        if not 0 < number < 100:
            message = f"a percentile lies between 0 and 100, not at {numbered.group(2)}"
            scope.report(Code.WRONG_VALUE, message, clause.name_span, "use min() or max()")
            return None
    function = scope.aggregates.get(name)
    if function is not None and function.name == "sparkline":
        scope.report(Code.WRONG_VALUE, "`sparkline` stands in `stats` only", clause.span)
        return None
    if function is None or (number is None and name in ("perc", "p", "exactperc", "upperperc")):
        near = suggest(clause.function, [*scope.aggregates, "perc95", "p95"])
        help_ = f"did you mean `{near}`?" if near else None
        if name in ("perc", "p", "exactperc", "upperperc"):
            help_ = f"say which: {name}95(field)"
        elif name[:1].isdigit():
            help_ = f"write span={name}"
        elif name in scope.functions:
            help_ = f"`{name}` works on one row: aggregate first, then use it in `eval`"
        scope.report(
            Code.UNKNOWN_FUNCTION, f"unknown aggregation `{clause.function}`", clause.name_span, help_
        )
        return None
    return function, number
