"""Equality and order of two values of any kinds (language §3.2)."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed, as_number, as_text, is_number_typed
from lynxalert.functions.nodes import (
    Node,
    binary,
    boolean,
    call,
    case,
    cast,
    coalesce,
    every,
    is_null,
    is_present,
    negate,
    null,
    number,
    some,
    try_cast,
)
from lynxalert.plan import Type
from lynxalert.plan.numbers import read_number

EXACT = 2.0**53  # whole numbers below have a double of their own
UNKNOWN = cast(null(), "BOOLEAN")
DIRECT = {Type.INTEGER, Type.FLOAT}


def equal(left: Typed, right: Typed) -> Node:
    """Whether two values are the same: numbers by value, texts to the letter, a number with a text by value."""
    if Type.NULL in (left.type, right.type):
        return UNKNOWN
    if left.type is right.type and left.type not in (Type.ANY, Type.LIST):
        return binary("=", left.node, right.node)
    if {left.type, right.type} <= DIRECT:
        return binary("=", left.node, right.node)
    if Type.LIST in (left.type, right.type):
        return _in_list(left, right)
    if Type.TIME in (left.type, right.type):
        return _with_time("=", left, right)
    if Type.ANY in (left.type, right.type):
        return _any_equal(left, right)
    if left.type in DIRECT or right.type in DIRECT:
        return _unless_null(left, right, coalesce(_numbers_agree(left, right), boolean(value=False)))
    return binary("=", as_text(left), as_text(right))


def _unless_null(left: Typed, right: Typed, node: Node) -> Node:
    absent = [is_null(side.node) for side in (left, right) if not side.is_literal]
    return case((some(absent), UNKNOWN), default=node) if absent else node


def _numbers_agree(left: Typed, right: Typed) -> Node:
    """Whether two values are the same number: beyond 2^53, where doubles skip some, only if their texts agree too."""
    first, second = as_number(left), as_number(right)
    same = binary("=", first, second)
    for side in (left, right):
        known = read_number(str(side.value)) if side.is_literal else None
        if known is not None and abs(known) < EXACT:
            return same
    small = binary("<", call("abs", first), number(EXACT))
    return every([same, some([small, binary("=", as_text(left), as_text(right))])])


def _in_list(left: Typed, right: Typed) -> Node:
    """A multivalue equals a value when one of its values does."""
    if left.type is Type.LIST and right.type is Type.LIST:
        return binary("=", as_text(left), as_text(right))
    many, single = (left, right) if left.type is Type.LIST else (right, left)
    return call("list_contains", many.node, as_text(single))


def _any_equal(left: Typed, right: Typed) -> Node:
    """Texts agree; or one is a number by its own kind and the values agree."""
    numeric = every(
        [
            some([is_number_typed(left), is_number_typed(right)]),
            _numbers_agree(left, right),
        ]
    )
    same = some([binary("=", as_text(left), as_text(right)), coalesce(numeric, boolean(value=False))])
    return _unless_null(left, right, same)


def _with_time(operator: str, left: Typed, right: Typed) -> Node:
    """A time meets a number as epoch seconds, a text as the instant it spells."""
    other = right if left.type is Type.TIME else left
    if other.type in DIRECT or other.type is Type.TIME:
        return binary(operator, as_number(left), as_number(right))
    spelled = try_cast(as_text(other), "TIMESTAMP")
    seconds = coalesce(as_number(other), as_number(Typed(spelled, Type.TIME)))
    if left.type is Type.TIME:
        return binary(operator, as_number(left), seconds)
    return binary(operator, seconds, as_number(right))


def ordered(operator: str, left: Typed, right: Typed) -> Node:
    """`< <= > >=`: as numbers when both read as numbers, else as text by code point."""
    if Type.NULL in (left.type, right.type):
        return UNKNOWN
    if {left.type, right.type} <= DIRECT:
        return binary(operator, left.node, right.node)
    if Type.TIME in (left.type, right.type):
        return _with_time(operator, left, right)
    first, second = as_number(left), as_number(right)
    by_text = binary(operator, as_text(left), as_text(right))
    known = [_reading(side) for side in (left, right)]
    if None in known:
        return by_text
    unsure = [node for node, read in zip((first, second), known, strict=True) if read is ...]
    if not unsure:
        return binary(operator, first, second)
    return case(
        (every([is_present(node) for node in unsure]), binary(operator, first, second)), default=by_text
    )


def _reading(side: Typed) -> object:
    """The number a literal reads as, None when it reads as none; `...` for what is known only row by row."""
    if not side.is_literal:
        return ...
    return side.value if side.type in DIRECT else read_number(str(side.value))


def differs(left: Typed, right: Typed) -> Node:
    """`!=`: null when either is."""
    return negate(equal(left, right))
