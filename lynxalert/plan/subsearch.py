"""The rows of a query in brackets → the search terms they stand for: `((f="v" AND …) OR …)`.

A field called `search` or `query` contributes its text as it is; `earliest` and `latest` (epoch seconds) bound
`_time`; fields that begin with `_` say nothing. No rows: nothing fits.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, QueryError, Span, parse_terms
from lynxalert.lang.ast import AllOf, AnyOf, Comparison, Not, Pattern, SubsearchTerm, Term
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.rows import rows_of, text_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.timespec import resolve

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 10_000  # rows of a subsearch
VERBATIM = ("search", "query")
BOUNDS = {"earliest": ">=", "latest": "<"}
DATED = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$", re.ASCII)  # as times are written
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def settled(term: Term, scope: Scope, lower: Callable[[Term], Relation]) -> Relation:
    """What *lower* makes of *term*, the subsearches in it replaced by what their rows say: known when they have run."""
    found = tuple(subsearches(term))
    if not found:
        return lower(term)

    def after(relations: tuple[Relation, ...], known: tuple[Term, ...] = ()) -> Relation:
        if len(known) == len(found):
            return lower(replaced(term, dict(zip(found, known, strict=True))))
        here, inner = found[len(known)], relations[len(known)]

        def read(table: pa.Table) -> Relation:
            rows = rows_of(table, inner.schema)
            said = term_of(rows, here.span, scope) if here.field is None else compared(rows, here, scope)
            return after(relations, (*known, said))

        return Apply(Limit(inner, MOST + 1), "subsearch", read)

    return scope.combine(tuple(scope.subquery(one.query) for one in found), after)


def subsearches(term: Term) -> Iterator[SubsearchTerm]:
    """The subsearches in *term*, in the order written."""
    match term:
        case SubsearchTerm():
            yield term
        case Not(inner):
            yield from subsearches(inner)
        case AllOf(terms) | AnyOf(terms):
            for one in terms:
                yield from subsearches(one)
        case _:
            pass


def replaced(term: Term, known: Mapping[SubsearchTerm, Term]) -> Term:
    """*term* with every subsearch in place of which something is *known*."""
    match term:
        case SubsearchTerm():
            return known[term]
        case Not(inner, span):
            return Not(replaced(inner, known), span)
        case AllOf(terms, span):
            return AllOf(tuple(replaced(one, known) for one in terms), span)
        case AnyOf(terms, span):
            return AnyOf(tuple(replaced(one, known) for one in terms), span)
        case _:
            return term


def term_of(rows: Sequence[Mapping[str, Any]], span: Span, scope: Scope) -> Term:
    """What *rows* say as terms, all placed at *span*; more than 10,000 are refused."""
    if len(rows) > MOST:
        message = f"this subsearch gives more than {MOST:,} rows"
        scope.report(
            Code.TOO_LARGE, message, span, "aggregate in it, for example with `| dedup` or `| stats`"
        )
        return AnyOf((), span)
    said: dict[Term, None] = {}
    for row in rows:
        terms = [one for name, value in row.items() if (one := _said(name, value, span, scope)) is not None]
        if terms:
            whole = terms[0] if len(terms) == 1 else AllOf(tuple(terms), span)
            said[whole] = None
    return AnyOf(tuple(said), span)


def _said(name: str, value: Any, span: Span, scope: Scope) -> Term | None:
    """What one field of a row says."""
    if value is None or name.startswith("_"):
        return None
    if isinstance(value, list):
        parts = [one for item in value if (one := _said(name, item, span, scope)) is not None]
        return AnyOf(tuple(parts), span) if parts else None
    if name in VERBATIM:
        return _verbatim(text_of(value), span, scope)
    if name in BOUNDS:
        return _bound(name, value, span, scope)
    return Comparison(name, "=", Pattern(text_of(value), span, quoted=True), span, span)


def compared(rows: Sequence[Mapping[str, Any]], term: SubsearchTerm, scope: Scope) -> Term:
    """`field=[…]`: the field compared with the first value of each of *rows*, with any of them."""
    assert term.field is not None
    said: dict[Term, None] = {}
    for row in rows:
        value = first_value(row)
        if value is None:
            continue
        if term.field in BOUNDS and term.operator == "=":
            one = _bound(term.field, value, term.span, scope)
        else:
            pattern = Pattern(text_of(value), term.span, quoted=True)
            one = Comparison(term.field, term.operator, pattern, term.span, term.span)
        if one is not None:
            said[one] = None
    return AnyOf(tuple(said), term.span)


def first_value(row: Mapping[str, Any]) -> Any:
    """The first value that a row of a subsearch says."""
    return next(
        (value for name, value in row.items() if value is not None and not name.startswith("_")), None
    )


def _verbatim(text: str, span: Span, scope: Scope) -> Term | None:
    if not text.strip():
        return None
    try:
        return moved(parse_terms(text), span)
    except QueryError as error:
        for one in error.diagnostics:
            message = f"the subsearch gives `{text[:80]}`, which is no search: {one.message}"
            scope.report(one.code, message, span, one.help)
        return None


def _bound(name: str, value: Any, span: Span, scope: Scope) -> Term | None:
    if isinstance(value, dt.datetime):
        value = value.replace(tzinfo=dt.UTC).timestamp()
    text = text_of(value)
    if DATED.match(text):
        text = text_of(resolve(text, EPOCH, scope.timezone).timestamp())
    if read_number(text) is None:
        message = f"a subsearch gives `{name}` as epoch seconds, not `{text}`"
        scope.report(Code.BAD_TIME, message, span, f'for example `| eval {name}=relative_time(now(), "-1h")`')
        return None
    return Comparison("_time", BOUNDS[name], Pattern(text, span), span, span)


def moved(term: Term, span: Span) -> Term:
    """*term* as if it stood at *span*: its own places belong to a text that nobody wrote."""
    changes: dict[str, Any] = {"span": span}
    match term:
        case Not(inner):
            changes["term"] = moved(inner, span)
        case AllOf(terms) | AnyOf(terms):
            changes["terms"] = tuple(moved(one, span) for one in terms)
        case _:
            pass
    if hasattr(term, "field_span"):
        changes["field_span"] = span
    return replace(term, **changes)
