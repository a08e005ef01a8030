"""Aggregations that count: rows, values, different values."""

from __future__ import annotations

from sqlglot import exp

from lynxalert.functions.aggregates import Call, aggregate, define, texts
from lynxalert.functions.coerce import as_text
from lynxalert.functions.nodes import Node, binary, call, case, cast, coalesce, number
from lynxalert.plan import Type


def count(c: Call) -> Node:
    """Rows, or values of the field."""
    if c.value is None:
        return aggregate("count", exp.Star())
    if c.value.type is Type.LIST:
        return coalesce(cast(aggregate("sum", call("len", c.value.node)), "BIGINT"), number(0))
    return aggregate("count", c.value.node)


def distinct(c: Call) -> Node:
    """Exactly how many different texts."""
    if c.argument.type is Type.LIST:
        return coalesce(call("list_unique", texts(Call(c.argument))), number(0))
    return aggregate("count", exp.Distinct(expressions=[as_text(c.argument)]))


def estimated(c: Call) -> Node:
    """About how many different texts."""
    if c.argument.type is Type.LIST:
        return distinct(c)
    return aggregate("approx_count_distinct", as_text(c.argument))


def estimation_error(c: Call) -> Node:
    """How far off the estimate is, relative to the true number: nothing where it is exact."""
    exact, about = cast(distinct(c), "DOUBLE"), cast(estimated(c), "DOUBLE")
    off = binary("/", call("abs", binary("-", about, exact)), exact)
    return case((binary(">", exact, number(0)), off), default=number(0.0))


define(
    "count c",
    Type.INTEGER,
    count,
    "The number of rows, of rows with the field, or of rows where eval(…) is true.",
    ("{}(user)", 3),
    bare=True,
    when_empty=0,
)
define(
    "dc distinct_count",
    Type.INTEGER,
    distinct,
    "How many different values, exactly.",
    ("{}(x)", 3),
    when_empty=0,
)
define("estdc", Type.INTEGER, estimated, "About how many different values.", ("{}(x)", 3), when_empty=0)
define(
    "estdc_error",
    Type.FLOAT,
    estimation_error,
    "How far estdc is off, as a fraction of the true number.",
    ("{}(x)", 0),
    when_empty=0,
)
define(
    "sparkline",
    Type.LIST,
    count,
    "An aggregation per bucket of time, as a multivalue: `sparkline(avg(x), 5m)`. In stats only.",
    ("{}(count, 1m)", ["1", "1", "1", "1"]),
)
