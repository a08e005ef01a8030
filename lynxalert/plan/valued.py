"""The rows of a subsearch → the expression that they stand for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from lynxalert.lang import QueryError, Span
from lynxalert.lang.ast import Binary, Expr, Field, Literal, Logical
from lynxalert.plan.numbers import read_number
from lynxalert.plan.reread import written_expression
from lynxalert.plan.rows import text_of
from lynxalert.plan.subsearch import DATED, EPOCH, VERBATIM
from lynxalert.plan.timespec import resolve


def value_of(rows: Sequence[Mapping[str, Any]], span: Span) -> Expr:
    """What *rows* say in an expression: one field of one row its value, more of them `(a="x" AND …) OR …`.

    A field called `search` or `query`, as `return` makes it, is read as an expression; a lone word in it is a text.
    """
    said = [
        {name: value for name, value in row.items() if value is not None and not name.startswith("_")}
        for row in rows
    ]
    said = [row for row in said if row]
    if not said:
        return Literal(None, span)
    if len(said) == 1 and len(said[0]) == 1:
        ((name, value),) = said[0].items()
        return _written(text_of(value), span) if name in VERBATIM else _literal(value, span)
    return _joined("OR", [_joined("AND", _equal(row, span), span) for row in said], span)


def _equal(row: Mapping[str, Any], span: Span) -> list[Expr]:
    return [
        Binary("=", Field(name, span, quoted=True), _literal(value, span), span)
        for name, value in row.items()
    ]


def _joined(operator: str, parts: list[Expr], span: Span) -> Expr:
    return parts[0] if len(parts) == 1 else Logical(operator, tuple(parts), span)


def _literal(value: Any, span: Span) -> Expr:
    if isinstance(value, dt.datetime):
        return Literal(value.replace(tzinfo=dt.UTC).timestamp(), span)
    if isinstance(value, str | int | float):  # a Boolean is an int
        return Literal(value, span)
    return Literal(text_of(value), span)


def _written(text: str, span: Span) -> Expr:
    if DATED.match(text):
        return Literal(resolve(text, EPOCH).timestamp(), span)
    number = read_number(text)
    if number is not None:
        return Literal(number, span)
    try:
        found = written_expression(text, span)
    except QueryError:
        return Literal(text, span)
    return Literal(text, span) if isinstance(found, Field) and not found.quoted else found
