"""Which values of a split field get a column of their own: `limit=10`, `where max in top5`, `where avg > 100`. Pure."""

from __future__ import annotations

import operator
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lynxalert.plan.command import BadOption
from lynxalert.plan.pivot import natural

MEASURES: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "avg": statistics.fmean,
    "mean": statistics.fmean,
    "max": max,
    "min": min,
    "count": sum,  # of the counts in the cells, as in `count by host where count in top5`
    "median": statistics.median,
    "range": lambda values: max(values) - min(values),
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
}
TESTS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
LIMIT = re.compile(r"(top|bottom)?\s*(\d{1,6})", re.IGNORECASE)
CHOICE = re.compile(
    r"(?P<measure>\w+)\s*(?:\([^()]*\)\s*)?"
    r"(?:(?P<not>not\s*)?in\s+(?P<side>top|bottom)\s*(?P<count>\d{1,6})"
    r"|(?P<sign>[<>]=?|=)\s*(?P<bound>-?\d+(?:\.\d+)?))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """The *count* values greatest (or least) in their *measure* over the cells, 0 for all; or those that fulfil *test*."""

    count: int = 0
    smallest: bool = False
    measure: str = "sum"
    others: bool = False  # all but those
    test: tuple[str, float] | None = None

    def chosen(self, cells: Mapping[str, Sequence[float]]) -> list[str]:
        """Those of the values that are shown, the best first; *cells* are the numbers of each."""
        worth = {name: MEASURES[self.measure](found) if found else 0.0 for name, found in cells.items()}
        sign = 1 if self.smallest else -1
        ranked = sorted(worth, key=lambda name: (sign * worth[name], natural(name)))
        if self.test is not None:
            holds, bound = TESTS[self.test[0]], self.test[1]
            return [name for name in ranked if holds(worth[name], bound)]
        if self.others:
            return ranked[self.count :]
        return ranked[: self.count] if self.count else ranked


def limit(text: str) -> Limit:
    """`10`, `top10`, `bottom10`.

    Raises:
        BadOption: anything else.
    """
    match = LIMIT.fullmatch(text.strip())
    if match is None:
        raise BadOption("a number, top5 or bottom5")
    return Limit(int(match[2]), smallest=(match[1] or "").lower() == "bottom")


def choice(text: str) -> Limit:
    """`max in top5`, `sum notin bottom3`, `avg > 100`.

    Raises:
        BadOption: anything else.
    """
    match = CHOICE.fullmatch(text.strip())
    if match is None or match["measure"].lower() not in MEASURES:
        raise BadOption(f"`max in top5` or `avg > 100`, with one of {', '.join(MEASURES)}")
    measure = match["measure"].lower()
    if match["sign"]:
        return Limit(measure=measure, test=(match["sign"], float(match["bound"])))
    smallest = match["side"].lower() == "bottom"
    return Limit(int(match["count"]), smallest, measure, others=bool(match["not"]))
