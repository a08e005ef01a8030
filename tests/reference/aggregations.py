"""What a group of rows comes to (4): `count`, `avg(x)`, `values(x)`, `perc95(x)`, `count(eval(x > 1))`."""

from __future__ import annotations

import datetime as dt
import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

from lynxalert.lang import ast
from tests.reference.expressions import Moment, evaluate
from tests.reference.values import Row, Value, finite, greatest, items, least, multivalue, number

PERCENTILE = re.compile(r"(?:exactperc|upperperc|perc|p)(\d+(?:\.\d+)?)")
LISTED = 100  # `list` keeps the first
PER = {"per_second": 1, "per_minute": 60, "per_hour": 3600, "per_day": 86_400}


def name_of(aggregation: ast.Aggregation) -> str:
    """`func(field)` unless `as`; `count` stays (4)."""
    if aggregation.alias is not None:
        return aggregation.alias.text
    if isinstance(aggregation.argument, ast.Name):
        return f"{aggregation.function}({aggregation.argument.text})"
    return aggregation.function


def aggregate(aggregation: ast.Aggregation, rows: Sequence[Row], moment: Moment) -> Value:
    """The value of one aggregation over *rows* in current order."""
    function = aggregation.function.lower()
    argument = aggregation.argument
    if argument is None:
        return len(rows)
    if isinstance(argument, ast.Name):
        taken = [(row, row.get(argument.text)) for row in rows]
    else:
        taken = [(row, evaluate(argument, row, moment)) for row in rows]
        if is_condition(argument) or function in ("count", "c"):
            taken = [(row, claimed(value)) for row, value in taken]
    present = [(row, value) for row, value in taken if value is not None]
    if function in TIMED:
        return TIMED[function](present)
    percentile = PERCENTILE.fullmatch(function)
    if percentile:
        return nearest_rank(numbers(present), float(percentile[1]))
    return PLAIN[function]([value for _, value in present])


def claimed(value: Value) -> Value:
    """A claim is 1 where it is true and nothing else; what is no claim stays."""
    return (1 if value else None) if isinstance(value, bool) else value


def is_condition(expression: ast.Expr) -> bool:
    """Whether an expression claims something, rather than computing a value."""
    match expression:
        case ast.Logical() | ast.In() | ast.Between() | ast.IsNull():
            return True
        case ast.Binary(operator):
            return operator in ("=", "!=", "<", "<=", ">", ">=", "LIKE")
        case ast.Unary(operator):
            return operator == "NOT"
        case ast.Call(name):
            return name.lower() in (
                "isnull",
                "isnotnull",
                "isnum",
                "isint",
                "isstr",
                "like",
                "match",
                "in",
                "true",
                "false",
                "isbool",
                "cidrmatch",
            )
        case _:
            return False


def texts(values: Sequence[Value]) -> list[str]:
    """The canonical texts; each value of a multivalue by itself."""
    return [one for value in values for one in items(value)]


def numbers(present: Sequence[tuple[Row, Value]]) -> list[float]:
    return numbers_in([value for _, value in present])


def numbers_in(values: Sequence[Value]) -> list[float]:
    """The values that read as numbers; the others are passed over."""
    found: list[float] = []
    for value in values:
        several = items(value) if isinstance(value, list) else [value]
        found += [read for one in several if (read := number(one)) is not None]
    return found


def each(values: Sequence[Value]) -> list[Value]:
    """The values, those of a multivalue one by one."""
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def mode(values: Sequence[Value]) -> Value:
    """The commonest number of numbers, else the commonest text; of several the first."""
    if values and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        numbers = Counter(value for value in values if isinstance(value, int | float))
        return min(numbers, key=lambda one: (-numbers[one], one))
    counts = Counter(texts(values))
    return min(counts, key=lambda one: (-counts[one], one)) if counts else None


def nearest_rank(values: list[float], share: float) -> Value:
    """`percN`: the value at the rank (4)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share / 100 * len(ranked)) - 1)] if ranked else None


def over_numbers(
    function: Callable[[list[float]], float], least_count: int = 1
) -> Callable[[Sequence[Value]], Value]:
    """An aggregation of numbers; null when there are too few."""

    def of(values: Sequence[Value]) -> Value:
        read = numbers_in(values)
        try:
            return finite(float(function(read))) if len(read) >= least_count else None
        except OverflowError:
            return None

    return of


PLAIN: dict[str, Callable[[Sequence[Value]], Value]] = {
    "count": lambda values: len(texts(values)),
    "dc": lambda values: len(set(texts(values))),
    "sum": over_numbers(math.fsum),
    "avg": over_numbers(lambda read: math.fsum(read) / len(read)),
    "sumsq": over_numbers(lambda read: math.fsum(one * one for one in read)),
    "range": over_numbers(lambda read: max(read) - min(read)),
    "median": over_numbers(statistics.median),
    "stdev": over_numbers(statistics.stdev, 2),
    "stdevp": over_numbers(statistics.pstdev),
    "var": over_numbers(statistics.variance, 2),
    "varp": over_numbers(statistics.pvariance),
    "min": lambda values: least(each(values)),
    "max": lambda values: greatest(each(values)),
    "mode": mode,
    "values": lambda values: multivalue(sorted(set(texts(values)))),
    "list": lambda values: multivalue(texts(values)[:LISTED]),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
}
PLAIN |= {"c": PLAIN["count"], "distinct_count": PLAIN["dc"], "mean": PLAIN["avg"]}


def when(row: Row) -> dt.datetime:
    """The time of a row."""
    moment = row.get("_time")
    return moment if isinstance(moment, dt.datetime) else dt.datetime.min.replace(tzinfo=dt.UTC)


def oldest(present: Sequence[tuple[Row, Value]]) -> tuple[Row, Value] | None:
    """By `_time`; of one instant the last in current order, which for events is the first to arrive."""
    timed = [pair for pair in present if pair[0].get("_time") is not None]
    return min(reversed(timed), key=lambda pair: when(pair[0])) if timed else None


def newest(present: Sequence[tuple[Row, Value]]) -> tuple[Row, Value] | None:
    """By `_time`; of one instant the first in current order."""
    timed = [pair for pair in present if pair[0].get("_time") is not None]
    return max(timed, key=lambda pair: when(pair[0])) if timed else None


def value_at(pair: tuple[Row, Value] | None) -> Value:
    return pair[1] if pair else None


def time_at(pair: tuple[Row, Value] | None) -> Value:
    return when(pair[0]).timestamp() if pair else None


def rate(present: Sequence[tuple[Row, Value]]) -> Value:
    """(latest - earliest) / the time between them, in seconds."""
    counted = [pair for pair in present if number(pair[1]) is not None]
    first, last = oldest(counted), newest(counted)
    if first is None or last is None or when(first[0]) == when(last[0]):
        return None
    seconds = (when(last[0]) - when(first[0])).total_seconds()
    return ((number(last[1]) or 0.0) - (number(first[1]) or 0.0)) / seconds


TIMED: dict[str, Callable[[Sequence[tuple[Row, Value]]], Value]] = {
    "earliest": lambda present: value_at(oldest(present)),
    "latest": lambda present: value_at(newest(present)),
    "earliest_time": lambda present: time_at(oldest(present)),
    "latest_time": lambda present: time_at(newest(present)),
    "rate": rate,
}
