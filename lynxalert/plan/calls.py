"""Call → Scalar where arguments are no plain values: a body for each value of a field, or search terms in a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from lynxalert.lang import Code, QueryError, Span, parse_terms
from lynxalert.lang.ast import Call, Expr, Field, Literal
from lynxalert.lang.walk import nodes
from lynxalert.plan.scalar import NULL, ColumnRef, ForEach, Scalar
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.terms import resolve_term
from lynxalert.plan.types import Type

Resolve: TypeAlias = Callable[[Expr, Schema, Scope], Scalar]
Special: TypeAlias = Callable[[Call, Schema, Scope, Resolve], Scalar]


def mapped(call: Call, schema: Schema, scope: Scope, resolve: Resolve) -> Scalar:
    """`mvmap(field, expression)`: the expression with each value of the field in its place."""
    if len(call.arguments) != 2:
        return _wrong_count(call, 2, scope)
    values, body = call.arguments
    return _for_each(call, values, values, body, schema, scope, resolve)


def filtered(call: Call, schema: Schema, scope: Scope, resolve: Resolve) -> Scalar:
    """`mvfilter(condition)`: the values of the only field in the condition for which it is true."""
    if len(call.arguments) != 1:
        return _wrong_count(call, 1, scope)
    condition = call.arguments[0]
    scalar = _for_each(call, None, condition, condition, schema, scope, resolve)
    if isinstance(scalar, ForEach) and scalar.body.type not in (Type.BOOLEAN, Type.ANY, Type.NULL):
        help_ = "write a comparison, for example mvfilter(x > 0)"
        scope.report(Code.WRONG_TYPE, "`mvfilter` wants a condition here", condition.span, help_)
        return NULL
    return scalar


def searched(call: Call, schema: Schema, scope: Scope, _resolve: Resolve) -> Scalar:
    """`searchmatch("terms")`: whether `search terms` would keep the row."""
    if len(call.arguments) != 1:
        return _wrong_count(call, 1, scope)
    written = call.arguments[0]
    if not (isinstance(written, Literal) and isinstance(written.value, str)):
        scope.report(Code.WRONG_TYPE, "`searchmatch` wants search terms in quotes", written.span)
        return NULL
    try:
        term = parse_terms(written.value)
    except QueryError as error:
        for diagnostic in error.diagnostics:
            scope.report(diagnostic.code, diagnostic.message, written.span, diagnostic.help)
        return NULL
    before = len(scope.diagnostics)
    scalar = resolve_term(term, schema, scope, None)
    # Places count from the start of the inner text, which is not what the user looks at.
    scope.diagnostics[before:] = [replace(one, span=written.span) for one in scope.diagnostics[before:]]
    return scalar


def _for_each(
    call: Call,
    values: Expr | None,
    named: Expr,
    body: Expr,
    schema: Schema,
    scope: Scope,
    resolve: Resolve,
) -> Scalar:
    """*body* over each of *values* (the field itself when None); the only field in *named* is the value there."""
    names = list(dict.fromkeys(node.name for node in nodes(named) if isinstance(node, Field)))
    if len(names) != 1:
        message = f"`{call.function}` must know which field it goes through: exactly one can stand here"
        scope.report(Code.WRONG_VALUE, message, named.span, f"for example {_example(call, scope)}")
        return NULL
    column = scope.find(names[0], schema, _span_of(named, names[0]))
    if column is None:
        return NULL
    function = scope.functions[call.function.lower()]
    element = scope.column(column.name, Type.TEXT)
    whole = ColumnRef(column) if values is None else resolve(values, schema, scope)
    each = resolve(body, schema.put(element), scope)
    return ForEach(function, whole, element, each, Type.LIST)


def _span_of(expression: Expr, name: str) -> Span:
    return next(node.span for node in nodes(expression) if isinstance(node, Field) and node.name == name)


def _wrong_count(call: Call, wanted: int, scope: Scope) -> Scalar:
    plural = "" if wanted == 1 else "s"
    message = f"`{call.function.lower()}` takes {wanted} argument{plural}, not {len(call.arguments)}"
    scope.report(Code.WRONG_ARITY, message, call.span, f"for example {_example(call, scope)}")
    return NULL


def _example(call: Call, scope: Scope) -> str:
    example = scope.functions[call.function.lower()].example
    return example.text if example is not None else call.function


SPECIAL: Mapping[str, Special] = {"mvmap": mapped, "mvfilter": filtered, "searchmatch": searched}
