"""Functions of numbers. Everything is a double; what has no finite value is null."""

from __future__ import annotations

import math
from collections.abc import Callable

from lynxalert.functions.coerce import Typed, as_any, as_number, as_text
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    coalesce,
    every,
    is_null,
    number,
    text,
    try_cast,
)
from lynxalert.functions.operators import finite
from lynxalert.functions.table import function
from lynxalert.plan import Type


def rounded(value: Node, digits: Node | None = None) -> Node:
    """Half away from zero, to *digits* decimals; no value for an absurd number of them."""
    if digits is None:
        return call("round", value, number(0))
    sane = every([binary(">=", digits, number(-300)), binary("<=", digits, number(300))])
    # Beyond 2^52 there are no decimals to round, and the engine's own scaling would change the number.
    small = binary("<", call("abs", value), number(2.0**52))
    rounded_ = call("round", value, case((sane, try_cast(digits, "INTEGER"))))
    return case((small, rounded_), default=value)


def guarded(name: str, allowed: Callable[[Node], Node]) -> Callable[[Node], Node]:
    """DuckDB's function *name* where its argument is *allowed*, else nothing."""

    def sql(value: Node) -> Node:
        return case((allowed(value), finite(call(name, value))))

    return sql


def positive(value: Node) -> Node:
    """Above zero."""
    return binary(">", value, number(0))


def not_negative(value: Node) -> Node:
    """Zero or above."""
    return binary(">=", value, number(0))


def logarithm(value: Node, base: Node | None = None) -> Node:
    """To base 10, or the base given."""
    top = case((positive(value), call("ln", value)))
    bottom = number(math.log(10)) if base is None else case((positive(base), call("ln", base)))
    return finite(binary("/", top, call("nullif", bottom, number(0))))


def power(value: Node, exponent: Node) -> Node:
    """*value* to *exponent*; no value where there is no real one."""
    return finite(call("pow", value, exponent))


def significant(value: Node) -> Node:
    """Rounded to 15 significant digits."""
    return try_cast(call("format", text("{:.15g}"), value), "DOUBLE")


def extreme(name: str) -> Callable[..., Node]:
    """`min` and `max` over arguments: numbers rank below texts."""

    def sql(*values: Typed) -> Node:
        numbers = [as_number(value) for value in values]
        texts = [case((is_null(as_number(value)), as_text(value))) for value in values]
        by_number = as_any(Typed(call("least" if name == "min" else "greatest", *numbers), Type.FLOAT))
        by_text = call("to_json", call("least" if name == "min" else "greatest", *texts))
        return coalesce(by_number, by_text) if name == "min" else coalesce(by_text, by_number)

    return sql


def total(*values: Node) -> Node:
    """The sum of the arguments that are numbers."""
    return call("list_sum", call("list_value", *values))


def mean(*values: Node) -> Node:
    """The mean of the arguments that are numbers."""
    return call("list_avg", call("list_value", *values))


function("abs", "n", Type.FLOAT, "abs", "The number without its sign.", ("abs(-2)", 2))
function(
    "round",
    "n n?",
    Type.FLOAT,
    rounded,
    "The number rounded, half away from zero, to some decimals (0).",
    ("round(2.567, 2)", 2.57),
)
function("floor", "n", Type.FLOAT, "floor", "The greatest whole number not above.", ("floor(1.9)", 1))
for _name in ("ceiling", "ceil"):
    function(_name, "n", Type.FLOAT, "ceil", "The least whole number not below.", (f"{_name}(1.1)", 2))
function("sqrt", "n", Type.FLOAT, guarded("sqrt", not_negative), "The square root.", ("sqrt(9)", 3))
function(
    "pow", "n n", Type.FLOAT, power, "The first number to the power of the second.", ("pow(2, 10)", 1024)
)
function(
    "exp", "n", Type.FLOAT, lambda v: finite(call("exp", v)), "e to the power of the number.", ("exp(0)", 1)
)
function("ln", "n", Type.FLOAT, guarded("ln", positive), "The natural logarithm.", ("ln(1)", 0))
function(
    "log",
    "n n?",
    Type.FLOAT,
    logarithm,
    "The logarithm to base 10, or the base given.",
    ("round(log(1000), 6)", 3),
)
function("pi", "", Type.FLOAT, lambda: number(math.pi), "The number π.", ("round(pi(), 2)", 3.14))
function("exact", "n", Type.FLOAT, lambda v: v, "The number as it is.", ("exact(0.5)", 0.5))
function(
    "sigfig", "n", Type.FLOAT, significant, "The number to 15 significant digits.", ("sigfig(0.1 + 0.2)", 0.3)
)
function(
    "random",
    "",
    Type.FLOAT,
    lambda: call("floor", binary("*", call("random"), number(2_147_483_648))),
    "A whole number from 0 to 2^31 − 1, another in every row.",
    ("if(random() >= 0, 1, 0)", 1),
)
function(
    "min",
    "v+",
    Type.ANY,
    extreme("min"),
    "The least argument; numbers rank below texts.",
    ('min(3, "a", 1)', 1),
)
function(
    "max",
    "v+",
    Type.ANY,
    extreme("max"),
    "The greatest argument; numbers rank below texts.",
    ("max(3, 10)", 10),
)
function("sum", "n+", Type.FLOAT, total, "The sum of the arguments that are numbers.", ("sum(1, 2, 3)", 6))
function("avg", "n+", Type.FLOAT, mean, "The mean of the arguments that are numbers.", ("avg(1, 2)", 1.5))
function(
    "hypot",
    "n n",
    Type.FLOAT,
    lambda a, b: finite(call("sqrt", binary("+", binary("*", a, a), binary("*", b, b)))),
    "The length of the hypotenuse.",
    ("hypot(3, 4)", 5),
)
