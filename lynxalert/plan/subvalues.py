"""Queries in brackets that stand for a value: `where x > [search … | return $y]`. They run first, what they say is put in."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lynxalert.lang import QueryError, Span
from lynxalert.lang.ast import (
    Binary,
    Expr,
    Field,
    Literal,
    Logical,
    Stage,
    Subquery,
    Subsearch,
    Terms,
)
from lynxalert.lang.walk import children
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.reread import written_expression
from lynxalert.plan.rows import rows_of, text_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import DATED, EPOCH, MOST, VERBATIM
from lynxalert.plan.timespec import resolve

if TYPE_CHECKING:
    import pyarrow as pa


def with_values(stage: Stage, scope: Scope, lower: Callable[[Stage], Relation]) -> Relation | None:
    """What *lower* makes of *stage* with the values its subsearches gave; nothing where there are none."""
    found = tuple(one for clause in stage.clauses for one in _within(clause))
    if not found:
        return None

    def after(relations: tuple[Relation, ...], known: tuple[Expr, ...] = ()) -> Relation:
        if len(known) == len(found):
            return lower(_replaced(stage, dict(zip(found, known, strict=True))))
        here, inner = found[len(known)], relations[len(known)]

        def read(table: pa.Table) -> Relation:
            return after(relations, (*known, value_of(rows_of(table, inner.schema), here.span)))

        return Apply(Limit(inner, MOST), "subsearch", read)

    return scope.combine(tuple(scope.subquery(one.query) for one in found), after)


def _within(node: Any) -> Iterator[Subquery]:
    """The queries that stand for values, but not those inside them or inside other brackets."""
    if isinstance(node, Subquery):
        yield node
    elif not isinstance(node, Terms | Subsearch):
        for child in children(node):
            yield from _within(child)


def _replaced(node: Any, known: Mapping[Subquery, Expr]) -> Any:
    """*node* with what is *known* in place of the queries."""
    if isinstance(node, Subquery):
        return known[node]
    if isinstance(node, tuple):
        return tuple(_replaced(one, known) for one in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, type | Span | Terms | Subsearch):
        return node
    fields = {one.name: getattr(node, one.name) for one in dataclasses.fields(node)}
    return dataclasses.replace(node, **{name: _replaced(one, known) for name, one in fields.items()})


def value_of(rows: Sequence[Mapping[str, Any]], span: Span) -> Expr:
    """What *rows* say in an expression: one field of one row its value, more of them `(a="x" AND …) OR …`.

    A field called `search` or `query`, as `return` makes it, is read as an expression; a lone word in it is a text.
    """
    said = [
        {name: value for name, value in row.items() if value is not None and not name.startswith("_")}
        for row in rows
    ]
    said = [row for row in said if row]
    if not said:
        return Literal(None, span)
    if len(said) == 1 and len(said[0]) == 1:
        ((name, value),) = said[0].items()
        return _written(text_of(value), span) if name in VERBATIM else _literal(value, span)
    return _joined("OR", [_joined("AND", _equal(row, span), span) for row in said], span)


def _equal(row: Mapping[str, Any], span: Span) -> list[Expr]:
    return [
        Binary("=", Field(name, span, quoted=True), _literal(value, span), span)
        for name, value in row.items()
    ]


def _joined(operator: str, parts: list[Expr], span: Span) -> Expr:
    return parts[0] if len(parts) == 1 else Logical(operator, tuple(parts), span)


def _literal(value: Any, span: Span) -> Expr:
    if isinstance(value, dt.datetime):
        return Literal(value.replace(tzinfo=dt.UTC).timestamp(), span)
    if isinstance(value, str | int | float):  # a Boolean is an int
        return Literal(value, span)
    return Literal(text_of(value), span)


def _written(text: str, span: Span) -> Expr:
    if DATED.match(text):
        return Literal(resolve(text, EPOCH).timestamp(), span)
    number = read_number(text)
    if number is not None:
        return Literal(number, span)
    try:
        found = written_expression(text, span)
    except QueryError:
        return Literal(text, span)
    return Literal(text, span) if isinstance(found, Field) and not found.quoted else found
