"""A parsed query → the conditions in it that can never hold, or always do. Pure arithmetic: no events are asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from lynxalert.config.mistakes import Mistake
from lynxalert.lang import Code
from lynxalert.lang.ast import (
    AllOf,
    Binary,
    Comparison,
    Condition,
    Expr,
    Field,
    Literal,
    Logical,
    Number,
    Query,
    Stage,
    Term,
    Terms,
)

_OPERATORS = frozenset({"=", "<", "<=", ">", ">="})
_SINGLE = frozenset({"host", "index", "source", "sourcetype"})


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
    """A warning for each stage whose own comparisons leave nothing, or everything; *name* is the setting of the query."""
    for stage in query.stages:
        for field in _contradicted(stage):
            text = f": no value of {field} meets these conditions, so the alert can never fire"
            yield Mistake((name,), text, Code.LINT, None, stage.span)
        for field in _searched_twice(stage):
            text = f": an event has one {field}, and never both, so the alert can never fire"
            yield Mistake((name,), text, Code.LINT, "join them with OR", stage.span)
        if (holds := _constant(stage)) is not None:
            text = f": it {'always' if holds else 'never'} holds, whatever the events are"
            yield Mistake((name,), text, Code.LINT, "compare a field", stage.span)
        if stage.command == "head" and any(
            isinstance(each, Number) and each.value == 0 for each in stage.clauses
        ):
            text = ": it leaves no row, so the alert can never fire"
            yield Mistake((name,), text, Code.LINT, None, stage.span)


def _contradicted(stage: Stage) -> list[str]:
    ranges: dict[str, _Range] = {}
    texts: dict[str, set[str]] = {}
    for field, operator, number in _searched(stage):
        ranges[field] = ranges.get(field, _Range()).cut(operator, number)
    for clause in stage.clauses if stage.command == "where" else ():
        if isinstance(clause, Condition):
            for field, operator, limit in _comparisons(clause.expression):
                if isinstance(limit, float):
                    ranges[field] = ranges.get(field, _Range()).cut(operator, limit)
                elif operator == "=":
                    texts.setdefault(field, set()).add(limit)
    several = [field for field, found in texts.items() if len(found) > 1]
    return several + [field for field, left in ranges.items() if left.is_empty]


def _comparisons(expression: Expr) -> Iterator[tuple[str, str, float | str]]:
    """The comparisons of fields with numbers and texts, all of which must hold."""
    match expression:
        case Logical(operator="AND", operands=operands):
            for each in operands:
                yield from _comparisons(each)
        case Binary(
            operator=operator, left=Field(name=name), right=Literal(value=int() | float() as limit)
        ) if operator in _OPERATORS and not isinstance(limit, bool):
            yield name, operator, float(limit)
        case Binary(operator="=" | "==", left=Field(name=name), right=Literal(value=str() as text)):
            yield name, "=", text


def _searched(stage: Stage) -> Iterator[tuple[str, str, float]]:
    """The comparisons with numbers in a search, all of which must hold."""
    for clause in stage.clauses:
        for term in _together(clause.term) if isinstance(clause, Terms) else ():
            match term:
                case Comparison(field=field, operator="<" | "<=" | ">" | ">=" as operator, value=value):
                    with suppress(ValueError):
                        yield field, operator, float(value.text)


def _searched_twice(stage: Stage) -> list[str]:
    """The fields of which every event has one value, and of which a search wants two."""
    terms = [each for clause in stage.clauses if isinstance(clause, Terms) for each in _together(clause.term)]
    wanted: dict[str, set[str]] = {}
    for each in terms:
        match each:
            case Comparison(field=field, operator="=", value=value) if (
                field in _SINGLE and "*" not in value.text
            ):
                wanted.setdefault(field, set()).add(value.text.lower())
    return [field for field, values in wanted.items() if len(values) > 1]


def _together(term: Term) -> Iterator[Term]:
    if isinstance(term, AllOf):
        for each in term.terms:
            yield from _together(each)
    else:
        yield term


def _constant(stage: Stage) -> bool | None:
    """What a `where` without any field comes to."""
    expression = next((each.expression for each in stage.clauses if isinstance(each, Condition)), None)
    match expression:
        case Binary(operator="=" | "==", left=Literal(value=left), right=Literal(value=right)):
            return left == right
        case Literal(value=bool() as value):
            return value
    return None
