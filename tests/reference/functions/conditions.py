"""Choices, and questions about one value (5)."""

from __future__ import annotations

import ipaddress
import re

from lynxalert.lang import ast
from tests.reference.functions.kinds import Evaluate, Lazy, Plain, of_texts, strict
from tests.reference.values import Row, Value, equal, number, spelled, truth


def choose(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`if(c, a, b)`: a condition that is null takes the second branch (3.3)."""
    condition, then, otherwise = arguments
    return evaluate(then if truth(evaluate(condition, row)) else otherwise, row)


def first_true(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`case`: the value after the first true condition, else null."""
    for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
        if truth(evaluate(condition, row)):
            return evaluate(value, row)
    return None


def first_false(arguments: tuple[ast.Expr, ...], row: Row, evaluate: Evaluate) -> Value:
    """`validate`: the value after the first condition that is false."""
    for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
        if truth(evaluate(condition, row)) is False:
            return evaluate(value, row)
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


LAZY: dict[str, Lazy] = {"if": choose, "case": first_true, "validate": first_false}
PLAIN: dict[str, Plain] = {
    "true": lambda: True,
    "false": lambda: False,
    "null": lambda: None,
    "coalesce": lambda *values: next((one for one in values if one is not None), None),
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
