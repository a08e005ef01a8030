"""Functions of whole rows, which commands use and nobody can write."""

from __future__ import annotations

from lynxalert.functions.nodes import Node, binary, cast, coalesce, number
from lynxalert.functions.table import function
from lynxalert.plan import Type


def total(*values: Node) -> Node:
    """The sum of what reads as a number; 0 when nothing does."""
    result = coalesce(values[0], cast(number(0), "DOUBLE"))
    for value in values[1:]:
        result = binary("+", result, coalesce(value, cast(number(0), "DOUBLE")))
    return result


function("row:total", "n+", Type.FLOAT, total, "The sum of the numbers among the values.")
