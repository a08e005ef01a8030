"""Canonical text says what the tree says: parse(print(q)) = q, and printing again changes nothing."""

from __future__ import annotations

from hypothesis import given, settings

from lynxalert.lang import ast, parse, parse_terms, print_expression, print_query, print_terms
from tests.lang import trees
from tests.lang.comparing import said


@given(trees.expressions)
def test_expressions_come_back(expression: ast.Expr) -> None:
    text = print_expression(expression)
    (condition,) = parse(f"| where {text}").stages[0].clauses
    assert isinstance(condition, ast.Condition)
    assert said(condition.expression) == said(expression)
    assert print_expression(condition.expression) == text


@given(trees.terms)
def test_search_terms_come_back(term: ast.Term) -> None:
    text = print_terms(term)
    back = parse_terms(f"search {text}")
    assert said(back) == said(term)
    assert print_terms(back) == text


@settings(max_examples=50)
@given(trees.query)
def test_queries_come_back(query: ast.Query) -> None:
    text = print_query(query)
    back = parse(text)
    assert said(back) == said(query)
    assert print_query(back) == text
