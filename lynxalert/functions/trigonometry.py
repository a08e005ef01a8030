"""Trigonometric and hyperbolic functions; angles in radians."""

from __future__ import annotations

from lynxalert.functions.nodes import Node, binary, call, every, number
from lynxalert.functions.number import guarded
from lynxalert.functions.operators import finite
from lynxalert.functions.table import function
from lynxalert.plan import Type


def within_one(value: Node) -> Node:
    """From −1 to 1."""
    return every([binary(">=", value, number(-1)), binary("<=", value, number(1))])


def one_or_above(value: Node) -> Node:
    """From 1 up."""
    return binary(">=", value, number(1))


def anywhere(value: Node) -> Node:
    """Every number."""
    return binary("=", value, value)


for _name, _allowed, _example in (
    ("sin", anywhere, ("round(sin(pi() / 2), 6)", 1)),
    ("cos", anywhere, ("cos(0)", 1)),
    ("tan", anywhere, ("round(tan(pi() / 4), 6)", 1)),
    ("asin", within_one, ("round(asin(1), 6)", 1.570796)),
    ("acos", within_one, ("acos(1)", 0)),
    ("atan", anywhere, ("round(atan(1), 6)", 0.785398)),
    ("sinh", anywhere, ("round(sinh(1), 6)", 1.175201)),
    ("cosh", anywhere, ("cosh(0)", 1)),
    ("tanh", anywhere, ("round(tanh(1), 6)", 0.761594)),
    ("asinh", anywhere, ("round(asinh(1), 6)", 0.881374)),
    ("acosh", one_or_above, ("acosh(1)", 0)),
    ("atanh", within_one, ("round(atanh(0.5), 6)", 0.549306)),
):
    function(
        _name, "n", Type.FLOAT, guarded(_name, _allowed), f"The {_name} of the number, in radians.", _example
    )
function(
    "atan2",
    "n n",
    Type.FLOAT,
    lambda y, x: finite(call("atan2", y, x)),
    "The angle of the point (x, y), y first, in radians.",
    ("atan2(0, 1)", 0),
)
