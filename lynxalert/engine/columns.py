"""Column → SQL node, and the keys that rows are ordered, grouped and compared by. Knows no stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from sqlglot import exp

from lynxalert.engine.scalars import name_of
from lynxalert.functions.coerce import Typed, as_number, as_text
from lynxalert.functions.network import sortable
from lynxalert.functions.nodes import Node, column, identifier, number
from lynxalert.plan import Type
from lynxalert.plan.relation import Ordering
from lynxalert.plan.schema import Column

Wanted: TypeAlias = frozenset[Column]
MIXED = (Type.TEXT, Type.ANY, Type.LIST)


def same(one: Column) -> Node:
    """A column as it is."""
    return column(name_of(one))


def named(node: Node, one: Column) -> Node:
    """*node* as the column *one*."""
    return exp.Alias(this=node, alias=identifier(name_of(one)))


def by_id(columns: Iterable[Column]) -> list[Column]:
    """*columns* in an order that is the same in every run."""
    return sorted(columns, key=lambda one: one.id)


def passed_on(columns: Iterable[Column]) -> list[Node]:
    """Columns passed on as they are; a SELECT of nothing still counts its rows."""
    return [same(one) for one in by_id(columns)] or [number(1)]


def ordered_columns(ordering: Ordering) -> Wanted:
    """The columns an order needs."""
    return frozenset(key.column for key in ordering)


def order_nodes(ordering: Ordering) -> list[Node]:
    """ORDER BY keys of the total order: numbers and numeric texts by value, then text, missing last."""
    nodes: list[Node] = []
    for key in ordering:
        value = Typed(same(key.column), key.column.type)
        if value.type in MIXED and key.kind in ("auto", "num"):
            nodes.append(exp.Ordered(this=is_missing(value), desc=key.missing_first, nulls_first=False))
            # Numbers stand before texts going up and after them going down: the exact reverse.
            nodes.append(exp.Ordered(this=as_number(value), desc=key.descending, nulls_first=key.descending))
            nodes.append(exp.Ordered(this=as_text(value), desc=key.descending, nulls_first=False))
        elif key.kind == "ip":
            nodes.append(exp.Ordered(this=is_missing(value), desc=key.missing_first, nulls_first=False))
            address = sortable(as_text(value))
            nodes.append(exp.Ordered(this=address, desc=key.descending, nulls_first=key.descending))
            nodes.append(exp.Ordered(this=as_text(value), desc=key.descending, nulls_first=False))
        else:
            node = as_text(value) if key.kind == "str" else value.node
            nodes.append(exp.Ordered(this=node, desc=key.descending, nulls_first=key.missing_first))
    return nodes


def is_missing(value: Typed) -> Node:
    """1 where there is no value: such rows come last both ways, or first when rows are turned around."""
    return exp.Is(this=value.node, expression=exp.Null())


def group_node(one: Column) -> Node:
    """What rows are grouped by: the canonical text where kinds may differ."""
    value = Typed(same(one), one.type)
    return as_text(value) if one.type in (Type.ANY, Type.LIST) else value.node
