"""How the last `where` of a query reads with the values of a row."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.alerts.conditions import build
from lynxalert.alerts.phrase import phrase
from lynxalert.lang.ast import (
    Between,
    Binary,
    Call,
    Condition,
    Expr,
    Field,
    In,
    IsNull,
    Literal,
    Logical,
    Query,
    Stage,
    Unary,
)
from lynxalert.lang.text import Span

AT = Span(0, 0)
ERRORS, HOST = Field("errors", AT), Field("host", AT)
OVER = Binary(">", ERRORS, Literal(100, AT), AT)
ROW = {"errors": 247.0, "host": "a", "at": dt.datetime(2026, 2, 14, tzinfo=dt.UTC), "tags": ["x", 1]}


def query(*expressions: Expr) -> Query:
    stages = [Stage("where", (Condition(each, AT),), AT, AT) for each in expressions]
    return Query((Stage("search", (), AT, AT), *stages, Stage("head", (), AT, AT)), "", AT)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (OVER, "errors (247) > 100"),
        (Binary("=", HOST, Literal("b", AT), AT), 'host ("a") = "b"'),
        (Binary("=", Field("gone", AT), Literal(None, AT), AT), "gone (null) = null"),
        (Binary("<", Field("at", AT), Literal(1.5, AT), AT), "at (2026-02-14T00:00:00Z) < 1.5"),
        (Binary("=", Field("tags", AT), Literal(True, AT), AT), 'tags (["x", 1]) = true'),
        (Logical("AND", (OVER, Logical("OR", (OVER, OVER), AT)), AT),
         "errors (247) > 100 AND (errors (247) > 100 OR errors (247) > 100)"),
        (Unary("NOT", In(HOST, (Literal("b", AT), Literal("c", AT)), AT), AT), 'NOT host ("a") IN ("b", "c")'),
        (Unary("-", ERRORS, AT), "-errors (247)"),
        (Between(ERRORS, Literal(1, AT), Literal(2, AT), AT), "errors (247) BETWEEN 1 AND 2"),
        (IsNull(HOST, True, AT), 'host ("a") IS NOT NULL'),
        (IsNull(HOST, False, AT), 'host ("a") IS NULL'),
        (Call("len", (HOST,), AT, AT), 'len(host ("a"))'),
    ],
)  # fmt: skip
def test_fields_show_their_values(expression: Expr, words: str) -> None:
    assert phrase(build({"type": "any_rows"}), query(OVER, expression), ROW) == words


def test_without_a_row_the_condition_stands_alone() -> None:
    assert phrase(build({"type": "any_rows"}), query(OVER), None) == "errors > 100"


def test_without_a_where_a_row_is_the_condition() -> None:
    assert phrase(build({"type": "any_rows"}), query(), ROW) == "a row came back"
    assert phrase(build({"type": "any_rows"}), query(), None) == "no row came back"


def test_a_condition_with_its_own_words_speaks_for_itself() -> None:
    condition = build({"type": "threshold", "field": "errors", "op": "gt", "value": 5})
    assert phrase(condition, query(OVER), ROW) == "errors (247) > 5"
