"""Condition × row → the sentence that says what was compared: `errors (247) > 100`. Pure.

Where a condition has no words of its own, the last `where` of the query is the condition.
"""

from __future__ import annotations

from typing import assert_never

from lynxalert.alerts.conditions import Condition as AlertCondition
from lynxalert.alerts.conditions.rows import show
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
    Subquery,
    Unary,
)
from lynxalert.plan import Row


def phrase(condition: AlertCondition, query: Query, row: Row | None) -> str:
    """The condition with the values of *row*, which survived it or did not; None: there was no row at all.

    >>> # stats count as errors | where errors > 100, row {"errors": 247}
    >>> # "errors (247) > 100"
    """
    said = condition.phrase(row)
    if said is not None:
        return said
    where = last_where(query)
    if where is None:
        return "a row came back" if row is not None else "no row came back"
    return tell(where, row)


def last_where(query: Query) -> Expr | None:
    """The expression of the last `where` of the query."""
    for stage in reversed(query.stages):
        if stage.command == "where":
            return next((c.expression for c in stage.clauses if isinstance(c, Condition)), None)
    return None


def tell(expr: Expr, row: Row | None) -> str:
    """*expr* with the value of every field behind its name."""
    match expr:
        case Field(name=name):
            return name if row is None else f"{name} ({show(row.get(name))})"
        case Literal(value=value):
            return show(value)
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(tell(each, row) for each in arguments)})"
        case Unary(operator=operator, operand=operand):
            gap = " " if operator.isalpha() else ""
            return f"{operator}{gap}{_inner(operand, row)}"
        case Binary(operator=operator, left=left, right=right):
            return f"{_inner(left, row)} {operator} {_inner(right, row)}"
        case Logical(operator=operator, operands=operands):
            return f" {operator} ".join(_inner(each, row) for each in operands)
        case In(operand=operand, choices=choices):
            return f"{_inner(operand, row)} IN ({', '.join(tell(each, row) for each in choices)})"
        case Between(operand=operand, low=low, high=high):
            return f"{_inner(operand, row)} BETWEEN {_inner(low, row)} AND {_inner(high, row)}"
        case IsNull(operand=operand, negated=negated):
            return f"{_inner(operand, row)} IS {'NOT ' if negated else ''}NULL"
        case Subquery():
            return "[…]"  # its rows are not at hand here
        case _:
            assert_never(expr)


def _inner(expr: Expr, row: Row | None) -> str:
    told = tell(expr, row)
    return f"({told})" if isinstance(expr, Logical) else told
