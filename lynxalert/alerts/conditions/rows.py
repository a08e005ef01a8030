"""Rows of a result → rows by key, and the number in a field."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.keys import key_of, labels_of
from lynxalert.alerts.model import Key, Match
from lynxalert.clock import rfc3339
from lynxalert.plan import Result, Row, Value
from lynxalert.registry import suggest

ROWS_KEPT = 100  # of one key, for templates
SYMBOLS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "=", "ne": "!="}
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}


def by_key(result: Result, key_fields: Sequence[str]) -> dict[Key, list[Row]]:
    """The rows of each key, in result order.

    Raises:
        EvaluationError: the result has no such key field.
    """
    for name in key_fields:
        require(result, name)
    rows: dict[Key, list[Row]] = {}
    for row in result.rows:
        rows.setdefault(key_of(labels_of(row, key_fields)), []).append(row)
    return rows


def match_of(
    key: Key, key_fields: Sequence[str], rows: Sequence[Row], row: Row, value: float | None
) -> Match:
    """The match of *key* that *row*, one of its *rows*, makes."""
    return Match(key, labels_of(row, key_fields), row, value, count=len(rows), rows=tuple(rows[:ROWS_KEPT]))


def require(result: Result, name: str) -> None:
    """Refuse a result that has rows and no column *name*.

    Raises:
        EvaluationError: lasting; the query is at fault.
    """
    if result.rows and name not in result.columns:
        near = suggest(name, result.columns)
        tip = f"; did you mean `{near}`?" if near else ""
        raise EvaluationError(f"the result has no field `{name}`{tip}")


def number_of(row: Row, name: str) -> float | None:
    """The number in field *name*; None when it is null or no number at all (NaN).

    Raises:
        EvaluationError: lasting; the field holds something else.
    """
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            pass
        else:
            return None if math.isnan(found) else found
    raise EvaluationError(f"`{name}` is not a number: {show(value)[:60]}")


def show(value: Value) -> str:
    """*value* as a condition is told: `247`, `"nginx"`, `null`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int():
            return str(value)
        case float():
            return f"{value:.10g}"  # what a division leaves behind the tenth digit tells nobody anything
        case str():
            return f'"{value}"'
        case list():
            return "[" + ", ".join(show(each) for each in value) + "]"
        case _:
            return rfc3339(value)
