"""Aggregations that pick values: the least, the commonest, all different ones, the first and the last."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from lynxalert.functions.aggregates import Call, aggregate, define, in_order, over_numbers, texts, where
from lynxalert.functions.coerce import Typed, as_any, as_number, as_text, reads_as_number
from lynxalert.functions.multivalue import filled
from lynxalert.functions.nodes import Node, call, coalesce, column, is_null, is_present, lambda_, number
from lynxalert.functions.nodes import text as literal
from lynxalert.plan import Type

LIST_LIMIT = 100
PLAIN = (Type.INTEGER, Type.FLOAT, Type.TIME)


def extreme(name: str) -> Callable[[Call], Node]:
    """The least or greatest: by value while all are numbers, else numbers before texts."""

    def sql(c: Call) -> Node:
        value = c.argument
        if value.type in PLAIN:
            return aggregate(name, value.node)
        by_number = as_any(Typed(over_numbers(name, c), Type.FLOAT))
        by_text = call("to_json", _over_texts(name, value))
        return coalesce(by_number, by_text) if name == "min" else coalesce(by_text, by_number)

    return sql


def _over_texts(name: str, value: Typed) -> Node:
    """The least or greatest of the texts that do not read as numbers."""
    if value.type is not Type.LIST:
        return where(aggregate(name, as_text(value)), is_null(as_number(value)))
    unread = lambda_("x", is_null(reads_as_number(column("x"))))
    return call("list_aggregate", call("list_filter", texts(Call(value)), unread), literal(name))


def _extreme_type(types: tuple[Type, ...]) -> Type:
    return types[0] if types[0] in PLAIN else Type.ANY


def _plain_or_text(types: tuple[Type, ...]) -> Type:
    return types[0] if types[0] in PLAIN else Type.TEXT


def mode(c: Call) -> Node:
    """The commonest value: a number among numbers, else as text; of equally common ones the first in order."""
    if c.argument.type in PLAIN:
        value = c.argument.node
        if value.find(exp.Column) is None:
            return aggregate("mode", value)
        return aggregate(
            "mode", in_order(value, (exp.Ordered(this=value.copy(), desc=False, nulls_first=False),))
        )
    if c.argument.type is Type.LIST:
        return call("list_aggregate", call("list_sort", texts(Call(c.argument))), literal("mode"))
    text = as_text(c.argument)
    if text.find(exp.Column) is None:  # the engine cannot order by a constant, and need not
        return aggregate("mode", text)
    return aggregate("mode", in_order(text, (exp.Ordered(this=text.copy(), desc=False, nulls_first=False),)))


def values(c: Call) -> Node:
    """Every different text once, in text order."""
    if c.argument.type is Type.LIST:
        return filled(call("list_sort", call("list_distinct", texts(Call(c.argument)))))
    text = as_text(c.argument)
    return call(
        "list_sort", where(aggregate("list", exp.Distinct(expressions=[text])), is_present(text.copy()))
    )


def listed(c: Call) -> Node:
    """Every value in current order, the first 100."""
    return filled(call("list_slice", texts(c), number(1), number(LIST_LIMIT)))


def edge(name: str) -> Callable[[Call], Node]:
    """The first or last value in current order."""

    def sql(c: Call) -> Node:
        value = c.argument.node
        return where(aggregate(name, in_order(value, c.order)), is_present(value.copy()))

    return sql


def by_time(name: str) -> Callable[[Call], Node]:
    """The value of the row with the least (`first`) or greatest (`last`) `_time`."""

    def sql(c: Call) -> Node:
        assert c.time is not None
        order = (exp.Ordered(this=c.time.copy(), desc=False, nulls_first=False),)
        return where(aggregate(name, in_order(c.argument.node, order)), is_present(c.argument.node.copy()))

    return sql


def edge_time(name: str) -> Callable[[Call], Node]:
    """When the field was first or last seen, in epoch seconds."""

    def sql(c: Call) -> Node:
        assert c.time is not None
        seconds = as_number(Typed(c.time, Type.TIME))
        return where(aggregate(name, seconds), is_present(c.argument.node))

    return sql


def _same(types: tuple[Type, ...]) -> Type:
    return types[0]


define("min", _extreme_type, extreme("min"), "The least value; numbers come before texts.", ("{}(x)", 1))
define("max", _extreme_type, extreme("max"), "The greatest value; numbers come before texts.", ("{}(x)", 4))
define("mode", _plain_or_text, mode, "The commonest value.", ("{}(user)", "ann"))
define(
    "values", Type.LIST, values, "Every different value once, sorted as text.", ("{}(user)", ["ann", "bob"])
)
define(
    "list",
    Type.LIST,
    listed,
    "Every value in order, the first 100.",
    ("{}(user)", ["ann", "bob", "ann"]),
    ordered=True,
)
define(
    "first",
    _same,
    edge("first"),
    "The first value in current order: of raw events the newest.",
    ("{}(x)", 1),
    ordered=True,
)
define(
    "last",
    _same,
    edge("last"),
    "The last value in current order: of raw events the oldest.",
    ("{}(x)", 4),
    ordered=True,
)
define("earliest", _same, by_time("first"), "The value of the oldest event.", ("{}(x)", 4), timed=True)
define("latest", _same, by_time("last"), "The value of the newest event.", ("{}(user)", "ann"), timed=True)
define(
    "earliest_time",
    Type.FLOAT,
    edge_time("min"),
    "When the field was first seen, in epoch seconds.",
    ("{}(x)", 1771070160),
    timed=True,
)
define(
    "latest_time",
    Type.FLOAT,
    edge_time("max"),
    "When the field was last seen, in epoch seconds.",
    ("{}(user)", 1771070280),
    timed=True,
)
