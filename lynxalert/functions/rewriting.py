"""Rewriting values where they stand, each of a multivalue by itself: what `replace`, `makemv`, `nomv`, `mvexpand` do."""

from __future__ import annotations

import re
from collections.abc import Callable

from lynxalert.functions.coerce import Typed, as_any, as_list, as_text, json_text, json_values
from lynxalert.functions.multivalue import filled
from lynxalert.functions.nodes import (
    Node,
    array,
    binary,
    call,
    case,
    coalesce,
    column,
    is_null,
    is_present,
    lambda_,
    null,
    number,
    some,
    text,
    within,
)
from lynxalert.functions.patterns import pattern_text
from lynxalert.functions.table import function
from lynxalert.plan import Type


def kept_type(types: tuple[Type, ...]) -> Type:
    """What `every_text` gives: texts stay texts, lists stay lists; other kinds may be any afterwards."""
    return types[0] if types[0] in (Type.TEXT, Type.LIST, Type.NULL) else Type.ANY


def every_text(value: Typed, body: Callable[[Node], Node]) -> Node:
    """*value* with *body* done to its text, of a multivalue to the text of every value."""
    each = lambda_("x", body(column("x")))
    match value.type:
        case Type.NULL:
            return value.node
        case Type.TEXT:
            return body(value.node)
        case Type.LIST:
            return call("list_transform", value.node, each)
        case Type.ANY:
            many = call("to_json", call("list_transform", json_values(value.node), each))
            return case((is_array(value.node), many), default=call("to_json", body(json_text(value.node))))
        case _:
            return call("to_json", body(as_text(value)))


def is_array(node: Node) -> Node:
    """Whether a JSON value is an array."""
    return binary("=", call("json_type", node), text("ARRAY"))


def replaced(value: Typed, *pairs: Typed) -> Node:
    """Values that a pattern fits as a whole (`*` any run) become what stands beside the first such pattern."""
    finds, puts = [str(one.value) for one in pairs[::2]], [str(one.value) for one in pairs[1::2]]
    patterns = ["(?s)" + "(.*)".join(re.escape(part) for part in find.split("*")) for find in finds]

    def body(node: Node) -> Node:
        branches = [
            (_fits(node, find, pattern), _put(node, pattern, put))
            for find, put, pattern in zip(finds, puts, patterns, strict=True)
        ]
        return case(*branches, default=node)

    changed = every_text(value, body)
    if value.type in (Type.TEXT, Type.LIST, Type.NULL):
        return changed
    # A number that no pattern fits stays a number.
    plain = [_fits(as_text(value), find, pattern) for find, pattern in zip(finds, patterns, strict=True)]
    touched = [*plain, is_array(value.node)] if value.type is Type.ANY else plain
    return case((some(touched), changed), default=as_any(value))


def _fits(node: Node, find: str, pattern: str) -> Node:
    if "*" not in find:
        return within(node, [text(find)])
    return call("regexp_full_match", node, text(pattern))


def _put(node: Node, pattern: str, put: str) -> Node:
    """The text that takes the place; its stars are what the pattern's stars met, in order."""
    if "*" not in put:
        return text(put)
    parts = put.replace("\\", "\\\\").split("*")
    stars = pattern.count("(.*)")
    written = parts[0]
    for place, part in enumerate(parts[1:], start=1):
        written += (f"\\{place}" if place <= stars else "*") + part
    return call("regexp_replace", node, text(f"^{pattern}$"), text(written))


def split(value: Node, delimiter: Typed, empty: Typed) -> Node:
    """Every value cut at a delimiter; parts that are empty fall out unless wanted."""
    parts = call(
        "flatten",
        call("list_transform", value, lambda_("x", call("string_split", column("x"), delimiter.node))),
    )
    if empty.value:
        return parts
    return filled(call("list_filter", parts, lambda_("x", binary("!=", column("x"), text("")))))


def tokens(value: Node, pattern: Typed, group: Typed) -> Node:
    """What a group of a regular expression caught in every match, value by value."""
    found = call("regexp_extract_all", column("x"), pattern_text(pattern.node), group.node)
    return filled(call("flatten", call("list_transform", value, lambda_("x", found))))


def single(value: Typed) -> Node:
    """All values as one text, a line end between them; what is single already stays."""
    match value.type:
        case Type.LIST:
            return as_text(value)
        case Type.ANY:
            joined = call("to_json", json_text(value.node))
            return case((is_array(value.node), joined), default=value.node)
        case _:
            return value.node


def places(value: Typed, limit: Typed) -> Node:
    """The places of the values, from 1, as whole numbers to be unnested; one for a row without a value."""
    size = call("greatest", coalesce(call("len", elements(value)), number(1)), number(1))
    most = int(str(limit.value))
    last = call("least", size, number(most)) if most else size
    return call("range", number(1), binary("+", last, number(1)))


def elements(value: Typed) -> Node:
    """The values as a list that can be counted, none when there is no value."""
    if value.type is Type.ANY:
        many = call("json_extract", value.node, text("$[*]"))
        return case((is_null(value.node), null()), (is_array(value.node), many), default=array(value.node))
    return as_list(value)


def element(value: Typed, place: Typed) -> Node:
    """The value at a place counted from 1."""
    return call("list_extract", elements(value), place.node)


def element_type(types: tuple[Type, ...]) -> Type:
    """Of texts a text, of JSON its kind."""
    return Type.ANY if types[0] is Type.ANY else Type.TEXT


def key(*values: Typed) -> Node:
    """All values as one text that tells rows apart; missing ones too."""
    return call("to_json", array(*(as_text(value) for value in values)))


def listed(value: Typed) -> Node:
    """The value as a multivalue of one; nothing stays nothing."""
    node = as_text(value)
    return case((is_present(node), array(node)))


function("replace:wild", "v v!+", kept_type, replaced, "Values that a pattern fits are replaced.")
function("mv:split", "l v! v!", Type.LIST, split, "Values cut at a delimiter.")
function("mv:tokens", "l v! v!", Type.LIST, tokens, "What a regular expression finds in the values.")
function(
    "mv:single",
    "v",
    lambda types: Type.TEXT if types[0] is Type.LIST else types[0],
    single,
    "All values as one text.",
)
function("mv:places", "v v!", Type.LIST, places, "The places of the values, to be unnested.")
function("mv:element", "v v", element_type, element, "The value at a place.")
function("mvcombine:key", "v+", Type.TEXT, key, "One text that tells rows apart.")
function("mv:of", "v", Type.LIST, listed, "A multivalue of one.")
