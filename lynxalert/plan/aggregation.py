"""Aggregations of a stage → aggregate calls with their output columns; wildcards spread out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from lynxalert.lang import Code, print_expression
from lynxalert.lang.ast import Aggregation, Expr, Name
from lynxalert.plan.expression import resolve
from lynxalert.plan.function import AggregateFunction
from lynxalert.plan.scalar import AggregateCall, ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
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
        for column, call in _spread(clause, schema, scope):
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


def _spread(clause: Aggregation, schema: Schema, scope: Scope) -> list[Named]:
    found = _function(clause, scope)
    if found is None:
        return []
    function, number = found
    if function.name == "sparkline":
        scope.report(Code.WRONG_VALUE, "`sparkline` stands in `stats` only", clause.span)
        return []
    argument = clause.argument
    if argument is None:
        if not function.bare:
            scope.report(
                Code.WRONG_ARITY,
                f"`{clause.function}` needs a field",
                clause.span,
                f"{clause.function}(field)",
            )
            return []
        return [
            _call(
                function,
                number,
                None,
                clause.alias.text if clause.alias else clause.function,
                scope,
                schema,
                clause,
            )
        ]
    if not isinstance(argument, Name):
        value = resolve(argument, schema, scope)
        if value.type is Type.BOOLEAN:
            # Of a condition only the true rows count.
            value = scope.call("if", value, constant(1), scope.null())
        name = clause.alias.text if clause.alias else f"{clause.function}({_spelled(argument)})"
        return [_call(function, number, value, name, scope, schema, clause)]
    if "*" in argument.text and not argument.quoted:
        return _wildcard(clause, argument, function, number, schema, scope)
    column = scope.find(argument.text, schema, argument.span)
    value = ColumnRef(column) if column is not None else scope.null()
    name = clause.alias.text if clause.alias else f"{clause.function}({argument.text})"
    return [_call(function, number, value, name, scope, schema, clause)]


def _spelled(argument: Expr) -> str:
    return f"eval({print_expression(argument)})"


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
    if function is None or (number is None and name in ("perc", "p", "exactperc", "upperperc")):
        near = suggest(clause.function, [*scope.aggregates, "perc95", "p95"])
        help_ = f"did you mean `{near}`?" if near else None
        if name in scope.functions:
            help_ = f"`{name}` works on one row: aggregate first, then use it in `eval`"
        scope.report(
            Code.UNKNOWN_FUNCTION, f"unknown aggregation `{clause.function}`", clause.name_span, help_
        )
        return None
    return function, number


def _wildcard(
    clause: Aggregation,
    argument: Name,
    function: AggregateFunction,
    number: float | None,
    schema: Schema,
    scope: Scope,
) -> list[Named]:
    """`values(*) as *`, `sum(bytes_*) as *_b`: one call per field, the name's stars filled with what fitted."""
    named = []
    pattern = re.compile("(.*)".join(re.escape(part) for part in argument.text.split("*")), re.DOTALL)
    for column in schema.matching(argument.text):
        name = f"{clause.function}({column.name})"
        if clause.alias is not None:
            fitted = pattern.fullmatch(column.name)
            parts = list(fitted.groups()) if fitted else []
            name = "".join(parts.pop(0) if char == "*" and parts else char for char in clause.alias.text)
        named.append(_call(function, number, ColumnRef(column), name, scope, schema, clause))
    return named


def _call(
    function: AggregateFunction,
    number: float | None,
    value: Scalar | None,
    name: str,
    scope: Scope,
    schema: Schema,
    clause: Aggregation,
) -> Named:
    time = schema.find("_time") if function.timed else None
    if function.timed and time is None:
        help_ = "keep `_time`, or use first() or last()"
        scope.report(
            Code.WRONG_TYPE, f"`{clause.function}` needs `_time`, which is gone here", clause.span, help_
        )
        function, time = scope.aggregates["count"], None
    type_ = function.result_type(value.type if value is not None else Type.NULL)
    return scope.column(name, type_), AggregateCall(function, value, type_, number, time)
