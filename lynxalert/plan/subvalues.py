"""Queries in brackets that stand for a value: `where x > [search … | return $y]`. They run first, what they say is put in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Span
from lynxalert.lang.ast import (
    Expr,
    Stage,
    Subquery,
    Subsearch,
    Terms,
)
from lynxalert.lang.walk import children
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.rows import rows_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import MOST
from lynxalert.plan.valued import value_of

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
