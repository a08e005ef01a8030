"""A stage that leaves no row → why, in sentences: which term fits none, which field is missing, what stands there instead.

A few cheap questions over the rows that still reached the stage; nothing is said that was not counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlglot import exp

from lynxalert.clock import rfc3339
from lynxalert.engine.barriers import asked, counted
from lynxalert.engine.columns import named, same
from lynxalert.engine.explain import scalar
from lynxalert.engine.run import Run
from lynxalert.engine.sources import chosen
from lynxalert.engine.sql import Stages
from lynxalert.functions.coerce import Typed, as_text
from lynxalert.functions.nodes import call, column, every, identifier, number
from lynxalert.lang import Code, Span, print_expression, print_terms
from lynxalert.lang.ast import AllOf, Condition, Expr, Logical, Stage, Term, Terms
from lynxalert.plan import Type
from lynxalert.plan.numbers import canonical_number
from lynxalert.plan.relation import Aggregate, Distinct, Filter, Join, Limit, Relation, Scan, Unnest
from lynxalert.plan.scalar import Invoke, Scalar, columns_of
from lynxalert.plan.schema import Column
from lynxalert.plan.terms import is_bound

MOST_TERMS = 50  # of one stage that are counted by themselves
MOST_REASONS = 3  # terms told about
MOST_VALUES = 3  # of a field
WIDTH = 60  # characters of a value or a term
UNKNOWN = (Code.UNSEEN_FIELD, Code.BARE_WORD)
RAW = ("_raw", "_text")


def why_no_events(run: Run, scan: Scan) -> list[str]:
    """Why no event was read: none in the range, or no such index."""
    streams = chosen(run.compiled.catalog, scan.indexes)
    if not streams:
        known = sorted({stream.index for stream in run.compiled.catalog.streams})
        there = (
            f"there are events in {', '.join(f'`{name}`' for name in known)}"
            if known
            else "there are none at all"
        )
        return [f"no event was ever stored there; {there}"]
    extents = [_extent(run, stream.table) for stream in streams]
    first = min((one for one, _ in extents if one is not None), default=None)
    last = max((one for _, one in extents if one is not None), default=None)
    if first is None or last is None:
        return ["no events in this range, nor in any other"]
    return [f"no events in this range; there are some from {rfc3339(first)} to {rfc3339(last)}"]


def _extent(run: Run, table: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The times of the first and the last event of a table, whatever range is asked about."""
    stages = Stages(run.compiled.catalog)
    first, last = asked(
        run, stages, stages.select([call(name, column("_time")) for name in ("min", "max")], table)
    )[0]
    return first, last


def why(run: Run, stage: Stage, before: Relation, after: Relation, rows: int) -> list[str]:
    """Why *stage* made *after*, which has no rows, of *before*, which has *rows*."""
    culprit = next((node for node in _between(before, after) if counted(run, node) == 0), None)
    match culprit:
        case Filter(input_, predicate):
            return _filtered(run, stage, input_, predicate)
        case Aggregate(input_, keys):
            return _missing(run, input_, [old for _, old in keys], counted(run, input_))
        case Distinct(input_, keys):
            return _missing(run, input_, list(keys), counted(run, input_))
        case Unnest(input_, many):
            return _missing(run, input_, [many], counted(run, input_))
        case Join(left, right, on):
            return _unjoined(run, left, right, on)
        case Limit(count=count):
            return [f"it keeps {count:,} rows"]
        case _:
            return [f"{_none(rows)} it is given comes through"]


def _between(before: Relation, after: Relation) -> list[Relation]:
    """The nodes a stage put on *before*, the first first; none where it read its rows and made others."""
    chain: list[Relation] = []
    node = after
    while node is not before:
        chain.append(node)
        below = node.left if isinstance(node, Join) else getattr(node, "input", None)
        if below is None:
            return []
        node = below
    return chain[::-1]


def _filtered(run: Run, stage: Stage, below: Relation, predicate: Scalar) -> list[str]:
    """The terms that fit no row by themselves; else the one behind which nothing is left."""
    parts = list(_conjuncts(predicate))[:MOST_TERMS]
    labels = _labels(stage, len(list(_conjuncts(predicate)))) or [
        (scalar(part), stage.span) for part in parts
    ]
    total, alone, together = _fits(run, below, parts)
    culprits = [place for place, fits in enumerate(alone) if not fits]
    reasons = []
    for place in culprits[:MOST_REASONS]:
        text, span = labels[place]
        reasons.append(f"`{_short(text)}` {_fits_none(total)}")
        reasons += _unknown(run, span)
        for one in sorted(columns_of(parts[place]), key=lambda one: one.id):
            if one.name not in RAW:
                reasons += _seen(run, below, one)
    if not culprits:
        place = together.index(0) if 0 in together else len(parts) - 1
        left = together[place - 1] if place else total
        before = " ".join(_short(text) for text, _ in labels[:place])
        reasons.append(
            f"`{_short(labels[place][0])}` fits {_rows(alone[place])}, but none of the {left:,} that `{_short(before)}` leaves"
        )
    return reasons


def _conjuncts(predicate: Scalar) -> Iterator[Scalar]:
    match predicate:
        case Invoke(function, arguments) if function.name == "AND":
            for argument in arguments:
                yield from _conjuncts(argument)
        case _:
            yield predicate


def _labels(stage: Stage, wanted: int) -> list[tuple[str, Span]] | None:
    """What the user wrote for each conjunct; nothing where that cannot be told apart."""
    found: list[tuple[str, Span]] = []
    for clause in stage.clauses:
        match clause:
            case Terms(term):
                found += [(print_terms(one), one.span) for one in _terms(term) if not is_bound(one)]
            case Condition(expression):
                found += [(print_expression(one), one.span) for one in _operands(expression)]
            case _:
                pass
    return found if len(found) == wanted else None


def _terms(term: Term) -> Iterator[Term]:
    if isinstance(term, AllOf):
        for one in term.terms:
            yield from _terms(one)
    else:
        yield term


def _operands(expression: Expr) -> Iterator[Expr]:
    match expression:
        case Logical("AND", operands):
            for one in operands:
                yield from _operands(one)
        case _:
            yield expression


def _fits(run: Run, below: Relation, parts: Sequence[Scalar]) -> tuple[int, list[int], list[int]]:
    """How many rows there are, how many fit each of *parts*, and how many fit it and all before it."""
    stages = Stages(run.compiled.catalog)
    needs = frozenset[Column]().union(*(columns_of(part) for part in parts))
    renderer, source = stages.scalars(stages.add(below, needs))
    fits = [
        exp.Alias(this=renderer.condition(part), alias=identifier(f"f{place}"))
        for place, part in enumerate(parts)
    ]
    tested = stages.push(stages.select(fits, source[0]))
    flags = [column(f"f{place}") for place in range(len(parts))]
    alone = [call("count_if", flag) for flag in flags]
    together = [call("count_if", every(flags[: place + 1])) for place in range(len(parts))]
    found = asked(run, stages, stages.select([call("count", exp.Star()), *alone, *together], tested).copy())[
        0
    ]
    return found[0], list(found[1 : len(parts) + 1]), list(found[len(parts) + 1 :])


def _unknown(run: Run, span: Span) -> list[str]:
    """What was said of a field in *span* that does not exist."""
    return [
        f"{one.message}{f'; {one.help}' if one.help else ''}"
        for one in run.compiled.scope.diagnostics
        if one.code in UNKNOWN and span.start <= one.span.start and one.span.end <= span.end
    ]


def _missing(run: Run, below: Relation, keys: Sequence[Column], rows: int) -> list[str]:
    """Which of *keys* no row has; else that none has them all."""
    lacking = [f"`{key.name}` is missing {_all(rows)}" for key in keys if not _present(run, below, key)]
    names = ", ".join(f"`{key.name}`" for key in keys)
    return lacking or [f"{_none(rows)} has all of {names}"]


def _present(run: Run, below: Relation, one: Column) -> int:
    stages = Stages(run.compiled.catalog)
    source = stages.add(below, frozenset((one,)))
    return int(asked(run, stages, stages.select([call("count", same(one))], source))[0][0])


def _unjoined(run: Run, left: Relation, right: Relation, on: Sequence[tuple[Column, Column]]) -> list[str]:
    rows = counted(run, right)
    if not rows:
        return ["the inner query gives no rows"]
    reasons = [
        f"`{ours.name}` is missing {_all(counted(run, side))} of {which}"
        for ours, theirs in on
        for side, key, which in ((left, ours, "the outer query"), (right, theirs, "the inner query"))
        if not _present(run, side, key)
    ]
    names = ", ".join(f"`{ours.name}`" for ours, _ in on)
    return reasons or [f"{_none(rows)} of the inner query agrees in {names}"]


def _seen(run: Run, below: Relation, one: Column) -> list[str]:
    """What stands in a field instead: its range if it holds numbers or times, else its most frequent values."""
    if one.type in (Type.INTEGER, Type.FLOAT, Type.TIME):
        return [_span_of(run, below, one)]
    stages = Stages(run.compiled.catalog)
    source = stages.add(below, frozenset((one,)))
    text = stages.push(stages.select([named(as_text(Typed(same(one), one.type)), one)], source))
    select = stages.select([same(one), call("count", exp.Star())], text)
    select.set("group", exp.Group(expressions=[same(one)]))
    order = [
        exp.Ordered(this=number(2), desc=True),
        exp.Ordered(this=number(1), desc=False, nulls_first=True),
    ]
    select.set("order", exp.Order(expressions=order))
    select.set("limit", exp.Limit(expression=number(MOST_VALUES + 2)))
    found = asked(run, stages, select)
    values = [(value, count) for value, count in found if value is not None]
    if not values:
        return [f"`{one.name}` is missing in all of them"]
    shown = ", ".join(f"`{_short(value)}` ({count:,})" for value, count in values[:MOST_VALUES])
    return [f"`{one.name}` there: {shown}{' and others' if len(values) > MOST_VALUES else ''}"]


def _span_of(run: Run, below: Relation, one: Column) -> str:
    stages = Stages(run.compiled.catalog)
    source = stages.add(below, frozenset((one,)))
    low, high = asked(run, stages, stages.select([call(name, same(one)) for name in ("min", "max")], source))[
        0
    ]
    if low is None:
        return f"`{one.name}` is missing in all of them"
    if low == high:
        return f"`{one.name}` is {_plain(low)} wherever it is there"
    return f"`{one.name}` goes from {_plain(low)} to {_plain(high)} there"


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return rfc3339(value)
    return canonical_number(float(value)) or str(value) if isinstance(value, float) else str(value)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _none(count: int) -> str:
    return f"none of the {_rows(count)}"


def _fits_none(count: int) -> str:
    return "does not fit the only row" if count == 1 else f"fits {_none(count)}"


def _all(count: int) -> str:
    return "in the only row" if count == 1 else f"in all of the {_rows(count)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
