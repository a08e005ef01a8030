"""What `convert` makes of values: numbers of texts with units, commas or colons, and texts of times."""

from __future__ import annotations

from collections.abc import Callable

from lynxalert.functions.coerce import (
    Typed,
    as_any,
    as_text,
    json_text,
    json_values,
    number_text,
    reads_as_number,
)
from lynxalert.functions.multivalue import filled
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    coalesce,
    column,
    is_present,
    lambda_,
    null,
    number,
    text,
)
from lynxalert.functions.rewriting import every_text, is_array, kept_type
from lynxalert.functions.table import function
from lynxalert.functions.timeformat import formatted, parsed
from lynxalert.plan import Type

NUMBERS = (Type.INTEGER, Type.FLOAT, Type.TIME)
GROUPED = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
DURATION = r"(?:(\d+)\+)?(\d+):(\d{1,2}):(\d{1,2}(?:\.\d+)?)"
MINUTES = r"(?:(\d+):)?(\d+(?:\.\d+)?)"
MEMORY = r"(\d+(?:\.\d+)?)\s*([kKmMgG]?)"
LEADING = r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"


def plain(node: Node) -> Node:
    """`num`, `auto`: a number, blanks around it and commas between its thousands allowed."""
    bare = call("trim", node)
    commas = reads_as_number(call("replace", bare, text(","), text("")))
    return coalesce(reads_as_number(bare), case((call("regexp_full_match", bare, text(GROUPED)), commas)))


def part(node: Node, pattern: str, group: int) -> Node:
    """What a group caught, as a number; 0 when it caught nothing."""
    found = call("nullif", call("regexp_extract", node, text(f"^{pattern}$"), number(group)), text(""))
    return coalesce(cast(found, "DOUBLE"), number(0.0))


def summed(pattern: str, *factors: int) -> Callable[[Node], Node]:
    """The sum of the groups of *pattern*, each times its factor, where it fits the whole text."""

    def body(node: Node) -> Node:
        total: Node = number(0.0)
        for group, factor in enumerate(factors, start=1):
            total = binary("+", total, binary("*", part(node, pattern, group), number(factor)))
        return case((call("regexp_full_match", node, text(pattern)), total))

    return body


def memory(node: Node) -> Node:
    """`memk`: kilobytes of a size with k (or nothing), m or g behind it."""
    unit = call("lower", call("regexp_extract", node, text(f"^{MEMORY}$"), number(2)))
    factor = case(
        (binary("=", unit, text("m")), number(1024)),
        (binary("=", unit, text("g")), number(1024 * 1024)),
        default=number(1),
    )
    fits = call("regexp_full_match", node, text(MEMORY))
    return case((fits, binary("*", part(node, MEMORY, 1), factor)))


def without_unit(node: Node) -> Node:
    """`rmunit`: the number a text begins with."""
    return reads_as_number(call("regexp_extract", node, text(LEADING), number(1)))


def tried(body: Callable[[Node], Node]) -> Callable[[Typed], Node]:
    """The number *body* makes of a value; what it makes nothing of stays."""

    def sql(value: Typed) -> Node:
        def kept(node: Node) -> Node:
            return coalesce(number_text(body(node)), node)

        match value.type:
            case Type.LIST:
                return every_text(value, kept)
            case Type.ANY:
                single = coalesce(call("to_json", body(json_text(value.node))), value.node)
                return case((is_array(value.node), every_text(value, kept)), default=single)
            case Type.TEXT:
                return coalesce(call("to_json", body(value.node)), call("to_json", value.node))
            case Type.BOOLEAN:
                return as_any(value)
            case _:
                return value.node

    return sql


def forced(value: Typed) -> Node:
    """`num`: the number; what is none falls out."""
    match value.type:
        case Type.LIST:
            made = call("list_transform", value.node, lambda_("x", number_text(plain(column("x")))))
            return filled(call("list_filter", made, lambda_("x", is_present(column("x")))))
        case Type.ANY:
            many = call(
                "list_transform", json_values(value.node), lambda_("x", number_text(plain(column("x"))))
            )
            single = call("to_json", plain(json_text(value.node)))
            return case((is_array(value.node), call("to_json", many)), default=single)
        case Type.TEXT:
            return plain(value.node)
        case Type.BOOLEAN:
            return cast(null(), "DOUBLE")
        case _:
            return value.node


def tried_type(types: tuple[Type, ...]) -> Type:
    """What is a number already stays; a text may become one."""
    return Type.ANY if types[0] in (Type.TEXT, Type.BOOLEAN) else types[0]


def forced_type(types: tuple[Type, ...]) -> Type:
    """A text becomes a number."""
    return Type.FLOAT if types[0] in (Type.TEXT, Type.BOOLEAN) else types[0]


def written(value: Typed, form: Node, zone: Node) -> Node:
    """`ctime`: epoch seconds as a time in words; what is no number stays."""
    if value.type in NUMBERS:
        return formatted(value, form, zone)
    return every_text(
        value, lambda node: coalesce(formatted(Typed(plain(node), Type.FLOAT), form, zone), node)
    )


def read(value: Typed, form: Node, zone: Node) -> Node:
    """`mktime`: a time in words as epoch seconds; what does not fit stays."""
    made = Typed(as_text(value), Type.TEXT) if value.type in (Type.INTEGER, Type.FLOAT) else value
    return tried(lambda node: parsed(node, form, zone))(made)


function("convert:auto", "v", tried_type, tried(plain), "A number where it is one.")
function("convert:num", "v", forced_type, forced, "A number, or nothing.")
function(
    "convert:dur2sec", "v", tried_type, tried(summed(DURATION, 86_400, 3600, 60, 1)), "Seconds of D+HH:MM:SS."
)
function("convert:mstime", "v", tried_type, tried(summed(MINUTES, 60, 1)), "Seconds of MM:SS.SSS.")
function("convert:memk", "v", tried_type, tried(memory), "Kilobytes of a size.")
function("convert:rmunit", "v", tried_type, tried(without_unit), "The number a text begins with.")
function(
    "convert:rmcomma",
    "v",
    lambda types: types[0] if types[0] in NUMBERS else kept_type(types),
    lambda value: (
        value.node
        if value.type in NUMBERS
        else every_text(value, lambda node: call("replace", node, text(","), text("")))
    ),
    "The text without commas.",
)
function(
    "convert:ctime",
    "v t!",
    lambda types: Type.TEXT if types[0] in NUMBERS else kept_type(types),
    written,
    "A time in words.",
    zoned=True,
)
function(
    "convert:mktime",
    "v t!",
    lambda types: tried_type(types) if types[0] not in (Type.INTEGER, Type.FLOAT) else Type.ANY,
    read,
    "Epoch seconds of a time in words.",
    zoned=True,
)
