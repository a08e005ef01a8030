"""Functions of text. Positions count characters from 1, as in Splunk."""

from __future__ import annotations

from collections.abc import Callable

from lynxalert.functions.coerce import Typed, as_text
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    is_present,
    literal_number,
    number,
    text,
    try_cast,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type

REACH = 2**31  # characters: no text is longer


def substring(value: Node, start: Node, length: Node | None = None) -> Node:
    """From character *start*; a negative start counts from the end."""
    first = within_reach(start, -REACH)
    if length is None:
        return call("substr", value, first)
    return call("substr", value, first, within_reach(length, 0))


def within_reach(place: Node, least: int) -> Node:
    """*place* as a whole number, from *least* to what the engine can count to."""
    whole = try_cast(place, "BIGINT")
    known = literal_number(place)
    if known is not None and least <= known <= REACH:
        return whole
    below, above = binary("<", place, number(least)), binary(">", place, number(REACH))
    return case((below, number(least)), (above, number(REACH)), default=whole)


def trimmed(name: str) -> Callable[..., Node]:
    """`trim` and kin: blanks and tabs, or the characters given."""

    def sql(value: Node, characters: Node | None = None) -> Node:
        return call(name, value, characters if characters is not None else text(" \t"))

    return sql


def decoded(value: Node) -> Node:
    """`%20` and kin as characters; `+` as a blank."""
    return call("url_decode", call("replace", value, text("+"), text(" ")))


def split(value: Node, delimiter: Node) -> Node:
    """The parts between *delimiter*s; an empty delimiter gives the characters."""
    return case(
        (binary("=", delimiter, text("")), call("string_split_regex", value, text(""))),
        (is_present(delimiter), call("string_split", value, delimiter)),  # at a null it would not cut
    )


def joined(*values: Typed) -> Node:
    """Every value as text, one after the other, missing ones left out."""
    return call("concat", *(as_text(value) for value in values))


function("lower", "t", Type.TEXT, "lower", "The text in lower case.", ('lower("ABC")', "abc"))
function("upper", "t", Type.TEXT, "upper", "The text in upper case.", ('upper("abc")', "ABC"))
function("len", "t", Type.INTEGER, "length", "The number of characters.", ('len("añb")', 3))
function(
    "substr",
    "t n n?",
    Type.TEXT,
    substring,
    "Part of a text: from a position (1-based, negative from the end), a number of characters.",
    ('substr("alert", 2, 3)', "ler"),
)
function(
    "trim",
    "t t?",
    Type.TEXT,
    trimmed("trim"),
    "The text without blanks (or the characters given) at both ends.",
    ('trim("  a ")', "a"),
)
function(
    "ltrim",
    "t t?",
    Type.TEXT,
    trimmed("ltrim"),
    "The text without blanks (or the characters given) at its start.",
    ('ltrim("xxa", "x")', "a"),
)
function(
    "rtrim",
    "t t?",
    Type.TEXT,
    trimmed("rtrim"),
    "The text without blanks (or the characters given) at its end.",
    ('rtrim("a  ")', "a"),
)
function(
    "urldecode",
    "t",
    Type.TEXT,
    decoded,
    "The text with `%20` and kin decoded.",
    ('urldecode("a%20b")', "a b"),
)
function(
    "split",
    "t t",
    Type.LIST,
    split,
    "A multivalue of the parts between delimiters.",
    ('split("a,b", ",")', ["a", "b"]),
)
for _name, _doc, _digest in (
    ("md5", "The MD5 of the text, in hex.", "0cc175b9c0f1b6a831c399e269772661"),
    ("sha1", "The SHA-1 of the text, in hex.", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    (
        "sha256",
        "The SHA-256 of the text, in hex.",
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    ),
):
    function(_name, "t", Type.TEXT, _name, _doc, (f'{_name}("a")', _digest))
