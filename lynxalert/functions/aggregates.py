"""What aggregations are built of: calls, order, filters, and how one becomes a window function.

The aggregations themselves stand in counting.py, statistics.py and picking.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from lynxalert.functions.coerce import Typed, as_number, as_text, reads_as_number
from lynxalert.functions.nodes import Node, call, column, is_present, lambda_
from lynxalert.functions.nodes import text as literal
from lynxalert.functions.table import AGGREGATES
from lynxalert.plan import Type
from lynxalert.plan.function import AggregateFunction, Example, Returns


@dataclass(frozen=True, slots=True)
class Call:
    """What an aggregation works with. *order* are ordered nodes of the current order; *time* is `_time`."""

    value: Typed | None
    order: tuple[Node, ...] = ()
    time: Node | None = None
    number: float | None = None

    @property
    def argument(self) -> Typed:
        """The argument, which the analysis has made sure of."""
        assert self.value is not None
        return self.value


AGGREGATE = "aggregate"  # marks a call that is an aggregate: OVER goes right behind it


def aggregate(name: str, *arguments: Node) -> Node:
    """DuckDB's aggregate *name*."""
    node = call(name, *arguments)
    node.meta[AGGREGATE] = True
    return node


def over(node: Node, window: Callable[[Node], Node]) -> Node:
    """*node* with every aggregate in it made a window function by *window*."""
    inner = node.this if isinstance(node, exp.Filter) else node
    if AGGREGATE in inner.meta:
        return window(edge_of(inner) or node)
    for key, value in list(node.args.items()):
        if isinstance(value, exp.Expr):
            node.set(key, over(value, window))
        elif isinstance(value, list):
            node.set(key, [over(one, window) if isinstance(one, exp.Expr) else one for one in value])
    return node


def edge_of(node: Node) -> Node | None:
    """`first` and `last` of the values present, as the window functions that the engine has for them."""
    edge = {"first": exp.FirstValue, "last": exp.LastValue}.get(str(node.this))
    return None if edge is None else exp.IgnoreNulls(this=edge(this=node.expressions[0]))


def where(call_: Node, condition: Node) -> Node:
    """`aggregate FILTER (WHERE condition)`."""
    return exp.Filter(this=call_, expression=exp.Where(this=condition))


def in_order(value: Node, order: tuple[Node, ...]) -> Node:
    """`value ORDER BY order`, as the argument of an aggregate."""
    return exp.Order(this=value, expressions=[one.copy() for one in order]) if order else value


def texts(c: Call) -> Node:
    """Every value of the group as a text, in current order: of a multivalue each one. An expression over a list."""
    value = c.argument
    if value.type is Type.LIST:
        return call("flatten", aggregate("list", in_order(value.node, c.order)))
    text = as_text(value)
    return where(aggregate("list", in_order(text, c.order)), is_present(text.copy()))


def over_numbers(
    name: str, c: Call, *settings: Node, each: Callable[[Node], Node] = lambda node: node
) -> Node:
    """DuckDB's aggregate *name* over what reads as a number, turned by *each*; every value of a multivalue counts."""
    value = c.argument
    if value.type is not Type.LIST:
        return aggregate(name, each(as_number(value)), *settings)
    read = each(reads_as_number(column("x")))
    numbers = call("list_transform", texts(Call(value)), lambda_("x", read))
    return call("list_aggregate", numbers, literal(name), *settings)


def define(
    names: str,
    returns: Returns,
    sql: Callable[[Call], Node],
    doc: str,
    example: tuple[str, Any],
    **traits: Any,
) -> None:
    """Enter one aggregation under every name; *example* has `{}` for the name, over the rows of `SAMPLE`."""
    for name in names.split():
        shown = Example(example[0].replace("{}", name), example[1])
        entry = AggregateFunction(name=name, returns=returns, sql=sql, doc=doc, example=shown, **traits)
        AGGREGATES.add(name, entry, documentation=doc)
