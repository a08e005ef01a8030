"""Functions of whole rows, which commands use and nobody can write."""

from __future__ import annotations

from lynxalert.functions.nodes import Node, array, binary, call, cast, coalesce, number
from lynxalert.functions.table import function
from lynxalert.plan import Type


def key(*values: Node) -> Node:
    """All values as one text; rows are alike exactly when it is the same, missing values included."""
    return cast(call("to_json", array(*values)), "VARCHAR")


def total(*values: Node) -> Node:
    """The sum of what reads as a number; 0 when nothing does."""
    result = coalesce(values[0], cast(number(0), "DOUBLE"))
    for value in values[1:]:
        result = binary("+", result, coalesce(value, cast(number(0), "DOUBLE")))
    return result


function("row:key", "t+", Type.TEXT, key, "All values as one text, for telling rows apart.")
function("row:total", "n+", Type.FLOAT, total, "The sum of the numbers among the values.")
