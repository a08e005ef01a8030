"""The shapes of functions, and what most of them share: null in, null out (3.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lynxalert.lang import ast
from tests.reference.values import Row, Value, number, spelled

Plain: TypeAlias = Callable[..., Value]
Evaluate: TypeAlias = Callable[[ast.Expr, Row], Value]
Lazy: TypeAlias = Callable[[tuple[ast.Expr, ...], Row, Evaluate], Value]


def strict(function: Callable[..., Any]) -> Plain:
    """Any operand null → null."""

    def of(*values: Value) -> Value:
        return None if None in values else function(*values)

    return of


def of_texts(function: Callable[..., Any]) -> Plain:
    """A function of canonical texts."""
    return strict(lambda *values: function(*(spelled(one) for one in values)))


def of_numbers(function: Callable[..., Any]) -> Plain:
    """A function of numbers: what does not read as one gives null, and so does a result that is none."""

    def of(*values: Value) -> Value:
        read = [number(one) for one in values]
        if None in read:
            return None
        try:
            return number(function(*read))
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    return of
