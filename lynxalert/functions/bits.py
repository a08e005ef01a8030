"""Functions of bits. They take whole numbers from 0 to 2^53 − 1, as doubles hold them exactly; others give null."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from lynxalert.functions.nodes import Node, binary, call, case, cast, every, number, operand, try_cast
from lynxalert.functions.table import function
from lynxalert.plan import Type

MASK = 2**53 - 1


def whole(value: Node) -> Node:
    """*value* as a BIGINT where it is allowed, else NULL."""
    fits = [
        binary("=", value, call("trunc", value)),
        binary(">=", value, number(0)),
        binary("<=", value, number(MASK)),
    ]
    return case((every(fits), try_cast(value, "BIGINT")))


def combined(kind: type[exp.Binary]) -> Callable[..., Node]:
    """All arguments, bit by bit."""

    def sql(*values: Node) -> Node:
        result = whole(values[0])
        for value in values[1:]:
            result = exp.Paren(this=kind(this=operand(result), expression=operand(whole(value))))
        return result

    return sql


def inverted(value: Node, mask: Node | None = None) -> Node:
    """The bits that are not set, within *mask* (all 53)."""
    allowed = number(MASK) if mask is None else whole(mask)
    return binary("-", allowed, exp.BitwiseAnd(this=operand(whole(value)), expression=operand(allowed)))


def shifted(direction: int) -> Callable[[Node, Node], Node]:
    """Moved left (1) or right (−1) by 0 to 53 places; what leaves the 53 bits is lost."""

    def sql(value: Node, places: Node) -> Node:
        size = whole(places)
        inside = binary("<=", size, number(53))
        power = call("pow", number(2), binary("*", size, number(direction)))
        moved = call("floor", binary("*", cast(whole(value), "DOUBLE"), power))
        return case((inside, binary("%", moved, number(float(MASK + 1)))))

    return sql


function(
    "bit_and", "n n+", Type.INTEGER, combined(exp.BitwiseAnd), "The bits set in all.", ("bit_and(6, 3)", 2)
)
function("bit_or", "n n+", Type.INTEGER, combined(exp.BitwiseOr), "The bits set in any.", ("bit_or(6, 3)", 7))
function(
    "bit_xor",
    "n n+",
    Type.INTEGER,
    combined(exp.BitwiseXor),
    "The bits set in an odd number of them.",
    ("bit_xor(6, 3)", 5),
)
function(
    "bit_not",
    "n n?",
    Type.INTEGER,
    inverted,
    "The bits not set, of 53 or of a mask.",
    ("bit_not(6, 7)", 1),
)
function(
    "bit_shift_left",
    "n n",
    Type.FLOAT,
    shifted(1),
    "The bits moved towards the high end; 53 are kept.",
    ("bit_shift_left(3, 2)", 12),
)
function(
    "bit_shift_right",
    "n n",
    Type.FLOAT,
    shifted(-1),
    "The bits moved towards the low end.",
    ("bit_shift_right(12, 2)", 3),
)
