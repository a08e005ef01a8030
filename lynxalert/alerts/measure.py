"""Alert → the number that its condition watches, the limits it is held against, and the query that gives it. Pure.

What a chart shows: the values of the slots before, also of those that fired nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.alerts.asides import AGGREGATING
from lynxalert.alerts.model import Alert
from lynxalert.lang.ast import Binary, Condition, Expr, Field, Literal, Logical, Query
from lynxalert.lang.printer import print_query

ORDERS = frozenset({"<", "<=", ">", ">=", "=", "!="})
MOST_LIMITS = 4
COUNT = "count"


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that matters, and the name of its tier if it has one."""

    value: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """*query* answers with the rows before the condition judges them; *field* None: their first number.

    Where it is events that are judged, it counts them.
    """

    query: Query | str
    field: str | None
    limits: tuple[Limit, ...] = ()


def measure(alert: Alert, query: Query) -> Measure | None:
    """What *alert*, whose query reads *query*, watches; None where that is no number."""
    when = _innermost(alert.when)
    match when.get("type"):
        case "threshold":
            return Measure(query, str(when.get("field")), tuple(_limits(when))[:MOST_LIMITS])
        case "relative":  # its limit is a percentage of another window
            return Measure(query, str(when.get("field")))
        case "any_rows" if any(stage.command in AGGREGATING for stage in query.stages):
            return _before_where(query)
        case "any_rows" if not alert.by:
            return Measure(f"{print_query(query)} | stats {COUNT}", COUNT)
        case _:
            return None


def _innermost(when: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = when.get("of")
    return _innermost(inner) if when.get("type") == "m_of_n" and isinstance(inner, Mapping) else when


def _limits(when: Mapping[str, Any]) -> Iterator[Limit]:
    if isinstance(when.get("value"), int | float):
        yield Limit(float(when["value"]))
    tiers = when.get("tiers") or ()
    named = tiers.items() if isinstance(tiers, Mapping) else ((each["name"], each["value"]) for each in tiers)
    for name, value in named:
        yield Limit(float(value), str(name))


def _before_where(query: Query) -> Measure:
    last = max((n for n, stage in enumerate(query.stages) if stage.command == "where"), default=-1)
    if last < 0:
        return Measure(query, None)
    clauses = query.stages[last].clauses
    wanted = next((each.expression for each in clauses if isinstance(each, Condition)), None)
    compared = list(_compared(wanted)) if wanted is not None else []
    field = compared[0][0] if compared else None
    limits = [Limit(value) for name, value in compared if name == field]
    return Measure(replace(query, stages=query.stages[:last]), field, tuple(limits[:MOST_LIMITS]))


def _compared(expression: Expr) -> Iterator[tuple[str, float]]:
    """Each field that is held against a number, and the number."""
    match expression:
        case Binary(operator=operator, left=Field(name=name), right=Literal(value=int() | float() as value)):
            if operator in ORDERS and not isinstance(value, bool):
                yield name, float(value)
        case Logical(operands=operands):
            for each in operands:
                yield from _compared(each)
