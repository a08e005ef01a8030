"""Query of an alert → the queries asked beside it: who is there at all, and which events are the evidence. Pure.

An instance is missing when its key has no event *before* the final `where`; its evidence are the events before the
first aggregation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from lynxalert.lang.ast import (
    Binary,
    Condition,
    Expr,
    Field,
    IsNull,
    Literal,
    Logical,
    Name,
    Number,
    Option,
    Pattern,
    Query,
    Stage,
    Terms,
    Word,
)
from lynxalert.lang.text import Span
from lynxalert.plan import Value

AGGREGATING = ("stats", "timechart", "chart", "top", "rare", "tstats")
_NOWHERE = Span(0, 0)


def presence_query(query: Query, *, keyed: bool) -> Query:
    """The query whose rows tell which keys have any event.

    With a key: everything before the final `where` that follows the last aggregation. Without one, the events
    themselves, because an aggregation without `by` always leaves a row.
    """
    if not keyed:
        return evidence_query(query, {})
    last = _last(query, lambda stage: stage.command in AGGREGATING)
    where = _last(query, lambda stage: stage.command == "where")
    return query if where <= last else replace(query, stages=query.stages[:where])


def evidence_query(query: Query, labels: Mapping[str, Value]) -> Query:
    """The events that went into the first aggregation, those of the instance with *labels* only.

    A label that is a time or a list cannot be compared with an event's field, and is left out.
    """
    first = next((n for n, stage in enumerate(query.stages) if stage.command in AGGREGATING), None)
    stages = query.stages[:first] or (_searched(query.stages[0]),)
    tests = [_equals(name, value) for name, value in labels.items()]
    kept = [test for test in tests if test is not None]
    if kept:
        both = reduce(lambda left, right: Logical("AND", (left, right), _NOWHERE), kept)
        stages = (*stages, Stage("where", (Condition(both, _NOWHERE),), _NOWHERE, _NOWHERE))
    return replace(query, stages=stages)


def newest_query(query: Query, fields: Sequence[str], keep: int) -> Query:
    """The newest *keep* events of every key that went into the first aggregation: evidence of many instances."""
    events = evidence_query(query, {})
    names = tuple(Name(each, _NOWHERE, quoted=True) for each in fields)
    newest = Stage("dedup", (Number(keep, _NOWHERE), *names), _NOWHERE, _NOWHERE)
    return replace(events, stages=(*events.stages, newest))


def is_row_by_row(query: Query) -> bool:
    """Whether *query* keeps and leaves events, each by itself, and does nothing else to them."""
    return all(stage.command in ("search", "where") for stage in query.stages)


def lean_query(query: Query) -> Query:
    """*query* with the raw text of events alone, where it has that anyway."""
    if not is_row_by_row(query):
        return query
    raw = Stage("fields", (Name("_raw", _NOWHERE),), _NOWHERE, _NOWHERE)
    return replace(query, stages=(*query.stages, raw))


def _searched(aggregation: Stage) -> Stage:
    """The search before an *aggregation* that stands first: what its own `where` says, as in `tstats`, else everything."""
    is_of_a_model = any(isinstance(each, Option) and each.name == "datamodel" for each in aggregation.clauses)
    terms = [each for each in aggregation.clauses if isinstance(each, Terms) and not is_of_a_model]
    every = Terms(Word(Pattern("*", _NOWHERE), _NOWHERE), _NOWHERE)
    return Stage("search", tuple(terms) or (every,), _NOWHERE, _NOWHERE)


def _equals(name: str, value: Value) -> Expr | None:
    field = Field(name, _NOWHERE, quoted=True)
    match value:
        case None:
            return IsNull(field, False, _NOWHERE)
        case dt.datetime() | list():
            return None
        case _:
            return Binary("=", field, Literal(value, _NOWHERE), _NOWHERE)


def _last(query: Query, fits: Callable[[Stage], bool]) -> int:
    """The place of the last stage that *fits*, or −1."""
    return max((n for n, stage in enumerate(query.stages) if fits(stage)), default=-1)
