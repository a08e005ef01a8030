"""`threshold=50..500` → the same alert at other thresholds. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from lynxalert.alerts import Alert
from lynxalert.errors import LynxError
from lynxalert.lang import parse
from lynxalert.lang.ast import Binary, Condition, Expr, Field, Literal, Logical, Query, Stage
from lynxalert.lang.printer import print_query

STEPS = 10
MOST_STEPS = 50
_RANGE = re.compile(r"(?P<low>[-+\d.eE]+)\.\.(?P<high>[-+\d.eE]+)(?::(?P<step>[\d.eE]+))?")
_LIMITS = {"threshold": "value", "relative": "percent"}
_ORDERS = frozenset({"<", "<=", ">", ">=", "="})


class SweepError(LynxError):
    """What is asked is no range, or the alert has no threshold to move."""


def values(asked: str) -> tuple[float, ...]:
    """The thresholds that *asked* names: `50..500` in ten steps, `50..500:50` in steps of 50, `50,100,200` as they are.

    Raises:
        SweepError: it names none, or more than fifty.
    """
    listed = _listed(asked.replace(" ", "").removeprefix("threshold="))
    if not 0 < len(listed) <= MOST_STEPS or not all(map(math.isfinite, listed)):
        raise SweepError(
            f"`{asked[:60]}` is no range of thresholds: write threshold=50..500, 50..500:50 or 50,100,200, "
            f"at most {MOST_STEPS} of them"
        )
    return tuple(round(each, 9) for each in listed)


def _listed(text: str) -> list[float]:
    found = _RANGE.fullmatch(text)
    try:
        if found is None:
            return [float(each) for each in text.split(",")]
        low, high = float(found["low"]), float(found["high"])
        step = float(found["step"]) if found["step"] else (high - low) / STEPS
        if not step > 0 or (high - low) / step > MOST_STEPS:
            return []
        return [low + n * step for n in range(int((high - low) / step + 1e-9) + 1)]
    except (ValueError, OverflowError):
        return []


def at_threshold(alert: Alert, value: float) -> Alert:
    """*alert* with *value* for the number it compares with: that of `when`, else of the last `where` of its query.

    Raises:
        SweepError: it compares with no single number.
    """
    kind = alert.when.get("type")
    if kind == "m_of_n":
        counted = at_threshold(replace(alert, when=alert.when["of"]), value)
        return replace(counted, when={**alert.when, "of": counted.when})
    if kind in _LIMITS and not alert.when.get("tiers"):
        kept = {name: each for name, each in alert.when.items() if name != "recover"}
        return replace(alert, when={**kept, _LIMITS[kind]: value})
    if kind == "any_rows":
        query = parse(alert.query)
        for place in reversed(range(len(query.stages))):
            moved = _moved(query.stages[place], value)
            if moved is not None:
                return replace(alert, query=print_query(_with(query, place, moved)))
    if kind in _LIMITS:
        raise SweepError(
            "it compares with a number for each tier: try it with `value` in the place of `tiers`"
        )
    if kind != "any_rows":
        raise SweepError(f"a condition of type {kind} compares with no number")
    raise SweepError("it compares with no single number: end its query with `| where field > 100`")


def _with(query: Query, place: int, stage: Stage) -> Query:
    return replace(query, stages=(*query.stages[:place], stage, *query.stages[place + 1 :]))


def _moved(stage: Stage, value: float) -> Stage | None:
    """*stage* with another number, if it is a `where` that compares a field with one."""
    match stage:
        case Stage(command="where", clauses=(Condition() as clause,)):
            found = _compared(clause.expression, value)
            return None if found is None else replace(stage, clauses=(replace(clause, expression=found),))
    return None


def _compared(expression: Expr, value: float) -> Expr | None:
    """*expression* with *value* for the first number that a field is compared with."""
    match expression:
        case Binary(operator=operator, left=Field(), right=Literal(value=int() | float()) as limit) if (
            operator in _ORDERS
        ):
            number = int(value) if float(value).is_integer() else value
            return replace(expression, right=replace(limit, value=number))
        case Logical(operator="AND", operands=operands):
            for place, each in enumerate(operands):
                if (found := _compared(each, value)) is not None:
                    return replace(expression, operands=(*operands[:place], found, *operands[place + 1 :]))
    return None
