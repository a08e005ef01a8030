"""Aggregations of numbers: what does not read as a number does not count."""

from __future__ import annotations

from collections.abc import Callable

from lynxalert.functions.aggregates import Call, define, over_numbers
from lynxalert.functions.coerce import Typed, as_number
from lynxalert.functions.nodes import Node, binary, call, number
from lynxalert.functions.operators import finite
from lynxalert.functions.picking import by_time, edge_time
from lynxalert.plan import Type

# Seconds of the unit that `per_…` counts by.
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def numeric(name: str) -> Callable[[Call], Node]:
    """DuckDB's aggregate *name* over what reads as a number."""
    return lambda c: finite(over_numbers(name, c))


def squares(c: Call) -> Node:
    """The sum of the squares."""
    return finite(over_numbers("sum", c, each=lambda node: binary("*", node, node)))


def spread(c: Call) -> Node:
    """Greatest less least."""
    return finite(binary("-", over_numbers("max", c), over_numbers("min", c)))


def percentile(c: Call) -> Node:
    """Nearest rank: the least value with at least N percent of all at or below it."""
    assert c.number is not None
    return over_numbers("quantile_disc", c, number(c.number / 100))


def rate(c: Call) -> Node:
    """How fast a counter grows: last less first, over the seconds between."""
    read = Typed(as_number(c.argument), Type.FLOAT)
    timed = Call(read, c.order, c.time)
    seconds = binary("-", edge_time("max")(timed), edge_time("min")(timed))
    grown = binary("-", by_time("last")(timed), by_time("first")(timed))
    return finite(binary("/", grown, call("nullif", seconds, number(0))))


define("sum", Type.FLOAT, numeric("sum"), "The sum of the numbers.", ("{}(x)", 9))
define("sumsq", Type.FLOAT, squares, "The sum of the squares.", ("{}(x)", 27))
define("avg mean", Type.FLOAT, numeric("avg"), "The mean of the numbers.", ("{}(x)", 2.25))
define("range", Type.FLOAT, spread, "Greatest less least.", ("{}(x)", 3))
define(
    "median",
    Type.FLOAT,
    numeric("median"),
    "The middle number; of an even count the mean of the middle two.",
    ("{}(x)", 2),
)
define(
    "perc p exactperc upperperc",
    Type.FLOAT,
    percentile,
    "The N-th percentile by nearest rank, for any N between 0 and 100.",
    ("{}75(x)", 3),
)
define("stdev", Type.FLOAT, numeric("stddev_samp"), "The standard deviation of the sample.", ("{}(x)", 1.5))
define(
    "stdevp",
    Type.FLOAT,
    numeric("stddev_pop"),
    "The standard deviation of the population.",
    ("{}(x)", 1.299038105676658),
)
define("var", Type.FLOAT, numeric("var_samp"), "The variance of the sample.", ("{}(x)", 2.25))
define("varp", Type.FLOAT, numeric("var_pop"), "The variance of the population.", ("{}(x)", 1.6875))
define(
    "rate",
    Type.FLOAT,
    rate,
    "How much a counter grew per second.",
    ("{}(x)", -0.016666666666666666),
    timed=True,
)
for _unit, _seconds in UNITS.items():
    define(
        f"per_{_unit}",
        Type.FLOAT,
        numeric("sum"),
        f"The sum per {_unit}, of the length of the bucket; in timechart only.",
        ("{}(x)", 9 * _seconds / 3600),
        per=_seconds,
    )
