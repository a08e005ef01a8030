"""SHA-512 (FIPS 180-4) in the engine's own arithmetic: it has none, and functions of Python would need numpy.

Words are 128-bit integers kept below 2^64. Each step of the standard is a `list_reduce`.
"""

from __future__ import annotations

from math import isqrt

from sqlglot import exp

from lynxalert.functions.nodes import (
    Node,
    array,
    binary,
    call,
    case,
    cast,
    column,
    lambda_,
    let,
    number,
    operand,
    text,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type

WORD = "UHUGEINT"
MASK = 2**64 - 1
LONGEST = 65_536  # bytes of text; a longer one would hold up the whole query


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root(value: int) -> int:
    guess = 1 << ((value.bit_length() + 2) // 3)
    while (better := (2 * guess + value // (guess * guess)) // 3) < guess:
        guess = better
    return guess


# The first 64 bits of the fractions of square and cube roots of the first primes.
START = [isqrt(prime << 128) & MASK for prime in _primes(8)]
ROUNDS = [_cube_root(prime << 192) & MASK for prime in _primes(80)]


def _word(value: int) -> Node:
    return cast(exp.Literal.number(value), WORD)


def _op(kind: type[exp.Binary], left: Node, right: Node) -> Node:
    return exp.Paren(this=kind(this=operand(left), expression=operand(right)))


def _and(left: Node, right: Node) -> Node:
    return _op(exp.BitwiseAnd, left, right)


def _or(left: Node, right: Node) -> Node:
    return _op(exp.BitwiseOr, left, right)


def _xor(first: Node, *rest: Node) -> Node:
    for one in rest:
        first = call("xor", first, one)
    return first


def _kept(node: Node) -> Node:
    return _and(node, _word(MASK))


def _sum(first: Node, *rest: Node) -> Node:
    for one in rest:
        first = binary("+", first, one)
    return exp.Paren(this=first)


def _shifted(node: Node, places: int) -> Node:
    return _op(exp.BitwiseRightShift, node, number(places))


def _turned(node: Node, places: int) -> Node:
    # Times a power of two instead of a shift: the words have room for it.
    left = binary("*", node, _word(2 ** (64 - places)))
    return _or(_shifted(node, places), _kept(left))


def _at(name: str, index: int) -> Node:
    return call("list_extract", column(name), number(index))


def _side(index: int) -> Node:
    return call("struct_extract_at", column("z"), number(index))


def _blocks(value: Node) -> Node:
    """The padded message as blocks of 16 words."""
    size = call("octet_length", call("encode", value))
    zeros = binary(
        "+", binary("%", binary("-", number(239), binary("%", size, number(128))), number(128)), number(8)
    )
    bits = call("format", text("{:016x}"), binary("*", size, number(8)))
    hexed = call("hex", call("encode", value))
    padded = call("concat", hexed, text("80"), call("repeat", text("00"), zeros), bits)
    place = binary(
        "+",
        binary("+", binary("*", column("b"), number(256)), binary("*", column("i"), number(16))),
        number(1),
    )
    digits = call("concat", text("0x"), call("substr", column("p"), place, number(16)))
    words = call(
        "list_transform",
        call("range", number(0), number(16)),
        lambda_("i", cast(cast(digits, "UBIGINT"), WORD)),
    )
    count = cast(call("floor", binary("/", call("length", column("p")), number(256))), "BIGINT")
    return let("p", padded, call("list_transform", call("range", number(0), count), lambda_("b", words)))


def _schedule() -> Node:
    """The 80 words of block `k`."""
    far, near = _at("w", -15), _at("w", -2)
    low = _xor(_turned(far, 1), _turned(far, 8), _shifted(far, 7))
    high = _xor(_turned(near, 19), _turned(near, 61), _shifted(near, 6))
    following = _kept(_sum(high, _at("w", -7), low, _at("w", -16)))
    turns = call(
        "list_transform", call("range", number(0), number(64)), lambda_("t", array(cast(column("t"), WORD)))
    )
    return call(
        "list_reduce", turns, _lambda2("w", "t", call("list_append", column("w"), following)), column("k")
    )


def _lambda2(first: str, second: str, body: Node) -> Node:
    node = lambda_(first, body)
    node.append("expressions", exp.Identifier(this=second, quoted=True))
    return node


def _compressed() -> Node:
    """State `h` after the 80 rounds over schedule `m`."""
    a, b, c, d, e, f, g, h = (_at("s", index) for index in range(1, 9))
    choice = _xor(g, _and(e, call("xor", f, g)))
    first = _sum(h, _xor(_turned(e, 14), _turned(e, 18), _turned(e, 41)), choice, _at("x", 1))
    majority = _or(_and(a, b), _and(c, _or(a, b)))
    second = _sum(_xor(_turned(a, 28), _turned(a, 34), _turned(a, 39)), majority)
    state = array(_kept(_sum(first, second)), a, b, c, _kept(_sum(d, first)), e, f, g)
    constants = array(*(_word(value) for value in ROUNDS))
    pairs = call("list_zip", column("m"), constants)
    added = call("list_transform", pairs, lambda_("z", array(_sum(_side(1), _side(2)))))
    return call("list_reduce", added, _lambda2("s", "x", state), column("h"))


def digest(value: Node) -> Node:
    """The digest in hex; null for texts of more than 64 KiB."""
    rounds = let("m", _schedule(), _compressed())
    summed = lambda_("z", _kept(_sum(_side(1), _side(2))))
    step = call("list_transform", call("list_zip", column("h"), rounds), summed)
    start = array(*(_word(value) for value in START))
    state = call("list_reduce", _blocks(value), _lambda2("h", "k", step), start)
    word = call("format", text("{:016x}"), cast(column("x"), "UBIGINT"))
    hexed = call("array_to_string", call("list_transform", state, lambda_("x", word)), text(""))
    return case((binary("<=", call("octet_length", call("encode", value)), number(LONGEST)), hexed))


function(
    "sha512",
    "t",
    Type.TEXT,
    digest,
    "The SHA-512 of the text, in hex; null for a text of more than 64 KiB.",
    (
        'sha512("a")',
        (
            "1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546"
            "f369fbbbce8c12cfc7957b2652fe9a75"
        ),
    ),
)
