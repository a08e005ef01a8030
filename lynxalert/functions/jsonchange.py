"""Functions that change JSON texts at a path: the text is taken apart step by step and put together again.

What is no JSON gives null. The order of keys stays, and so do nulls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from json import dumps
from typing import Any, TypeAlias

from lynxalert.functions.coerce import Typed
from lynxalert.functions.json import document, found, nested
from lynxalert.functions.nodes import (
    Node,
    array,
    binary,
    call,
    case,
    cast,
    coalesce,
    column,
    is_null,
    is_present,
    lambda_,
    let,
    negate,
    null,
    number,
    text,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint
from lynxalert.plan.jsonpath import BadPath, pointer, steps_of

DEEPEST, MOST_STEPS = 6, 12  # steps of a path: each nests the expression deeper
Step: TypeAlias = str | int | None
Change: TypeAlias = Callable[
    [Node], Node
]  # the JSON there, or null → what stands there instead; null: nothing


def changed(json: Node, steps: Sequence[Step], change: Change, depth: int = 0) -> Node:
    """*json* with *change* at *steps*; objects that are missing on the way are made where it makes something."""
    if not steps:
        return change(json)
    here, (first, *rest) = column(f"j{depth}"), steps

    def inner(node: Node) -> Node:
        return cast(changed(node, rest, change, depth + 1), "VARCHAR")

    if first is None:
        body = _every_item(here, inner, depth)
    else:
        # What comes there is computed once, in a place of its own: written out where it is needed, an expression
        # would grow with the third power of its depth.
        new = column(f"n{depth}")
        if isinstance(first, str):
            body = _object(here, first, new, depth)
            old = call("json_extract", here, text(f"/{pointer(first)}"))
        else:
            body = _array(here, first, new, depth)
            old = call("list_extract", json_items(here), number(first + 1))
        body = let(f"n{depth}", inner(old), body)
    return let(f"j{depth}", json, body)


def _object(here: Node, name: str, new: Node, depth: int) -> Node:
    """An object with *new* under *name*; nothing becomes one where *new* is something."""
    key = column(f"k{depth}")
    keys = call("json_keys", here)
    steps = call("replace", call("replace", key, text("~"), text("~0")), text("/"), text("~1"))
    old = cast(call("json_extract", here, call("concat", text("/"), steps)), "VARCHAR")
    value = case((binary("=", key, text(name)), new), default=old)
    spelled = cast(call("to_json", key), "VARCHAR")
    pairs = call(
        "list_transform", keys, lambda_(f"k{depth}", binary("||", binary("||", spelled, text(":")), value))
    )
    added = binary("||", text(_spelled(name) + ":"), new)
    lacks = negate(call("list_contains", keys, text(name)))
    whole = call("list_concat", pairs, case((lacks, call("list_value", added)), default=call("list_value")))
    made = binary("||", binary("||", text("{"), added), text("}"))
    return case(
        (_is(here, "OBJECT"), _joined(whole, "{", "}", depth)),
        (is_null(here), cast(made, "JSON")),
        default=here,
    )


def _array(here: Node, place: int, new: Node, depth: int) -> Node:
    """An array with *new* at *place*, where it has one."""
    items, at = json_items(here), column(f"i{depth}")
    item = cast(call("list_extract", items, at), "VARCHAR")
    value = case((binary("=", at, number(place + 1)), new), default=item)
    places = call("range", number(1), binary("+", call("len", items), number(1)))
    made = _joined(call("list_transform", places, lambda_(f"i{depth}", value)), "[", "]", depth)
    return case((_is(here, "ARRAY"), made), default=here)


def _every_item(here: Node, inner: Change, depth: int) -> Node:
    """An array with every item changed."""
    changed_ = call("list_transform", json_items(here), lambda_(f"i{depth}", inner(column(f"i{depth}"))))
    return case((_is(here, "ARRAY"), _joined(changed_, "[", "]", depth)), default=here)


def _is(json: Node, kind: str) -> Node:
    return binary("=", call("json_type", json), text(kind))


def json_items(array_: Node) -> Node:
    """The items of a JSON array, as they are."""
    return call("json_extract", array_, text("$[*]"))


def _joined(parts: Node, opening: str, closing: str, depth: int) -> Node:
    kept = call("list_filter", parts, lambda_(f"p{depth}", is_present(column(f"p{depth}"))))
    inside = call("array_to_string", kept, text(","))
    return cast(call("concat", text(opening), inside, text(closing)), "JSON")


def _spelled(name: str) -> str:
    return dumps(name, ensure_ascii=False)


def at_pairs(read: Callable[[str], Sequence[Step]], change: Callable[[Typed], Change]) -> Callable[..., Node]:
    """A function of a JSON text and pairs of a path and a value, one change after the other."""

    def sql(value: Node, *pairs: Typed) -> Node:
        json = document(value)
        for path, given in zip(pairs[::2], pairs[1::2], strict=True):
            json = changed(json, read(str(path.value)), change(given))
        return case((is_present(document(value)), cast(json, "VARCHAR")))

    return sql


def put(given: Typed) -> Change:
    """The value in place of what is there; a missing one is JSON's null."""
    return lambda _: coalesce(nested(given), cast(text("null"), "JSON"))


def appended(given: Typed) -> Change:
    """The value at the end of an array; what is no array stays."""
    return lambda old: _longer(old, coalesce(cast(nested(given), "VARCHAR"), text("null")))


def extended(given: Typed) -> Change:
    """The items of an array at the end of an array, any other value as it is."""

    def change(old: Node) -> Node:
        value = coalesce(nested(given), cast(text("null"), "JSON"))
        items = call("array_to_string", json_items(value), text(","))
        is_array = binary("=", call("json_type", value), text("ARRAY"))
        return _longer(old, case((is_array, items), default=cast(value, "VARCHAR")))

    return change


def _longer(old: Node, added: Node) -> Node:
    """The array *old* with the texts *added* at its end."""
    before = call("array_to_string", json_items(old), text(","))
    parts = call("list_filter", array(before, added), lambda_("x", binary("!=", column("x"), text(""))))
    made = call("concat", text("["), call("array_to_string", parts, text(",")), text("]"))
    return case((binary("=", call("json_type", old), text("ARRAY")), cast(made, "JSON")), default=old)


def deleted(value: Node, *paths: Typed) -> Node:
    """Without what stands at the paths."""
    json = document(value)
    for path in paths:
        json = changed(json, steps_of(str(path.value)), lambda _: cast(null(), "JSON"))
    return cast(json, "VARCHAR")


def exactly(value: Node, *names: Typed) -> Node:
    """The values of members whose names are taken to the letter."""
    json = document(value)
    if len(names) == 1:
        return found(json, f"/{pointer(str(names[0].value))}")
    every = array(*(call("json_extract", json, text(f"/{pointer(str(name.value))}")) for name in names))
    return case((is_present(json), call("to_json", cast(call("to_json", every), "VARCHAR"))))


def has(value: Node, name: Typed) -> Node:
    """Whether an object has a member of this name; its value may be null."""
    return call("json_exists", document(value), text(f"/{pointer(str(name.value))}"))


def entries(value: Node) -> Node:
    """The members of an object as an array of objects."""
    json = document(value)
    at = call("replace", call("replace", column("k"), text("~"), text("~0")), text("/"), text("~1"))
    member = call("json_extract", json, call("concat", text("/"), at))
    pairs = call(
        "list_transform",
        call("json_keys", json),
        lambda_("k", call("json_object", text("key"), column("k"), text("value"), member)),
    )
    is_object = binary("=", call("json_type", json), text("OBJECT"))
    return case((is_object, cast(call("to_json", pairs), "VARCHAR")))


def _one(name: str) -> Sequence[Step]:
    return [name]


def _paths(arguments: tuple[Any, ...], every: int) -> Complaint | None:
    total = 0
    for place in range(1, len(arguments), every):
        path = arguments[place]
        if not isinstance(path, str):
            return Complaint("the path must be a text in quotes", None, place)
        try:
            steps = len(steps_of(path))
            total += steps
            if steps > DEEPEST or total > MOST_STEPS:
                message = f"a path has at most {DEEPEST} steps here, all together {MOST_STEPS}"
                return Complaint(message, None, place)
        except BadPath as wrong:
            return Complaint(str(wrong), 'write for example "user.name" or "items{0}"', place)
    return None


def _path_pairs(arguments: tuple[Any, ...]) -> Complaint | None:
    if len(arguments) % 2 == 0 or len(arguments) < 3:
        return Complaint("paths and values come in pairs", 'json_set(field, "path", value, …)')
    return _paths(arguments, 2)


def _name_pairs(arguments: tuple[Any, ...]) -> Complaint | None:
    if len(arguments) % 2 == 0 or len(arguments) < 3:
        return Complaint("names and values come in pairs", 'json_set_exact(field, "name", value, …)')
    wrong = (place for place in range(1, len(arguments), 2) if not isinstance(arguments[place], str))
    return next((Complaint("the name must be a text in quotes", None, place) for place in wrong), None)


function(
    "json_set",
    "t v*",
    Type.TEXT,
    at_pairs(steps_of, put),
    "A JSON text with values at paths; objects that are missing on the way are made.",
    ('json_set("{\\"a\\": 1}", "b.c", 2)', '{"a":1,"b":{"c":2}}'),
    _path_pairs,
)
function(
    "json_set_exact",
    "t v*",
    Type.TEXT,
    at_pairs(_one, put),
    "A JSON text with values under names that are no paths: dots mean nothing.",
    ('json_set_exact("{}", "a.b", 2)', '{"a.b":2}'),
    _name_pairs,
)
function(
    "json_append",
    "t v*",
    Type.TEXT,
    at_pairs(steps_of, appended),
    "A JSON text with values at the ends of arrays at paths.",
    ('json_append("{\\"a\\": [1]}", "a", 2)', '{"a":[1,2]}'),
    _path_pairs,
)
function(
    "json_extend",
    "t v*",
    Type.TEXT,
    at_pairs(steps_of, extended),
    "A JSON text with the items of arrays at the ends of arrays at paths.",
    ('json_extend("{\\"a\\": [1]}", "a", "[2, 3]")', '{"a":[1,2,3]}'),
    _path_pairs,
)
function(
    "json_delete",
    "t v!+",
    Type.TEXT,
    deleted,
    "A JSON text without what stands at paths.",
    ('json_delete("{\\"a\\": 1, \\"b\\": 2}", "a")', '{"b":2}'),
    lambda arguments: _paths(arguments, 1),
)
function(
    "json_extract_exact",
    "t v!+",
    Type.ANY,
    exactly,
    "The value of a member, its name no path: dots mean nothing; of several names a JSON array.",
    ('json_extract_exact("{\\"a.b\\": 1}", "a.b")', 1),
)
function(
    "json_has_key_exact",
    "t v!",
    Type.BOOLEAN,
    has,
    "Whether a JSON object has a member, its name no path.",
    ('json_has_key_exact("{\\"a.b\\": null}", "a.b")', True),
)
function(
    "json_entries",
    "t",
    Type.TEXT,
    entries,
    "The members of a JSON object as a JSON array of their keys and values.",
    ('json_entries("{\\"a\\": 1}")', '[{"key":"a","value":1}]'),
)
