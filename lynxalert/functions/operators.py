"""The operators of expressions. Their names are signs, so nobody can call them as functions."""

from __future__ import annotations

from lynxalert.functions.coerce import (
    Typed,
    as_any,
    as_number,
    as_text,
    reads_as_number,
)
from lynxalert.functions.compare import differs, equal, equal_any, ordered
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    every,
    is_present,
    literal_number,
    null,
    number,
    some,
)
from lynxalert.functions.nodes import negate as not_
from lynxalert.functions.table import function
from lynxalert.plan import Type


def finite(node: Node) -> Node:
    """*node*, or NULL where it is infinite or not a number."""
    return case((call("isfinite", node), node))


def plus_type(types: tuple[Type, ...]) -> Type:
    """Two numbers add, two texts join; what may be either is decided row by row."""
    if all(one.is_number or one is Type.TIME for one in types):
        return Type.FLOAT
    return Type.NULL if Type.NULL in types else Type.ANY


def plus(left: Typed, right: Typed) -> Node:
    """`+`: adds when both read as numbers, joins texts otherwise."""
    kind = plus_type((left.type, right.type))
    if kind is Type.FLOAT:
        return finite(binary("+", as_number(left), as_number(right)))
    if kind is Type.NULL:
        return null()
    joined = call("to_json", binary("||", as_text(left), as_text(right)))
    first, second = as_number(left), as_number(right)
    if any(
        side.is_literal and side.type is Type.TEXT and reads_as_number(side.node) == null()
        for side in (left, right)
    ):
        return joined
    added = as_any(Typed(finite(binary("+", first, second)), Type.FLOAT))
    return case((every([is_present(first), is_present(second)]), added), default=joined)


def divide(left: Node, right: Node) -> Node:
    """Real division; by zero there is no value."""
    known = literal_number(right)
    if known is not None and abs(known) >= 1:
        return binary("/", left, right)  # no larger than what is divided
    return finite(binary("/", left, call("nullif", right, number(0))))


def remainder(left: Node, right: Node) -> Node:
    """The remainder with the sign of the dividend; by zero there is no value."""
    return binary("%", left, call("nullif", right, number(0)))


def xor(*operands: Node) -> Node:
    """True when an odd number of operands is."""
    ones = [cast(operand, "INTEGER") for operand in operands]
    total = ones[0]
    for one in ones[1:]:
        total = binary("+", total, one)
    return binary("=", binary("%", total, number(2)), number(1))


def is_in(value: Typed, *choices: Typed) -> Node:
    """Whether *value* equals one of *choices*."""
    return equal_any(value, choices)


def all_of(*operands: Node) -> Node:
    """AND."""
    return every(operands)


def any_of(*operands: Node) -> Node:
    """OR."""
    return some(operands)


function("=", "v v", Type.BOOLEAN, equal, "Whether two values are equal; texts to the letter.")
function("!=", "v v", Type.BOOLEAN, differs, "Whether two values differ; null when either is missing.")
for _sign in ("<", "<=", ">", ">="):
    function(
        _sign,
        "v v",
        Type.BOOLEAN,
        lambda left, right, sign=_sign: ordered(sign, left, right),
        "Compares numbers by value, other texts by code point.",
    )
function("+", "v v", plus_type, plus, "Adds two numbers or joins two texts.")
function("-", "n n", Type.FLOAT, lambda a, b: finite(binary("-", a, b)), "Subtracts.")
function("*", "n n", Type.FLOAT, lambda a, b: finite(binary("*", a, b)), "Multiplies.")
function("/", "n n", Type.FLOAT, divide, "Real division: 7/2 is 3.5; by zero there is no value.")
function("%", "n n", Type.FLOAT, remainder, "The remainder; by zero there is no value.")
function(".", "t t", Type.TEXT, lambda a, b: binary("||", a, b), "Joins two texts.")
function(
    "sign:minus", "n", Type.FLOAT, lambda a: binary("-", number(0), a), "The number with the other sign."
)
function("sign:plus", "n", Type.FLOAT, lambda a: a, "The value as a number.")
function("AND", "b b+", Type.BOOLEAN, all_of, "True when every operand is.")
function("OR", "b b+", Type.BOOLEAN, any_of, "True when any operand is.")
function("XOR", "b b+", Type.BOOLEAN, xor, "True when an odd number of operands is.")
function("NOT", "b", Type.BOOLEAN, not_, "True when the operand is false; null stays null.")
function(
    "in",
    "v v+",
    Type.BOOLEAN,
    is_in,
    "Whether the first value equals one of the others.",
    ('in("b", "a", "b")', True),
)
