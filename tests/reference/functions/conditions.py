"""Choices, and questions about one value (5)."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Sequence

from lynxalert.lang import ast
from tests.reference.functions.kinds import Evaluate, Lazy, Plain, of_texts, strict
from tests.reference.values import Row, Value, equal, number, seconds_of, spelled, truth


def among_others(chosen: ast.Expr, branches: Sequence[ast.Expr], row: Row, evaluate: Evaluate) -> Value:
    """The value of a branch. A time is one where all branches are times, else its epoch seconds."""
    values = [evaluate(one, row) for one in branches if not is_null(one)]
    value = evaluate(chosen, row)
    return value if all(isinstance(one, dt.datetime | list) for one in values) else seconds_of(value)


def is_null(expression: ast.Expr) -> bool:
    """Whether it is `null()`."""
    return isinstance(expression, ast.Call) and expression.function.lower() == "null"


def first_present(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`coalesce`: the first that is there."""
    for one in arguments:
        if evaluate(one, row) is not None:
            return among_others(one, arguments, row, evaluate)
    return None


def choose(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`if(c, a, b)`: a condition that is null takes the second branch (3.3)."""
    condition, *branches = arguments
    return among_others(branches[0 if truth(evaluate(condition, row)) else 1], branches, row, evaluate)


def first_true(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`case`: the value after the first true condition, else null."""
    for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
        if truth(evaluate(condition, row)):
            return among_others(value, arguments[1::2], row, evaluate)
    return None


def first_false(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`validate`: the value after the first condition that is false."""
    for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
        if truth(evaluate(condition, row)) is False:
            return among_others(value, arguments[1::2], row, evaluate)
    return None


def kind(value: Value) -> str:
    """`typeof`: what the value reads as."""
    if value is None:
        return "Invalid"
    if isinstance(value, bool):
        return "Boolean"
    return "String" if number(value) is None else "Number"


def among(value: Value, *choices: Value) -> bool | None:
    """`in(v, …)`: exact, no wildcards; null when undecided."""
    found = [equal(value, one) for one in choices]
    return True if True in found else None if None in found else False


def is_whole(value: Value) -> bool:
    read = number(value)
    return read is not None and read.is_integer()


def in_block(block: str, address: str) -> bool:
    """`cidrmatch`: IPv4 and IPv6; what is no address lies in no block."""
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False


def like(value: str, pattern: str) -> bool:
    parts = {"%": ".*", "_": "."}
    expression = "".join(parts.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None


LAZY: dict[str, Lazy] = {
    "if": choose,
    "case": first_true,
    "validate": first_false,
    "coalesce": first_present,
}
PLAIN: dict[str, Plain] = {
    "true": lambda: True,
    "false": lambda: False,
    "null": lambda: None,
    "nullif": lambda left, right: None if equal(left, right) else left,
    "isnull": lambda value: value is None,
    "isnotnull": lambda value: value is not None,
    "isnum": lambda value: number(value) is not None,
    "isint": is_whole,
    "isstr": lambda value: kind(value) == "String",
    "isbool": lambda value: isinstance(value, bool),
    "typeof": kind,
    "in": among,
    "like": of_texts(like),
    "match": of_texts(lambda value, pattern: re.search(pattern, value) is not None),
    "cidrmatch": strict(lambda block, address: in_block(spelled(block), spelled(address))),
}
