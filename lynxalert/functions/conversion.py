"""Between numbers and texts: `tonumber`, `tostring`, `printf`."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed, as_boolean, as_number, as_text
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    column,
    every,
    is_null,
    lambda_,
    literal_value,
    negate,
    null,
    number,
    text,
    try_cast,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint


def to_number(value: Node, base: Node | None = None) -> Node:
    """The text as a number, blanks around it allowed; in *base* 2 to 36 whole numbers only."""
    bare = call("trim", value)
    known = 10 if base is None else int(float(str(literal_value(base) or _literal(base))))
    if known == 10:
        return as_number(Typed(bare, Type.TEXT))
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:known]
    clean = call("lower", call("regexp_replace", bare, text("^[+-]?(0[xX])?"), text("")))
    fits = call("regexp_full_match", clean, text(f"[{digits}]{{1,128}}"))
    places = call(
        "list_transform",
        call("range", number(1), binary("+", call("length", clean), number(1))),
        _place(clean, digits, known),
    )
    size = cast(call("list_sum", places), "DOUBLE")
    below = call("starts_with", bare, text("-"))
    return case((every([fits, below]), binary("-", number(0), size)), (fits, size))


def _place(clean: Node, digits: str, base: int) -> Node:
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
        if value.type not in (Type.BOOLEAN, Type.ANY):
            return as_text(value)
        claim = as_boolean(value)
        return case((claim, text("True")), (negate(claim), text("False")), default=as_text(value))
    read = as_number(value)
    match kind:
        case "commas":
            return _with_commas(read)
        case "duration":
            return _as_duration(read)
        case "hex":
            return binary("||", text("0x"), call("hex", try_cast(call("trunc", read), "BIGINT")))
        case _:
            return call("bin", try_cast(call("trunc", read), "BIGINT"))


def _with_commas(read: Node) -> Node:
    whole = binary("=", read, call("trunc", read))
    return case(
        (is_null(read), null()),
        (whole, call("format", text("{:,.0f}"), read)),
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


def _base(arguments: tuple[object, ...]) -> Complaint | None:
    base = arguments[1] if len(arguments) > 1 else 10
    if base is ... or not isinstance(base, int) or not 2 <= base <= 36:
        return Complaint("the base must be a whole number from 2 to 36", None, 1)
    return None


def _form(arguments: tuple[object, ...]) -> Complaint | None:
    if len(arguments) > 1 and arguments[1] not in ("commas", "duration", "hex", "binary"):
        return Complaint("the form must be commas, duration, hex or binary", None, 1)
    return None


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
