"""Functions of JSON texts. What is no JSON gives null; paths are written as in `spath`: `a.b{}.c{0}`."""

from __future__ import annotations

from typing import Any

from lynxalert.functions.coerce import Typed, as_list, as_text, exact_json, json_values
from lynxalert.functions.multivalue import filled
from lynxalert.functions.nodes import (
    Node,
    array,
    binary,
    call,
    case,
    cast,
    column,
    is_null,
    is_present,
    lambda_,
    null,
    number,
    text,
    within,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint
from lynxalert.plan.jsonpath import BadPath, read_path

CONTAINERS = ("OBJECT", "ARRAY")


def document(value: Node) -> Node:
    """The text *value* as JSON where it is some."""
    return case((call("json_valid", value), cast(value, "JSON")))


def nested(value: Typed) -> Node:
    """*value* as JSON to be put into an array or object: a text that is one itself is not quoted."""
    if value.type not in (Type.TEXT, Type.ANY):
        return exact_json(value)
    plain = as_text(value)
    begins = within(call("left", call("ltrim", plain), number(1)), [text("{"), text("[")])
    known = case((begins, call("json_valid", plain)))
    return case((known, cast(plain, "JSON")), default=exact_json(value))


def at_path(json: Node, written: str) -> Node:
    """The value at a path as JSON: an object or array as its text."""
    return found(json, read_path(written).text)


def found(json: Node, place: str) -> Node:
    """The value at a JSON pointer: an object or array as its text, null as nothing."""
    value = call("json_extract", json, text(place))
    kind = call("json_type", value)
    inner = within(kind, [text(name) for name in CONTAINERS])
    return case((inner, call("to_json", cast(value, "VARCHAR"))), (binary("!=", kind, text("NULL")), value))


def every_at(json: Node, written: str) -> Node:
    """The values a path with `{}` meets, as texts; nulls are left out."""
    values = json_values(json, read_path(written).text)
    return filled(call("list_filter", values, lambda_("x", is_present(column("x")))))


def extracted(value: Node, *paths: Typed) -> Node:
    """`json_extract`: without a path the whole, with one its value or values, with more an array of them."""
    json = document(value)
    if not paths:
        return call("to_json", cast(json, "VARCHAR"))
    if len(paths) > 1:
        whole = array(*(_raw(json, str(path.value)) for path in paths))
        return case((is_present(json), call("to_json", cast(call("to_json", whole), "VARCHAR"))))
    written = str(paths[0].value)
    if not read_path(written).several:
        return at_path(json, written)
    return exact_json(Typed(every_at(json, written), Type.LIST))


def _raw(json: Node, written: str) -> Node:
    path = read_path(written)
    found = call("json_extract", json, text(path.text))
    return call("to_json", found) if path.several else found


def json_object(*pairs: Typed) -> Node:
    """Names and values in turn; a missing value is JSON's null."""
    arguments: list[Node] = []
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        arguments += [as_text(name), nested(value)]
    names = [is_null(name) for name in arguments[::2]]
    made = cast(call("json_object", *arguments), "VARCHAR")
    return case(*((name, null()) for name in names), default=made) if names else made


def json_array(*values: Typed) -> Node:
    """The values in order; a missing one is JSON's null."""
    return cast(call("json_array", *(nested(value) for value in values)), "VARCHAR")


def keys(value: Node) -> Node:
    """The keys of an object as a JSON array."""
    json = document(value)
    is_object = binary("=", call("json_type", json), text("OBJECT"))
    return case((is_object, cast(call("to_json", call("json_keys", json)), "VARCHAR")))


def to_values(value: Node) -> Node:
    """The items of a JSON array as a multivalue."""
    json = document(value)
    is_array = binary("=", call("json_type", json), text("ARRAY"))
    return case((is_array, filled(json_values(json))))


def from_values(value: Typed, infer: Node | None = None) -> Node:
    """The values as a JSON array of texts; where *infer* is true, JSON itself is not quoted."""
    quoted = call("to_json", column("x"))
    items = as_list(value)
    if infer is not None:
        bare = call("json_valid", column("x"))
        quoted = case((case((infer, bare)), cast(column("x"), "JSON")), default=quoted)
    return cast(call("to_json", call("list_transform", items, lambda_("x", quoted))), "VARCHAR")


def spath(value: Node, path: Typed) -> Node:
    """The values at a path: a multivalue where it has `{}`."""
    return extracted(value, path)


def _paths(arguments: tuple[Any, ...]) -> Complaint | None:
    for place, written in enumerate(arguments[1:], 1):
        try:
            read_path(str(written))
        except BadPath as wrong:
            return Complaint(str(wrong), 'write for example "user.roles{}.name" or "items{0}"', place)
    return None


def _pairs(arguments: tuple[Any, ...]) -> Complaint | None:
    if len(arguments) % 2:
        return Complaint("names and values come in pairs", 'json_object("name", value, …)')
    return None


function(
    "json_extract",
    "t v!*",
    Type.ANY,
    extracted,
    "The value at a path of a JSON text; with `{}` in the path a multivalue, with several paths a JSON array.",
    ('json_extract("{\\"a\\": {\\"b\\": [1, 2]}}", "a.b{1}")', 2),
    _paths,
)
function(
    "spath",
    "t v!",
    Type.ANY,
    spath,
    "The value, or with `{}` the values, at a path of a JSON text.",
    ('spath("{\\"a\\": [{\\"b\\": 1}, {\\"b\\": 2}]}", "a{}.b")', ["1", "2"]),
    _paths,
)
function(
    "json_object",
    "v*",
    Type.TEXT,
    json_object,
    "A JSON object of names and values; JSON objects and arrays among the values are nested.",
    ('json_object("host", "web1", "errors", 3)', '{"host":"web1","errors":3}'),
    _pairs,
)
function(
    "json_array",
    "v*",
    Type.TEXT,
    json_array,
    "A JSON array of values; JSON objects and arrays among them are nested.",
    ('json_array("a", 1.5, null())', '["a",1.5,null]'),
)
function(
    "json_valid",
    "t",
    Type.BOOLEAN,
    lambda value: call("json_valid", value),
    "Whether the text is JSON.",
    ('json_valid("{\\"a\\": 1}")', True),
)
function(
    "json_keys",
    "t",
    Type.TEXT,
    keys,
    "The keys of a JSON object as a JSON array.",
    ('json_keys("{\\"a\\": 1, \\"b\\": 2}")', '["a","b"]'),
)
function(
    "json_array_to_mv",
    "t",
    Type.LIST,
    to_values,
    "The items of a JSON array as a multivalue.",
    ('json_array_to_mv("[\\"a\\", 2]")', ["a", "2"]),
)
function(
    "mv_to_json_array",
    "v b?",
    Type.TEXT,
    from_values,
    "The values as a JSON array of texts; with true() what is JSON itself is not quoted.",
    ('mv_to_json_array(split("a,2", ","), true())', '["a",2]'),
)
