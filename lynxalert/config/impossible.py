"""A parsed query → the conditions in it that can never hold, or always do. Pure arithmetic: no events are asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lynxalert.config.mistakes import Mistake
from lynxalert.lang import Code
from lynxalert.lang.ast import Binary, Condition, Expr, Field, Literal, Logical, Query, Stage

_OPERATORS = frozenset({"=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class _Range:
    """The numbers that a field may still be: each end with whether it is left out (*low*) or belongs to it (*high*)."""

    low: tuple[float, bool] = (-math.inf, False)
    high: tuple[float, bool] = (math.inf, True)

    @property
    def is_empty(self) -> bool:
        """Whether no number is left."""
        (low, without), (high, included) = self.low, self.high
        return low > high or (low == high and (without or not included))

    def cut(self, operator: str, limit: float) -> _Range:
        """What is left with the condition `field operator limit`."""
        low, high = self.low, self.high
        if operator in (">", ">=", "="):
            low = max(low, (limit, operator == ">"))
        if operator in ("<", "<=", "="):
            high = min(high, (limit, operator != "<"))
        return _Range(low, high)


def impossible(query: Query, name: str) -> Iterator[Mistake]:
    """A warning for each `where` whose own comparisons leave no number; *name* is the setting that holds the query."""
    for stage in query.stages:
        for field in _contradicted(stage):
            text = f": no value of {field} meets these conditions, so the alert can never fire"
            yield Mistake((name,), text, Code.LINT, None, stage.span)


def _contradicted(stage: Stage) -> list[str]:
    if stage.command != "where":
        return []
    ranges: dict[str, _Range] = {}
    for clause in stage.clauses:
        if isinstance(clause, Condition):
            for field, operator, limit in _comparisons(clause.expression):
                ranges[field] = ranges.get(field, _Range()).cut(operator, limit)
    return [field for field, left in ranges.items() if left.is_empty]


def _comparisons(expression: Expr) -> Iterator[tuple[str, str, float]]:
    """The comparisons of fields with numbers, all of which must hold."""
    match expression:
        case Logical(operator="AND", operands=operands):
            for each in operands:
                yield from _comparisons(each)
        case Binary(
            operator=operator, left=Field(name=name), right=Literal(value=int() | float() as limit)
        ) if operator in _OPERATORS and not isinstance(limit, bool):
            yield name, operator, float(limit)
