"""A parsed query and its alert's fields → what will go wrong with them although every part is right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from typing import Any

from lynxalert.config.breadth import everything
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.impossible import impossible
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.units import UnitError, duration, duration_text
from lynxalert.lang import Code
from lynxalert.lang.ast import (
    Aggregation,
    AllOf,
    Binary,
    By,
    Comparison,
    Condition,
    Expr,
    Field,
    Literal,
    Logical,
    Query,
    Stage,
    Term,
    Terms,
)

_SYMBOLS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_BELOW = frozenset(("<", "<="))
_ABOVE = frozenset((">", ">=", "="))
LATE = ": events that arrive late make this fire"
PATIENCE = 'give them time with delay = "1m"'
_ROWS = frozenset(("stats", "timechart"))
_MEANS = ("avg", "mean", "stdev", "var", "median", "perc", "p")


class Tally(Enum):
    """What a column adds up, and so how little it may be."""

    EVENTS = 1  # all of a group: at least one
    SOME = 0  # those of a group that have something: none at all, perhaps
    SUM = None  # values, which may be below 0


# After these a row is still there; after anything else it may be gone.
_KEEPS_ROWS = frozenset(
    [
        "accum",
        "autoregress",
        "compare",
        "addinfo",
        "addtotals",
        "convert",
        "delta",
        "eval",
        "eventstats",
        "fieldformat",
        "fields",
        "fillnull",
        "foreach",
        "lookup",
        "makemv",
        "mvcombine",
        "nomv",
        "outlier",
        "rangemap",
        "rename",
        "replace",
        "rex",
        "sort",
        "spath",
        "strcat",
        "streamstats",
        "table",
        "transpose",
        "trendline",
    ]
)


def lint(query: Query, definition: AlertDefinition, name: str) -> list[Mistake]:
    """The mistakes of *query*, which stands in the setting *name*: one that can only fire is refused, the rest is said."""
    found = [*impossible(query, name), *everything(query, name), *_shapes(query, definition, name)]
    when, path = _innermost(definition.when or {})
    if when.get("type", "any_rows") == "any_rows":
        return found + _of_rows(query, definition, name)
    return found + _of_threshold(query, when, path, definition)


def _innermost(when: Mapping[str, Any]) -> tuple[Mapping[str, Any], Path]:
    """The condition that `m_of_n` counts, else *when* itself, and where it stands."""
    path: Path = ("when",)
    while when.get("type") == "m_of_n" and isinstance(when.get("of"), Mapping):
        when, path = when["of"], (*path, "of")
    return when, path


def _of_threshold(
    query: Query, when: Mapping[str, Any], path: Path, definition: AlertDefinition
) -> list[Mistake]:
    """What is said of a `when`, at *path*, that compares a count."""
    aggregates = [stage for stage in query.stages if stage.command == "stats"]
    operator, field = _SYMBOLS.get(str(when.get("op"))), when.get("field")
    tally = _tallies(aggregates[-1]).get(str(field)) if aggregates else None
    if tally is None or operator is None:
        return []
    if when.get("type") == "relative":
        falls = operator in _BELOW and not definition.delay
        return [Mistake((*path, "op"), LATE, Code.LINT, PATIENCE)] if falls else []
    name, limit = _mildest(when)
    if limit is None:
        return []
    compared, grouped = (str(field), operator, limit), bool(_keys(aggregates[-1]))
    found = _low("when", aggregates[-1], compared, definition, tally=tally, grouped=grouped)
    return [replace(each, path=(*path, name), span=None) for each in found]


def _mildest(when: Mapping[str, Any]) -> tuple[str, float | None]:
    """The limit of a threshold that is reached first, and the setting it stands in."""
    limit, tiers = when.get("value"), when.get("tiers")
    name = "value" if limit is not None else "tiers"
    if name == "tiers" and isinstance(tiers, Mapping):
        limit = next(iter(tiers.values()), None)
    elif name == "tiers" and isinstance(tiers, list) and tiers and isinstance(tiers[0], Mapping):
        limit = tiers[0].get("value")
    is_number = isinstance(limit, int | float) and not isinstance(limit, bool)
    return name, float(limit) if is_number and limit is not None else None


def _of_rows(query: Query, definition: AlertDefinition, name: str) -> list[Mistake]:
    """What is said where every row that survives fires."""
    stages = query.stages
    last = max((place for place, stage in enumerate(stages) if stage.command in _ROWS), default=None)
    if last is None:
        return []
    aggregate, after = stages[last], stages[last + 1 :]
    if aggregate.command == "timechart":
        return _charted(aggregate, after, name)
    if not _keys(aggregate) and all(stage.command in _KEEPS_ROWS for stage in after):
        return [
            Mistake(
                (name,),
                ": it always leaves a row, so the alert would always fire",
                Code.BAD_QUERY,
                f"end it with a condition, such as | where {_outputs(aggregate)[0]} > 100",
                aggregate.span,
            )
        ]
    return [
        found
        for stage in after
        if stage.command in {"where", "search"}
        for found in _of_where(name, stage, _tallies(aggregate), definition, grouped=bool(_keys(aggregate)))
    ]


def _of_where(
    name: str, stage: Stage, tallies: Mapping[str, Tally], definition: AlertDefinition, *, grouped: bool
) -> list[Mistake]:
    """What is said of a `where` or `search`: everything of one comparison; of several together, whether late events decide."""
    alone = _compared(stage)
    if alone is not None:
        tally = tallies.get(alone[0])
        return _low(name, stage, alone, definition, tally=tally, grouped=grouped) if tally else []
    is_low = any(_falls(expression, tallies.keys()) for expression in _expressions(stage))
    return (
        [Mistake((name,), LATE, Code.LINT, PATIENCE, stage.span)] if is_low and not definition.delay else []
    )


def _falls(expression: Expr, counts: Collection[str]) -> bool:
    """Whether *expression* holds where few are counted: not with `n > 5 AND n < 100`, which wants some."""
    compared = [each for each in _comparisons(expression) if each[0] in counts]
    is_and = isinstance(expression, Logical) and expression.operator == "AND"
    wanted = {field for field, operator, limit in compared if is_and and operator in _ABOVE and limit > 0}
    return any(
        operator in _BELOW and limit > 0 and field not in wanted for field, operator, limit in compared
    )


def _charted(chart: Stage, after: tuple[Stage, ...], name: str) -> list[Mistake]:
    """What is said of buckets of time, each of which is a row, empty ones included."""
    if not all(stage.command in _KEEPS_ROWS for stage in after):
        return []
    text = ": every bucket of time leaves a row, so the alert would always fire"
    hint = "say stats instead: each evaluation looks at one window; end it with | where"
    return [Mistake((name,), text, Code.LINT, hint, chart.span)]


def _shapes(query: Query, definition: AlertDefinition, name: str) -> Iterator[Mistake]:
    """What is said of groups that are none, of averages that are never met, of a range of its own."""
    for stage in query.stages:
        if stage.command == "stats" and "_time" in _keys(stage):
            text = ": by _time makes a group of every instant"
            hint = "leave it out: each evaluation looks at one window"
            yield Mistake((name,), text, Code.LINT, hint, stage.span)
    means = {
        output
        for stage in query.stages
        for output, function in _functions(stage)
        if function.startswith(_MEANS)
    }
    for stage in query.stages:
        compared = _compared(stage) if stage.command == "where" else None
        if compared is not None and compared[0] in means and compared[1] in {"=", "=="} and compared[2]:
            text = f": {compared[0]} is a mean, and hardly ever exactly {compared[2]:g}"
            yield Mistake((name,), text, Code.LINT, "compare with > or <", stage.span)
    yield from _short_range(query, definition, name)


def _short_range(query: Query, definition: AlertDefinition, name: str) -> Iterator[Mistake]:
    """A range in the query that ends before the evaluation before."""
    if definition.interval is None or definition.allow_gaps:
        return
    try:
        step = duration(definition.interval)
    except UnitError:
        return
    for stage in query.stages[:1]:
        for term in (clause.term for clause in stage.clauses if isinstance(clause, Terms)):
            for each in term.terms if isinstance(term, AllOf) else (term,):
                back = _back(each)
                if back is not None and back < step:
                    text = f": earliest looks {duration_text(back)} back, every {duration_text(step)}: events between are never seen"
                    yield Mistake(
                        (name,), text, Code.LINT, "leave it out: window says how far back", each.span
                    )


def _back(term: Term) -> dt.timedelta | None:
    """How far back `earliest=-5m` reaches."""
    match term:
        case Comparison(field="earliest", operator="=", value=value):
            with suppress(UnitError):
                return duration(value.text.removeprefix("-"))
    return None


def _functions(stage: Stage) -> Iterator[tuple[str, str]]:
    for each in _aggregations(stage):
        yield _output(each), each.function.lower()


def _low(
    name: str,
    stage: Stage,
    compared: tuple[str, str, float],
    definition: AlertDefinition,
    *,
    tally: Tally,
    grouped: bool,
) -> list[Mistake]:
    """What is said of `where count < n`, and of a count that is never less."""
    field, operator, limit = compared
    if tally is Tally.SUM and limit <= 0:
        return []
    if (operator == "<" and limit <= 0) or (operator in {"<=", "="} and limit < 0):
        text = f": {field} {operator} {limit:g} never holds, because nothing is counted below 0"
        return [Mistake((name,), text, Code.LINT, None, stage.span)]
    none_at_all = (operator == "<" and limit <= 1) or (operator in {"<=", "="} and limit <= 0)
    if grouped and none_at_all and tally is Tally.EVENTS:
        text = f": {field} {operator} {limit:g} never holds, because a group without events has no row"
        hint = 'use when = { type = "no_data" } with expect = [...]'
        return [Mistake((name,), text, Code.LINT, hint, stage.span)]
    if (operator == ">" and limit < 0) or (operator == ">=" and limit <= 0):
        text = f": {field} {operator} {limit:g} always holds, so the alert always fires"
        return [Mistake((name,), text, Code.LINT, None, stage.span)]
    low = operator in {"<", "<="} or (operator == "=" and limit == 0)
    if low and not definition.delay:
        return [Mistake((name,), LATE, Code.LINT, PATIENCE, stage.span)]
    return []


def _compared(stage: Stage) -> tuple[str, str, float] | None:
    """`where field < number` or `search field<number`, and nothing else."""
    found = [each for expression in _expressions(stage) for each in _compares(expression)]
    if stage.command == "search":
        terms = [clause.term for clause in stage.clauses if isinstance(clause, Terms)]
        found = [each for term in terms for each in _searched(term)]
    return found[0] if found else None


def _searched(term: Term) -> Iterator[tuple[str, str, float]]:
    match term:
        case Comparison(field=field, operator=operator, value=value):
            with suppress(ValueError):
                yield field, operator, float(value.text)


def _expressions(stage: Stage) -> list[Expr]:
    return [each.expression for each in stage.clauses if isinstance(each, Condition)]


def _comparisons(expression: Expr) -> Iterator[tuple[str, str, float]]:
    """The comparisons of fields with numbers that *expression* is made of with AND and OR."""
    match expression:
        case Logical(operator="AND" | "OR", operands=operands):
            for each in operands:
                yield from _comparisons(each)
        case _:
            yield from _compares(expression)


def _compares(expression: Expr) -> Iterator[tuple[str, str, float]]:
    """`field < number`, whichever of the two stands first."""
    match expression:
        case Binary(operator=operator, left=Field(name=name), right=Literal(value=int() | float() as value)):
            yield name, operator, float(value)
        case Binary(operator=operator, left=Literal(value=int() | float() as value), right=Field(name=name)):
            yield name, _TURNED.get(operator, operator), float(value)


def _keys(stage: Stage) -> list[str]:
    return [name.text for clause in stage.clauses if isinstance(clause, By) for name in clause.names]


def _aggregations(stage: Stage) -> list[Aggregation]:
    return [clause for clause in stage.clauses if isinstance(clause, Aggregation)]


def _output(aggregation: Aggregation) -> str:
    return aggregation.alias.text if aggregation.alias else aggregation.function


def _outputs(stage: Stage) -> list[str]:
    return [_output(each) for each in _aggregations(stage)] or ["count"]


def _tallies(stage: Stage) -> dict[str, Tally]:
    """The columns of *stage* that grow with the events that come, and what each adds up."""
    told = {_output(each): _tally(each) for each in _aggregations(stage)}
    return {name: tally for name, tally in told.items() if tally is not None}


def _tally(aggregation: Aggregation) -> Tally | None:
    match aggregation.function.lower():
        case "c" | "count":
            return Tally.EVENTS if aggregation.argument is None else Tally.SOME
        case "dc":
            return Tally.SOME
        case "sum":
            return Tally.SUM
    return None
