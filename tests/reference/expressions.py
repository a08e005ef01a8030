"""What an expression gives for one row (3): null logic, arithmetic, comparison. Functions stand in `functions/`."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from lynxalert.lang import ast
from tests.reference.functions import LAZY, PLAIN
from tests.reference.values import Row, Value, equal, finite, number, ordered, spelled, text, truth


@dataclass(frozen=True, slots=True)
class Moment:
    """What an expression knows beside its row: the time of the search."""

    now: dt.datetime


def evaluate(expression: ast.Expr, row: Row, moment: Moment) -> Value:
    """The value of *expression* over *row*; an absent field is null."""
    match expression:
        case ast.Field(name):
            return row.get(name)
        case ast.Literal(value):
            return value
        case ast.Call():
            return called(expression, row, moment)
        case ast.Unary(operator, operand):
            return signed(operator, evaluate(operand, row, moment))
        case ast.Binary(operator, left, right):
            return BINARY[operator](evaluate(left, row, moment), evaluate(right, row, moment))
        case ast.Logical(operator, operands):
            return LOGIC[operator]([truth(evaluate(one, row, moment)) for one in operands])
        case ast.In(operand, choices):
            value = evaluate(operand, row, moment)
            return any_of([equal(value, evaluate(one, row, moment)) for one in choices])
        case ast.Between(operand, low, high):
            value = evaluate(operand, row, moment)
            above = ordered(">=", value, evaluate(low, row, moment))
            return all_of([above, ordered("<=", value, evaluate(high, row, moment))])
        case ast.IsNull(operand, negated):
            return (evaluate(operand, row, moment) is None) != negated


def called(call: ast.Call, row: Row, moment: Moment) -> Value:
    """A function by its name, in any case. Some look at their arguments as expressions (`if`, `mvmap`)."""
    name = call.function.lower()
    if name in LAZY:
        return LAZY[name](call.arguments, row, lambda one, of: evaluate(one, of, moment))
    if name in ("now", "time"):
        return moment.now.timestamp()
    return PLAIN[name](*(evaluate(one, row, moment) for one in call.arguments))


def signed(operator: str, value: Value) -> Value:
    """`-x`, `+x`, `NOT x`."""
    if operator == "NOT":
        claim = truth(value)
        return None if claim is None else not claim
    return arithmetic("-" if operator == "-" else "+", 0, value)


def all_of(claims: list[bool | None]) -> bool | None:
    """AND: false as soon as one is, null where the rest does not decide."""
    return False if False in claims else None if None in claims else True


def any_of(claims: list[bool | None]) -> bool | None:
    """OR: true as soon as one is, null where the rest does not decide."""
    return True if True in claims else None if None in claims else False


def one_of(claims: list[bool | None]) -> bool | None:
    """XOR: an odd number of them."""
    return None if None in claims else sum(map(bool, claims)) % 2 == 1


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """Doubles; whatever is no number, a zero divisor or an overflow gives null (3.2)."""
    first, second = number(left), number(right)
    if first is None or second is None or (sign in "/%" and second == 0):
        return None
    match sign:
        case "+":
            return finite(first + second)
        case "-":
            return finite(first - second)
        case "*":
            return finite(first * second)
        case "/":
            return finite(first / second)
        case _:
            return math.fmod(first, second)


def plus(left: Value, right: Value) -> Value:
    """`+` adds numbers or joins texts (3.2)."""
    if left is None or right is None:
        return None
    if number(left) is None or number(right) is None:
        return spelled(left) + spelled(right)
    return arithmetic("+", left, right)


def joined(left: Value, right: Value) -> Value:
    """`.` always joins."""
    return None if left is None or right is None else spelled(left) + spelled(right)


def differs(left: Value, right: Value) -> bool | None:
    """`!=`: null when either side is (3.3)."""
    same = equal(left, right)
    return None if same is None else not same


def like(value: Value, pattern: Value) -> bool | None:
    """LIKE: the whole text, `%` any run, `_` one character, case counts (3.1)."""
    if value is None or pattern is None:
        return None
    parts = {"%": ".*", "_": "."}
    expression = "".join(parts.get(char, re.escape(char)) for char in spelled(pattern))
    return re.fullmatch(expression, text(value) or "", re.DOTALL) is not None


BINARY: dict[str, Callable[[Value, Value], Value]] = {
    "+": plus,
    ".": joined,
    "=": equal,
    "!=": differs,
    "LIKE": like,
    "??": lambda left, right: right if left is None else left,
    **{sign: lambda left, right, sign=sign: arithmetic(sign, left, right) for sign in "-*/%"},
    **{sign: lambda left, right, sign=sign: ordered(sign, left, right) for sign in ("<", "<=", ">", ">=")},
}
LOGIC: dict[str, Callable[[list[bool | None]], bool | None]] = {"AND": all_of, "OR": any_of, "XOR": one_of}
