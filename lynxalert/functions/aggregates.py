"""Aggregations of `stats` and kin: values of many rows → one value (language §4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from lynxalert.functions.coerce import Typed, as_any, as_number, as_text
from lynxalert.functions.nodes import Node, binary, call, cast, coalesce, is_present, number
from lynxalert.functions.table import AGGREGATES
from lynxalert.plan import Type
from lynxalert.plan.function import AggregateFunction, Returns

LIST_LIMIT = 100


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


def count(c: Call) -> Node:
    """Rows, or values of the field; of a condition, the rows where it is true."""
    if c.value is None:
        return aggregate("count", exp.Star())
    if c.value.type is Type.BOOLEAN:
        return where(aggregate("count", exp.Star()), c.value.node)
    if c.value.type is Type.LIST:
        return coalesce(cast(aggregate("sum", call("len", c.value.node)), "BIGINT"), number(0))
    return aggregate("count", c.value.node)


def distinct(c: Call) -> Node:
    """Exactly how many different texts."""
    return aggregate("count", exp.Distinct(expressions=[as_text(c.argument)]))


def numeric(name: str) -> Callable[[Call], Node]:
    """DuckDB's aggregate *name* over what reads as a number."""
    return lambda c: aggregate(name, as_number(c.argument))


def extreme(name: str) -> Callable[[Call], Node]:
    """The least or greatest: by value while all are numbers, else numbers before texts."""

    def sql(c: Call) -> Node:
        value = c.argument
        if value.type in (Type.INTEGER, Type.FLOAT, Type.TIME):
            return aggregate(name, value.node)
        read = as_number(value)
        by_number = as_any(Typed(aggregate(name, read), Type.FLOAT))
        by_text = call(
            "to_json", where(aggregate(name, as_text(value)), exp.Is(this=read, expression=exp.Null()))
        )
        return coalesce(by_number, by_text) if name == "min" else coalesce(by_text, by_number)

    return sql


def _extreme_type(types: tuple[Type, ...]) -> Type:
    return types[0] if types[0] in (Type.INTEGER, Type.FLOAT, Type.TIME) else Type.ANY


def spread(c: Call) -> Node:
    """Greatest less least."""
    read = as_number(c.argument)
    return binary("-", aggregate("max", read), aggregate("min", read))


def percentile(c: Call) -> Node:
    """Nearest rank: the least value with at least N percent of all at or below it."""
    assert c.number is not None
    return aggregate("quantile_disc", as_number(c.argument), number(c.number / 100))


def mode(c: Call) -> Node:
    """The commonest text; of equally common ones the first in text order."""
    text_ = as_text(c.argument)
    return aggregate(
        "mode", in_order(text_, (exp.Ordered(this=text_.copy(), desc=False, nulls_first=False),))
    )


def values(c: Call) -> Node:
    """Every different text once, in text order."""
    if c.argument.type is Type.LIST:
        return call("list_sort", call("list_distinct", call("flatten", aggregate("list", c.argument.node))))
    text_ = as_text(c.argument)
    return call(
        "list_sort", where(aggregate("list", exp.Distinct(expressions=[text_])), is_present(text_.copy()))
    )


def listed(c: Call) -> Node:
    """Every value in current order, the first 100."""
    if c.argument.type is Type.LIST:
        whole = call("flatten", aggregate("list", in_order(c.argument.node, c.order)))
    else:
        text_ = as_text(c.argument)
        whole = where(aggregate("list", in_order(text_, c.order)), is_present(text_.copy()))
    return call("list_slice", whole, number(1), number(LIST_LIMIT))


def first(c: Call) -> Node:
    """The first value in current order."""
    return where(aggregate("first", in_order(c.argument.node, c.order)), is_present(c.argument.node.copy()))


def last(c: Call) -> Node:
    """The last value in current order."""
    return where(aggregate("last", in_order(c.argument.node, c.order)), is_present(c.argument.node.copy()))


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


def rate(c: Call) -> Node:
    """How fast a counter grows: last less first, over the seconds between."""
    read = Typed(as_number(c.argument), Type.FLOAT)
    timed = Call(read, c.order, c.time)
    seconds = binary("-", edge_time("max")(timed), edge_time("min")(timed))
    return binary(
        "/", binary("-", by_time("last")(timed), by_time("first")(timed)), call("nullif", seconds, number(0))
    )


def _same(types: tuple[Type, ...]) -> Type:
    return types[0]


def _define(names: str, returns: Returns, sql: Callable[[Call], Node], doc: str, **traits: Any) -> None:
    for name in names.split():
        entry = AggregateFunction(name=name, returns=returns, sql=sql, doc=doc, **traits)
        AGGREGATES.add(name, entry, documentation=doc)


_define(
    "count c",
    Type.INTEGER,
    count,
    "The number of rows, of rows with the field, or of rows where eval(…) is true.",
    bare=True,
    when_empty=0,
)
_define("dc distinct_count", Type.INTEGER, distinct, "How many different values, exactly.", when_empty=0)
_define(
    "estdc",
    Type.INTEGER,
    lambda c: aggregate("approx_count_distinct", as_text(c.argument)),
    "About how many different values.",
    when_empty=0,
)
_define("sum", Type.FLOAT, numeric("sum"), "The sum of the numbers.")
_define(
    "sumsq",
    Type.FLOAT,
    lambda c: aggregate("sum", binary("*", as_number(c.argument), as_number(c.argument))),
    "The sum of the squares.",
)
_define("avg mean", Type.FLOAT, numeric("avg"), "The mean of the numbers.")
_define("min", _extreme_type, extreme("min"), "The least value.")
_define("max", _extreme_type, extreme("max"), "The greatest value.")
_define("range", Type.FLOAT, spread, "Greatest less least.")
_define(
    "median", Type.FLOAT, numeric("median"), "The middle number; of an even count the mean of the middle two."
)
_define("mode", Type.TEXT, mode, "The commonest value.")
_define(
    "perc p exactperc upperperc",
    Type.FLOAT,
    percentile,
    "The N-th percentile by nearest rank, for any N between 0 and 100.",
)
_define("stdev", Type.FLOAT, numeric("stddev_samp"), "The standard deviation of the sample.")
_define("stdevp", Type.FLOAT, numeric("stddev_pop"), "The standard deviation of the population.")
_define("var", Type.FLOAT, numeric("var_samp"), "The variance of the sample.")
_define("varp", Type.FLOAT, numeric("var_pop"), "The variance of the population.")
_define("values", Type.LIST, values, "Every different value once, sorted as text.")
_define("list", Type.LIST, listed, "Every value in order, the first 100.", ordered=True)
_define("first", _same, first, "The first value in current order: of raw events the newest.", ordered=True)
_define("last", _same, last, "The last value in current order: of raw events the oldest.", ordered=True)
_define("earliest", _same, by_time("first"), "The value of the oldest event.", timed=True)
_define("latest", _same, by_time("last"), "The value of the newest event.", timed=True)
_define(
    "earliest_time",
    Type.FLOAT,
    edge_time("min"),
    "When the field was first seen, in epoch seconds.",
    timed=True,
)
_define(
    "latest_time", Type.FLOAT, edge_time("max"), "When the field was last seen, in epoch seconds.", timed=True
)
_define("rate", Type.FLOAT, rate, "How much a counter grew per second.", timed=True)
