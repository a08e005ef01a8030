"""`compare` asks its own query again, over an earlier range of time: here it is given what stands before it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.lang.ast import Aggregation, By, Flag, Name, Query, Stage, Subsearch

COMPARE = "compare"
AGGREGATING = ("stats", "timechart", "chart", "top", "rare", "tstats")
COUNTING = ("count", "c", "dc", "distinct_count", "estdc")


def compared(query: Query) -> Query:
    """*query* with the stages before each `compare` put into it, as if in brackets."""
    if all(stage.command != COMPARE for stage in query.stages):
        return query
    stages: tuple[Stage, ...] = ()
    for stage in query.stages:
        if stage.command == COMPARE:
            before = Subsearch(replace(query, stages=stages), stage.span)
            stages = (*stages, replace(stage, clauses=(*stage.clauses, before)))
        else:
            stages = (*stages, stage)
    return replace(query, stages=stages)


@dataclass(frozen=True, slots=True)
class Shape:
    """What an aggregation leaves: *keys* tell rows apart; of rows that are not there, *counts* (None: all) are 0."""

    keys: tuple[str, ...]
    counts: frozenset[str] | None


def shape_of(query: Query) -> Shape | None:
    """The shape that the last aggregation of *query* gives its rows; None when there is none."""
    last = next((stage for stage in reversed(query.stages) if stage.command in AGGREGATING), None)
    if last is None:
        return None
    by = tuple(name.text for clause in last.clauses if isinstance(clause, By) for name in clause.names)
    if last.command in ("top", "rare"):
        ranked = tuple(clause.text for clause in last.clauses if isinstance(clause, Name))
        return Shape((*by, *ranked), frozenset(["count"]))
    if last.command == "timechart":
        return Shape(("_time",), _counts(last, split=bool(by)))
    if last.command == "chart":
        over = _over(last)
        return Shape((over or by)[:1], _counts(last, split=bool(over and by) or len(by) > 1))
    return Shape(by, _counts(last, split=False))


def _over(stage: Stage) -> tuple[str, ...]:
    places = [place for place, clause in enumerate(stage.clauses) if isinstance(clause, Flag)]
    names = [stage.clauses[place + 1] for place in places]
    return tuple(name.text for name in names if isinstance(name, Name))


def _counts(stage: Stage, *, split: bool) -> frozenset[str] | None:
    measures = [clause for clause in stage.clauses if isinstance(clause, Aggregation)]
    counting = [one for one in measures if one.function.lower() in COUNTING]
    if split:  # the columns are called by values
        return None if len(counting) == len(measures) else frozenset()
    return frozenset(_name(one) for one in counting)


def _name(one: Aggregation) -> str:
    if one.alias is not None:
        return one.alias.text
    return f"{one.function}({one.argument.text})" if isinstance(one.argument, Name) else one.function
