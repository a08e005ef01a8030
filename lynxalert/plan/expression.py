"""Expr → Scalar: names found, functions known, arguments counted, types given."""

from __future__ import annotations

from typing import assert_never

from lynxalert.lang import Code
from lynxalert.lang.ast import (
    Between,
    Binary,
    Call,
    Expr,
    Field,
    In,
    IsNull,
    Literal,
    Logical,
    Subquery,
    Unary,
)
from lynxalert.plan.calls import SPECIAL
from lynxalert.plan.function import Function, Takes
from lynxalert.plan.scalar import NULL, ColumnRef, Constant, Invoke, Scalar, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.timespec import is_relative
from lynxalert.plan.types import Type
from lynxalert.registry import suggest

WORDS = {
    Type.INTEGER: "a number",
    Type.FLOAT: "a number",
    Type.TEXT: "a text",
    Type.TIME: "a time",
    Type.LIST: "a multivalue",
}
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def resolve(expression: Expr, schema: Schema, scope: Scope) -> Scalar:
    """*expression* over rows of *schema*; what is wrong is reported to *scope* and reads null."""
    match expression:
        case Literal(value=known):
            return constant(known)
        case Field():
            return _field(expression, schema, scope)
        case Unary("-", Literal(value=int() | float() as number)):
            return constant(-number)
        case Unary(operator, operand):
            name = {"-": "sign:minus", "+": "sign:plus", "NOT": "NOT"}[operator]
            return scope.call(name, resolve(operand, schema, scope))
        case Binary():
            return _binary(expression, schema, scope)
        case Logical(operator, operands):
            return scope.call(operator, *(resolve(operand, schema, scope) for operand in operands))
        case In(operand, choices):
            return scope.call(
                "in", resolve(operand, schema, scope), *(resolve(one, schema, scope) for one in choices)
            )
        case Between(operand, low, high):
            value = resolve(operand, schema, scope)
            above = scope.call(">=", value, resolve(low, schema, scope))
            return scope.call("AND", above, scope.call("<=", value, resolve(high, schema, scope)))
        case IsNull(operand, negated):
            return scope.call("isnotnull" if negated else "isnull", resolve(operand, schema, scope))
        case Call():
            return _call(expression, schema, scope)
        case Subquery(span=span):  # elsewhere its value was put in its place before
            scope.report(Code.REFUSED_COMMAND, "a subsearch cannot stand here", span)
            return NULL
        case _:
            assert_never(expression)


def _field(field: Field, schema: Schema, scope: Scope) -> Scalar:
    column = schema.find(field.name)
    if column is not None:
        return ColumnRef(column)
    parts = field.name.split(".")
    known = [schema.find(part) for part in parts]
    if len(parts) > 1 and not field.quoted and all(known):
        # `first.last` is one dotted name, unless only its parts exist: then it joins them.
        joined = [ColumnRef(part) for part in known if part is not None]
        value: Scalar = joined[0]
        for part in joined[1:]:
            value = scope.call(".", value, part)
        return value
    scope.find(field.name, schema, field.span)
    return NULL


def _binary(expression: Binary, schema: Schema, scope: Scope) -> Scalar:
    left = resolve(expression.left, schema, scope)
    if expression.operator in COMPARISONS and _warned_of_comparison(expression, schema, scope):
        return NULL
    if expression.operator in COMPARISONS and _no_time(left, expression, scope):
        return NULL
    if expression.operator == "-":
        _warn_of_dashes(expression, schema, scope)
    right = resolve(expression.right, schema, scope)
    name = {"LIKE": "like", "??": "coalesce"}.get(expression.operator, expression.operator)
    return scope.call(name, left, right)


def _warned_of_comparison(expression: Binary, schema: Schema, scope: Scope) -> bool:
    """Two habits from `search` that mean something else here (language §3.4); true where it can only be null."""
    match expression.right:
        case Field(name=name) if schema.columns and not _known(name, schema):
            help_ = f'write "{name}" if it is text'
            scope.report(
                Code.BARE_WORD,
                f"`{name}` is read as a field here, and there is none",
                expression.right.span,
                help_,
            )
            return True
        case Literal(value=str() as text) if "*" in text and expression.operator in ("=", "!="):
            help_ = "use `search`, like() or match()"
            scope.report(
                Code.WILDCARD_IN_WHERE, "`*` is an ordinary character here", expression.right.span, help_
            )
        case _:
            pass
    return False


def _known(name: str, schema: Schema) -> bool:
    """Whether *name* is a field, or one of the parts that a dot would join is."""
    return schema.find(name) is not None or any(schema.find(part) is not None for part in name.split("."))


def _no_time(left: Scalar, expression: Binary, scope: Scope) -> bool:
    """`_time > "-1h"` compares with a text that is no time: true after saying so."""
    match expression.right:
        case Literal(value=str() as text, span=span) if left.type is Type.TIME and is_relative(text):
            help_ = f'relative_time(now(), "{text}")'
            scope.report(Code.BAD_TIME, f'"{text}" is a text here, not a time', span, help_)
            return True
        case _:
            return False


def _warn_of_dashes(expression: Binary, schema: Schema, scope: Scope) -> None:
    """`user-agent` is a subtraction here, even where there is a field of that name."""
    name = _dashed(expression)
    if name is not None and schema.find(name) is not None:
        help_ = f"write '{name}' if you mean the field"
        scope.report(Code.NEEDS_QUOTES, f"`{name}` subtracts here", expression.span, help_)


def _dashed(expression: Expr) -> str | None:
    match expression:
        case Field(name=name, quoted=False):
            return name
        case Binary("-", left, Field(name=last, quoted=False)):
            first = _dashed(left)
            return None if first is None else f"{first}-{last}"
        case _:
            return None


def _call(call: Call, schema: Schema, scope: Scope) -> Scalar:
    function = scope.functions.get(call.function.lower())
    if function is None:
        near = suggest(call.function, [name for name, known in scope.functions.items() if known.public])
        help_ = f"did you mean `{near}`?" if near else None
        if call.function.lower() in scope.aggregates:
            help_ = (
                f"`{call.function}` is an aggregation: compute it with `stats` first, then use its name here"
            )
        scope.report(Code.UNKNOWN_FUNCTION, f"unknown function `{call.function}`", call.name_span, help_)
        return NULL
    special = SPECIAL.get(function.name)
    if special is not None:
        return special(call, schema, scope, resolve)
    arguments = tuple(resolve(argument, schema, scope) for argument in call.arguments)
    if not _fits(function, arguments, call, scope):
        return NULL
    type_ = function.result_type(tuple(argument.type for argument in arguments))
    zone = (constant(scope.timezone),) if function.zoned else ()
    return Invoke(function, (*arguments, *zone), type_)


def _fits(function: Function, arguments: tuple[Scalar, ...], call: Call, scope: Scope) -> bool:
    least, most = function.arity
    if len(arguments) < least or (most is not None and len(arguments) > most):
        wanted = (
            str(least) if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        )
        plural = "" if wanted == "1" else "s"
        message = f"`{function.name}` takes {wanted} argument{plural}, not {len(arguments)}"
        help_ = f"for example {function.example.text}" if function.example else None
        scope.report(Code.WRONG_ARITY, message, call.span, help_)
        return False
    for parameter, argument, written in zip(function.takes, arguments, call.arguments, strict=False):
        if parameter.constant and not isinstance(argument, Constant):
            scope.report(Code.WRONG_TYPE, f"`{function.name}` wants a literal here", written.span)
            return False
        if parameter.takes is Takes.BOOLEAN and argument.type not in (Type.BOOLEAN, Type.ANY, Type.NULL):
            help_ = "write a comparison, for example x > 0"
            scope.report(Code.WRONG_TYPE, f"`{function.name}` wants a condition here", written.span, help_)
            return False
    if function.pattern is not None and not _readable(arguments[function.pattern], function, call, scope):
        return False
    if function.check is None:
        return True
    complaint = function.check(tuple(a.value if isinstance(a, Constant) else ... for a in arguments))
    if complaint is None:
        return True
    place = call.span if complaint.argument is None else call.arguments[complaint.argument].span
    scope.report(complaint.code, complaint.message, place, complaint.help)
    return False


def _readable(pattern: Scalar, function: Function, call: Call, scope: Scope) -> bool:
    if not isinstance(pattern, Constant) or not isinstance(pattern.value, str):
        return True
    wrong = scope.complain(pattern.value)
    if wrong is not None:
        assert function.pattern is not None
        scope.report(Code.BAD_REGEX, wrong[0], call.arguments[function.pattern].span, wrong[1])
    return wrong is None


def condition(expression: Expr, schema: Schema, scope: Scope) -> Scalar:
    """*expression* as something that is true or not; anything else is reported."""
    scalar = resolve(expression, schema, scope)
    added = isinstance(scalar, Invoke) and scalar.function.name == "+"  # a number or a text, row by row
    if scalar.type in (Type.BOOLEAN, Type.ANY, Type.NULL) and not added:
        return scalar
    message = f"a condition is wanted here, this is {'a sum' if added else WORDS[scalar.type]}"
    scope.report(Code.WRONG_TYPE, message, expression.span, "write a comparison, for example x > 0")
    return NULL


def is_claim(scalar: Scalar) -> bool:
    """Whether *scalar* is true or false by its making, as a comparison is; a field that holds a Boolean is not."""
    match scalar:
        case Constant():
            return scalar.type is Type.BOOLEAN
        case Invoke(function, arguments, Type.BOOLEAN):
            return function.returns is Type.BOOLEAN or any(is_claim(argument) for argument in arguments)
        case _:
            return False
