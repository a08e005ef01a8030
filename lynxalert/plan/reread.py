"""Expressions inside other texts: what a subsearch returned, what an option holds in quotes."""

from __future__ import annotations

import dataclasses
from typing import Any

from lynxalert.lang import QueryError, Span, parse
from lynxalert.lang.ast import Condition, Expr
from lynxalert.plan.scope import Scope


def written_expression(text: str, span: Span) -> Expr:
    """The expression that *text* says, as if it stood at *span*.

    Raises:
        QueryError: it says none.
    """
    query = parse(f"| where {text}")
    if len(query.stages) != 1:
        raise QueryError(text, [])
    (clause,) = query.stages[0].clauses
    assert isinstance(clause, Condition)
    expression: Expr = _moved(clause.expression, span)
    return expression


def read_condition(text: str, span: Span, scope: Scope) -> Expr | None:
    """The same, for the value of an option: nothing after reporting what is wrong."""
    try:
        return written_expression(text, span)
    except QueryError as error:
        for one in error.diagnostics:
            scope.report(one.code, f"{one.message} (in `{text}`)", span, one.help)
        return None


def _moved(node: Any, span: Span) -> Any:
    """*node* as if it stood at *span*: its own places belong to a text that nobody wrote."""
    if isinstance(node, Span):
        return span
    if isinstance(node, tuple):
        return tuple(_moved(one, span) for one in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    fields = {one.name: _moved(getattr(node, one.name), span) for one in dataclasses.fields(node)}
    return dataclasses.replace(node, **fields)
