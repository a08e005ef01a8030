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
    cast,
    coalesce,
    every,
    is_null,
    literal_value,
    null,
    number,
    text,
    try_cast,
)
from lynxalert.functions.operators import finite
from lynxalert.functions.table import function
from lynxalert.plan import Type


def rounded(value: Node, digits: Node | None = None) -> Node:
    """Half away from zero, to *digits* decimals."""
    places = number(0) if digits is None else cast(digits, "INTEGER")
    return call("round", value, places)


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


def to_number(value: Node, base: Node | None = None) -> Node:
    """The text as a number, blanks around it allowed; in *base* 2 to 36 whole numbers only."""
    bare = call("trim", value)
    known = 10 if base is None else int(float(str(literal_value(base) or _literal(base))))
    if known == 10:
        return as_number(Typed(bare, Type.TEXT))
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:known]
    clean = call("lower", call("regexp_replace", bare, text("^0[xX]"), text("")))
    fits = call("regexp_full_match", clean, text(f"[{digits}]{{1,12}}"))
    places = call(
        "list_transform",
        call("range", number(1), binary("+", call("length", clean), number(1))),
        _place(clean, digits, known),
    )
    return case((fits, cast(call("list_sum", places), "DOUBLE")))


def _place(clean: Node, digits: str, base: int) -> Node:
    from lynxalert.functions.nodes import column, lambda_

    digit = binary(
        "-", call("strpos", text(digits), call("substr", clean, column("i"), number(1))), number(1)
    )
    exponent = binary("-", call("length", clean), column("i"))
    return lambda_("i", binary("*", digit, call("pow", number(base), exponent)))


def _literal(node: Node) -> str:
    inner = node.this if node.key in ("cast", "paren") else node
    return str(inner.this if hasattr(inner, "this") else inner)


def to_text(value: Typed, form: Node | None = None) -> Node:
    """The value as text: "commas", "duration", "hex", "binary", or plainly."""
    kind = literal_value(form) if form is not None else None
    if kind is None:
        if value.type is Type.BOOLEAN:
            return case((value.node, text("True")), (is_null(value.node), null()), default=text("False"))
        return as_text(value)
    read = as_number(value)
    match kind:
        case "commas":
            return _with_commas(read)
        case "duration":
            return _as_duration(read)
        case "hex":
            return call("concat", text("0x"), call("hex", try_cast(call("trunc", read), "BIGINT")))
        case _:
            return call("bin", try_cast(call("trunc", read), "BIGINT"))


def _with_commas(read: Node) -> Node:
    whole = binary("=", read, call("trunc", read))
    return case(
        (is_null(read), null()),
        (whole, call("format", text("{:,}"), try_cast(read, "BIGINT"))),
        default=call("format", text("{:,.2f}"), read),
    )


def _as_duration(read: Node) -> Node:
    seconds = call("abs", try_cast(call("trunc", read), "BIGINT"))
    days = cast(call("floor", binary("/", seconds, number(86_400))), "BIGINT")
    rest = binary("%", seconds, number(86_400))

    def part(size: int, modulo: int) -> Node:
        count = cast(call("floor", binary("/", rest, number(size))), "BIGINT")
        return call("format", text("{:02d}"), binary("%", count, number(modulo)))

    clock = call("concat_ws", text(":"), part(3600, 24), part(60, 60), part(1, 60))
    sign = case((binary("<", read, number(0)), text("-")), default=text(""))
    long = binary(">=", seconds, number(86_400))
    day = case((long, call("concat", cast(days, "VARCHAR"), text("+"))), default=text(""))
    return case((is_null(seconds), null()), default=call("concat", sign, day, clock))


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


def _base(arguments: tuple[object, ...]) -> tuple[str, str | None] | None:
    base = arguments[1] if len(arguments) > 1 else 10
    if base is ... or not isinstance(base, int) or not 2 <= base <= 36:
        return "the base must be a whole number from 2 to 36", None
    return None


def _form(arguments: tuple[object, ...]) -> tuple[str, str | None] | None:
    if len(arguments) > 1 and arguments[1] not in ("commas", "duration", "hex", "binary"):
        return "the form must be commas, duration, hex or binary", None
    return None


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
    "A whole number from 0 to 2^31 − 1.",
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
    "tonumber",
    "t n?!",
    Type.FLOAT,
    to_number,
    "The text as a number, in a base from 2 to 36 (10); null where it is none.",
    ('tonumber("ff", 16)', 255),
    _base,
)
function(
    "tostring",
    "v t?!",
    Type.TEXT,
    to_text,
    'The value as text; "commas", "duration", "hex" and "binary" format numbers.',
    ('tostring(1234567, "commas")', "1,234,567"),
    _form,
)
for _name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"):
    _guard = (
        guarded(_name, lambda v: every([binary(">=", v, number(-1)), binary("<=", v, number(1))]))
        if _name in ("asin", "acos", "atanh")
        else (lambda v, n=_name: finite(call(n, v)))
    )
    function(_name, "n", Type.FLOAT, _guard, f"The {_name} of the number, in radians.")
function(
    "atan2",
    "n n",
    Type.FLOAT,
    "atan2",
    "The angle of the point (x, y), y first, in radians.",
    ("atan2(0, 1)", 0),
)
function(
    "hypot",
    "n n",
    Type.FLOAT,
    lambda a, b: finite(call("sqrt", binary("+", binary("*", a, a), binary("*", b, b)))),
    "The length of the hypotenuse.",
    ("hypot(3, 4)", 5),
)
