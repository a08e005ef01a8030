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
    column,
    every,
    is_null,
    is_present,
    lambda_,
    negate,
    null,
    number,
    some,
    try_cast,
    within,
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


def equal_any(value: Typed, choices: tuple[Typed, ...]) -> Node:
    """Whether *value* equals one of *choices*: as `equal` says, but thousands of literals stay one list."""
    plain: list[Typed] = []
    others: list[Typed] = []
    for one in choices:
        (plain if one.is_literal and one.type in (Type.TEXT, *DIRECT) else others).append(one)
    if value.type not in (Type.TEXT, Type.ANY, *DIRECT) or len(plain) < 2:
        return some([equal(value, one) for one in choices])
    return some([_among(value, plain), *(equal(value, one) for one in others)])


def _among(value: Typed, choices: list[Typed]) -> Node:
    """Whether *value* equals one of the texts and numbers *choices*."""
    texts = {str(one.value): one for one in choices if one.type is Type.TEXT}
    numbers = [one for one in choices if one.type in DIRECT]
    exact = [one for one in numbers if not _is_large(str(one.value))]
    large = [one for one in numbers if _is_large(str(one.value))]
    read = [n for written in texts if (n := read_number(written)) is not None and abs(n) < EXACT]
    spelled = [as_text(one) for one in (*texts.values(), *large)]
    if value.type in DIRECT:
        found = _in(value.node, [*(one.node for one in exact), *(number(n) for n in read)])
        # Beyond 2^53, and spelled as texts, numbers agree as texts do.
        large += [one for written, one in texts.items() if _is_large(written)]
        return some([*found, *_in(as_text(value), [as_text(one) for one in large])])
    by_text = _in(as_text(value), spelled)
    by_value = _in(as_number(value), [as_number(one) for one in exact])
    by_kind = _in(as_number(value), [number(float(n)) for n in read]) if value.type is Type.ANY else []
    by_kind = [every([is_number_typed(value), *by_kind])] if by_kind else []
    same = some([coalesce(one, boolean(value=False)) for one in (*by_text, *by_value, *by_kind)])
    return _unless_null(value, value, same)


def _in(node: Node, choices: list[Node]) -> list[Node]:
    return [within(node, choices)] if choices else []


def _is_large(written: str) -> bool:
    read = read_number(written)
    return read is not None and abs(read) >= EXACT


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
    if single.type is Type.TEXT:
        return call("list_contains", many.node, as_text(single))
    # A number, a time or a value of any kind meets each text of the list as it would meet a field of text.
    found = call("list_filter", many.node, lambda_("one", equal(Typed(column("one"), Type.TEXT), single)))
    return _unless_null(left, right, binary(">", call("len", found), number(0)))


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
