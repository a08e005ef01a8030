"""One value as another kind: the coercions of language §3.2, each in one place.

How kinds are carried in SQL: INTEGER BIGINT, FLOAT DOUBLE, TEXT VARCHAR, BOOLEAN, TIME TIMESTAMP (UTC),
LIST VARCHAR[], ANY a JSON scalar (so that 5 and "5" stay apart), NULL an untyped NULL.
"""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.functions.nodes import (
    Node,
    array,
    binary,
    boolean,
    call,
    case,
    cast,
    coalesce,
    column,
    every,
    is_null,
    is_present,
    lambda_,
    literal_value,
    negate,
    null,
    number,
    text,
    try_cast,
    within,
)
from lynxalert.plan import Type
from lynxalert.plan.numbers import NUMERIC, canonical_number, read_number

SQL_TYPE = {
    Type.INTEGER: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.TEXT: "VARCHAR",
    Type.BOOLEAN: "BOOLEAN",
    Type.TIME: "TIMESTAMP",
    Type.LIST: "VARCHAR[]",
    Type.ANY: "JSON",
    Type.NULL: "VARCHAR",
}
WHOLE = 2.0**63  # whole numbers below print as BIGINT does
JSON_NUMBERS = ("UBIGINT", "BIGINT", "DOUBLE", "HUGEINT")


@dataclass(frozen=True, slots=True)
class Typed:
    """A SQL node and the type of its value. *value* is set for literals."""

    node: Node
    type: Type
    value: object = ...

    @property
    def is_literal(self) -> bool:
        """Whether the value is known now."""
        return self.value is not ...


def reads_as_number(node: Node) -> Node:
    """The text *node* as a DOUBLE where it reads as a number, else NULL."""
    known = literal_value(node)
    if known is not None:
        value = read_number(known)
        return null() if value is None else number(float(value))
    read = try_cast(node, "DOUBLE")
    for endless in ("inf", "-inf"):  # `1e400` is spelled like a number, and no double holds it
        read = call("nullif", read, cast(text(endless), "DOUBLE"))
    return case((call("regexp_full_match", node, text(NUMERIC)), read))


def as_number(value: Typed) -> Node:
    """*value* as a DOUBLE; NULL where it does not read as a number. A time is its epoch seconds."""
    match value.type:
        case Type.INTEGER | Type.FLOAT:
            return number(float(value.value)) if value.is_literal else cast(value.node, "DOUBLE")  # type: ignore[arg-type]
        case Type.TEXT:
            return reads_as_number(value.node)
        case Type.TIME:
            return binary("/", call("epoch_us", value.node), number(1e6))
        case Type.LIST:
            return reads_as_number(as_text(value))
        case Type.ANY:
            return reads_as_number(call("json_extract_string", value.node, text("$")))
        case Type.BOOLEAN | Type.NULL:
            return cast(null(), "DOUBLE")


def number_text(node: Node) -> Node:
    """A DOUBLE as its canonical text: whole numbers without decimals, others by their shortest round trip."""
    whole = every([binary("=", node, call("trunc", node)), binary("<", call("abs", node), number(WHOLE))])
    return case((whole, cast(cast(node, "BIGINT"), "VARCHAR")), default=cast(node, "VARCHAR"))


def as_text(value: Typed) -> Node:
    """*value* as its canonical text. A list of one is its value; a longer one is joined by line ends."""
    match value.type:
        case Type.TEXT:
            return value.node
        case Type.INTEGER:
            return text(str(value.value)) if value.is_literal else cast(value.node, "VARCHAR")
        case Type.FLOAT:
            known = canonical_number(value.value) if isinstance(value.value, float) else None
            return text(known) if known is not None else number_text(value.node)
        case Type.BOOLEAN:
            return case((value.node, text("true")), (negate(value.node), text("false")))
        case Type.TIME:
            return time_text(value.node)
        case Type.LIST:
            return case(
                (
                    binary(">", call("len", value.node), number(0)),
                    call("array_to_string", value.node, text("\n")),
                )
            )
        case Type.ANY:
            return json_text(value.node)
        case Type.NULL:
            return cast(null(), "VARCHAR")


def json_text(node: Node) -> Node:
    """A JSON scalar as its canonical text; anything else as it is spelled."""
    plain = call("json_extract_string", node, text("$"))
    kind = call("json_type", node)
    return case((binary("=", kind, text("DOUBLE")), number_text(try_cast(plain, "DOUBLE"))), default=plain)


def json_values(node: Node, path: str = "$[*]") -> Node:
    """The items of a JSON array (or what a path with wildcards meets) as a list of canonical texts."""
    # Of a constant that is null the engine would say that it is no list.
    items = cast(call("json_extract", node, text(path)), "JSON[]")
    return call("list_transform", items, lambda_("j", json_text(column("j"))))


def json_list(node: Node) -> Node:
    """A JSON array as the list of its items, a scalar as a list of one."""
    is_array = binary("=", call("json_type", node), text("ARRAY"))
    single = case((is_present(node), array(json_text(node))))
    return case((is_array, json_values(node)), default=single)


def time_text(node: Node) -> Node:
    """A time as RFC 3339, zeros at the end of the fraction removed."""
    fraction = call("rtrim", call("strftime", node, text("%f")), text("0"))
    start = call("strftime", node, text("%Y-%m-%dT%H:%M:%S"))
    dotted = case((binary("!=", fraction, text("")), call("concat", text("."), fraction)), default=text(""))
    return case((is_null(node), null()), default=call("concat", start, dotted, text("Z")))


def as_boolean(value: Typed) -> Node:
    """*value* as a condition; NULL where it is not a Boolean."""
    match value.type:
        case Type.BOOLEAN:
            return value.node
        case Type.ANY:
            return case(
                (binary("=", call("json_type", value.node), text("BOOLEAN")), try_cast(value.node, "BOOLEAN"))
            )
        case _:
            return cast(null(), "BOOLEAN")


def as_list(value: Typed) -> Node:
    """*value* as a list of texts; a single value is a list of one."""
    match value.type:
        case Type.LIST:
            return value.node
        case Type.NULL:
            return cast(null(), "VARCHAR[]")
        case Type.ANY:
            return case((is_present(value.node), array(json_text(value.node))))
        case _:
            node = as_text(value)
            return case((is_null(node), null()), default=array(node))


def as_any(value: Typed) -> Node:
    """*value* as JSON, its kind kept. A list of one is its value, an empty list is nothing."""
    match value.type:
        case Type.ANY:
            return value.node
        case Type.NULL:
            return cast(null(), "JSON")
        case Type.TIME:
            return call("to_json", time_text(value.node))
        case Type.LIST:
            size = call("len", value.node)
            return case(
                (binary("=", size, number(1)), call("to_json", call("list_extract", value.node, number(1)))),
                (binary(">", size, number(1)), call("to_json", value.node)),
            )
        case _:
            return call("to_json", value.node)


def exact_json(value: Typed) -> Node:
    """*value* as JSON to be shown: numbers in their canonical spelling."""
    if value.type is Type.FLOAT:
        return cast(as_text(value), "JSON")
    if value.type is not Type.ANY:
        return as_any(value)
    is_double = binary("=", call("json_type", value.node), text("DOUBLE"))
    return case((is_double, cast(json_text(value.node), "JSON")), default=value.node)


def as_type(value: Typed, type_: Type) -> Node:
    """*value* carried as *type_*."""
    if value.type is type_:
        return value.node
    match type_:
        case Type.FLOAT:
            return as_number(value)
        case Type.INTEGER:
            return try_cast(as_number(value), "BIGINT")
        case Type.TEXT:
            return as_text(value)
        case Type.BOOLEAN:
            return as_boolean(value)
        case Type.LIST:
            return as_list(value)
        case Type.ANY:
            return as_any(value)
        case Type.TIME:
            return cast(null(), "TIMESTAMP") if value.type is Type.NULL else number_time(as_number(value))
        case Type.NULL:
            return value.node


def number_time(node: Node) -> Node:
    """Epoch seconds as a TIMESTAMP, to the microsecond; out of range is NULL."""
    microseconds = try_cast(call("round", binary("*", node, number(1e6))), "BIGINT")
    return attempt(call("make_timestamp", microseconds))


def attempt(node: Node) -> Node:
    """TRY(node): NULL where it would fail."""
    return call("try", node)


def is_number_typed(value: Typed) -> Node:
    """Whether the value is a number by its own kind, not merely by its reading."""
    if value.type.is_number:
        return boolean(value=True)
    if value.type is not Type.ANY:
        return boolean(value=False)
    kind = coalesce(call("json_type", value.node), text("NULL"))
    return within(kind, [text(name) for name in JSON_NUMBERS])
