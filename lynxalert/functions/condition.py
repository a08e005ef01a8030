"""Conditions, choices and tests of kind."""

from __future__ import annotations

from functools import reduce
from typing import Any

from lynxalert.functions.coerce import Typed, as_boolean, as_number, as_type
from lynxalert.functions.compare import equal
from lynxalert.functions.nodes import (
    Node,
    binary,
    boolean,
    call,
    case,
    coalesce,
    every,
    is_null,
    is_present,
    negate,
    null,
    number,
    text,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type, meet
from lynxalert.plan.function import Complaint


def _met(types: tuple[Type, ...]) -> Type:
    """The type of what may be any of several: a time that may be something else too is a number."""
    if set(types) - {Type.TIME, Type.NULL, Type.LIST}:
        types = tuple(Type.FLOAT if one is Type.TIME else one for one in types)
    return reduce(meet, types, Type.NULL)


def _as_met(value: Typed, kind: Type) -> Node:
    """*value* as one of several that are a *kind* together: a time is its epoch seconds, unless all are times."""
    if value.type is Type.TIME and kind is not Type.LIST:
        return as_type(value if kind is Type.TIME else Typed(as_number(value), Type.FLOAT), kind)
    return as_type(value, kind)


def choose(condition: Node, then: Typed, otherwise: Typed) -> Node:
    """`if`: a null condition takes the other branch."""
    kind = _met((then.type, otherwise.type))
    return case((condition, _as_met(then, kind)), default=_as_met(otherwise, kind))


def cases(*arguments: Typed) -> Node:
    """`case`: the value after the first true condition."""
    kind = _met(tuple(value.type for value in arguments[1::2]))
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    return case(*((as_boolean(condition), _as_met(value, kind)) for condition, value in pairs))


def validated(*arguments: Typed) -> Node:
    """`validate`: the value after the first false condition."""
    kind = _met(tuple(value.type for value in arguments[1::2]))
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    return case(*((negate(as_boolean(condition)), _as_met(value, kind)) for condition, value in pairs))


def first_present(*arguments: Typed) -> Node:
    """`coalesce`: the first that is there."""
    kind = _met(tuple(argument.type for argument in arguments))
    return coalesce(*(_as_met(argument, kind) for argument in arguments))


def null_if(first: Typed, second: Typed) -> Node:
    """`nullif`: nothing when both are equal."""
    return case(
        (coalesce(equal(first, second), boolean(value=False)), as_type(Typed(null(), Type.NULL), first.type)),
        default=first.node,
    )


def if_not_false(value: Typed) -> Node:
    """*value*, or nothing where it is false."""
    is_false = binary("=", coalesce(as_boolean(value), boolean(value=True)), boolean(value=False))
    return case((is_false, as_type(Typed(null(), Type.NULL), value.type)), default=value.node)


def present(value: Typed) -> Node:
    """Whether there is a value."""
    if value.type is Type.NULL:
        return boolean(value=False)
    if value.type is Type.LIST:
        return binary(">", coalesce(call("len", value.node), number(0)), number(0))
    return is_present(value.node)


def absent(value: Typed) -> Node:
    """Whether there is no value; an empty text is a value."""
    return negate(coalesce(present(value), boolean(value=False)))


def is_text(value: Typed) -> Node:
    """Whether the value is a text that does not read as a number."""
    if value.type in (Type.TEXT, Type.LIST):
        return every([is_present(value.node), is_null(as_number(value))])
    if value.type is not Type.ANY:
        return boolean(value=False)
    kind = coalesce(call("json_type", value.node), text("NULL"))
    return every([binary("=", kind, text("VARCHAR")), is_null(as_number(value))])


def is_whole(value: Typed) -> Node:
    """Whether the value reads as a whole number."""
    read = as_number(value)
    return coalesce(binary("=", read, call("trunc", read)), boolean(value=False))


def kind_of(value: Typed) -> Node:
    """`typeof`: Number, String, Boolean, or Invalid when there is nothing."""
    if value.type is Type.NULL:
        return text("Invalid")
    if value.type is Type.BOOLEAN:
        return case((is_null(value.node), text("Invalid")), default=text("Boolean"))
    is_boolean = (
        binary("=", call("json_type", value.node), text("BOOLEAN"))
        if value.type is Type.ANY
        else boolean(value=False)
    )
    return case(
        (is_null(value.node), text("Invalid")),
        (is_boolean, text("Boolean")),
        (is_present(as_number(value)), text("Number")),
        default=text("String"),
    )


def _pairs(arguments: tuple[Any, ...]) -> Complaint | None:
    if len(arguments) % 2:
        help_ = "write true() as the last condition for a default"
        return Complaint("conditions and values come in pairs", help_)
    return None


def _second(types: tuple[Type, ...]) -> Type:
    return _met(types[1::2])


function(
    "if",
    "b v v",
    lambda types: _met(types[1:]),
    choose,
    "The second value when the condition is true, else the third.",
    ('if(2 > 1, "yes", "no")', "yes"),
)
function(
    "case",
    "v v+",
    _second,
    cases,
    "The value after the first condition that is true.",
    ('case(1 > 2, "a", true(), "b")', "b"),
    _pairs,
)
function(
    "validate",
    "v v+",
    _second,
    validated,
    "The value after the first condition that is false.",
    ('validate(1 < 2, "a", 2 < 1, "b")', "b"),
    _pairs,
)
function(
    "coalesce",
    "v+",
    _met,
    first_present,
    "The first argument that has a value.",
    ('coalesce(null(), "x")', "x"),
)
function(
    "nullif",
    "v v",
    lambda types: types[0],
    null_if,
    "Nothing when both are equal, else the first.",
    ('nullif("a", "a")', None),
)
function(
    "nullif:false", "v", lambda types: types[0], if_not_false, "Nothing when it is false, else the value."
)
function("null", "", Type.NULL, null, "No value.", ("null()", None))
function("true", "", Type.BOOLEAN, lambda: boolean(value=True), "True.", ("if(true(), 1, 0)", 1))
function("false", "", Type.BOOLEAN, lambda: boolean(value=False), "False.", ("if(false(), 1, 0)", 0))
function("isnull", "v", Type.BOOLEAN, absent, "Whether there is no value.", ("isnull(null())", True))
function(
    "isnotnull",
    "v",
    Type.BOOLEAN,
    present,
    "Whether there is a value; an empty text is one.",
    ('isnotnull("")', True),
)
function(
    "isnum",
    "v",
    Type.BOOLEAN,
    lambda v: is_present(as_number(v)),
    "Whether the value reads as a number.",
    ('isnum("1.5")', True),
)
function(
    "isint", "v", Type.BOOLEAN, is_whole, "Whether the value reads as a whole number.", ("isint(1.5)", False)
)
function(
    "isstr",
    "v",
    Type.BOOLEAN,
    is_text,
    "Whether the value is text that does not read as a number.",
    ('isstr("a")', True),
)
function(
    "isbool",
    "v",
    Type.BOOLEAN,
    lambda v: coalesce(binary("=", kind_of(v), text("Boolean")), boolean(value=False)),
    "Whether the value is true or false.",
    ("isbool(1 > 0)", True),
)
function(
    "typeof",
    "v",
    Type.TEXT,
    kind_of,
    "Number, String, Boolean, or Invalid when there is nothing.",
    ('typeof("a")', "String"),
)
