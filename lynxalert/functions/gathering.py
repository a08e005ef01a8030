"""What stages gather from many rows or one: all values of a field, the shape of JSON texts, the keys of objects."""

from __future__ import annotations

from sqlglot import exp

from lynxalert.functions.aggregates import Call, aggregate, in_order, where
from lynxalert.functions.coerce import Typed, as_any, as_list, as_text
from lynxalert.functions.multivalue import filled
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    column,
    is_present,
    lambda_,
    number,
    text,
    within,
)
from lynxalert.functions.patterns import pattern_text
from lynxalert.functions.table import AGGREGATES, function
from lynxalert.plan import Type
from lynxalert.plan.function import AggregateFunction


def gathered(c: Call) -> Node:
    """Every value in current order, however many."""
    if c.argument.type in (Type.LIST, Type.ANY):
        values = as_list(c.argument)
        return filled(
            call("flatten", where(aggregate("list", in_order(values, c.order)), is_present(values)))
        )
    value = as_text(c.argument)
    return where(aggregate("list", in_order(value, c.order)), is_present(value.copy()))


def structure(c: Call) -> Node:
    """Every shape that JSON texts have, each as JSON: objects of shapes, arrays of one shape, names of kinds."""
    value = as_text(c.argument)
    shape = case((call("json_valid", value), cast(call("json_structure", value), "VARCHAR")))
    return aggregate("list", exp.Distinct(expressions=[shape]))


def keys(value: Node) -> Node:
    """The keys of a JSON object."""
    read = case((call("json_valid", value), cast(value, "JSON")))
    is_object = binary("=", call("json_type", read), text("OBJECT"))
    return case((is_object, filled(call("json_keys", read))))


def value_of(value: Node) -> Node:
    """A JSON text as the value it spells."""
    return cast(value, "JSON")


def member(value: Node, key: Typed) -> Node:
    """The value of a key of a JSON object; what is nested is its text."""
    read = case((call("json_valid", value), cast(value, "JSON")))
    pointer = "/" + str(key.value).replace("~", "~0").replace("/", "~1")
    found = call("json_extract", read, text(pointer))
    kind = call("json_type", found)
    inner = within(kind, [text("OBJECT"), text("ARRAY")])
    return case((inner, call("to_json", cast(found, "VARCHAR"))), (binary("!=", kind, text("NULL")), found))


def written(nulls: Typed, *pairs: Typed) -> Node:
    """Names and values as the text of a JSON object; missing values are left out unless *nulls* is true."""
    arguments: list[Node] = []
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        arguments += [text(str(name.value)), as_any(value)]
    whole = call("json_object", *arguments)
    if nulls.value:
        return cast(whole, "VARCHAR")
    # A merge patch is where a null member means that there is none.
    return cast(call("json_merge_patch", text("{}"), whole), "VARCHAR")


def found(value: Node, pattern: Typed, group: Typed) -> Node:
    """What a group caught, or nothing when it caught nothing."""
    caught = call("regexp_extract", value, pattern_text(pattern.node), group.node)
    return call("nullif", caught, text(""))


def every_found(value: Node, pattern: Typed, group: Typed) -> Node:
    """What a group caught in every match."""
    caught = call("regexp_extract_all", value, pattern_text(pattern.node), group.node)
    return filled(call("list_filter", caught, lambda_("x", binary("!=", column("x"), text("")))))


def first(values: Node, count: Typed) -> Node:
    """The first values."""
    return call("list_slice", values, number(1), count.node)


def left(value: Node, count: Typed) -> Node:
    """The first characters."""
    return call("left", value, number(int(str(count.value))))


def unescaped(value: Typed) -> Node:
    """A text of XML with its five entities read."""

    def read(node: Node) -> Node:
        entities = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
        for entity, character in entities:
            node = call("replace", node, text(entity), text(character))
        return node

    return read(as_text(value))


AGGREGATES.add(
    "mv:gather",
    AggregateFunction(name="mv:gather", returns=Type.LIST, sql=gathered, doc="All values.", ordered=True),
    documentation="All values.",
)
AGGREGATES.add(
    "json:structure",
    AggregateFunction(
        name="json:structure", returns=Type.LIST, sql=structure, doc="The shape of JSON texts."
    ),
    documentation="The shape of JSON texts.",
)
function("json:keys", "t", Type.LIST, keys, "The keys of an object.")
function("json:value", "t", Type.ANY, value_of, "The value that a JSON text spells.")
function("json:member", "t v!", Type.ANY, member, "The value of a key.")
function("json:written", "v! v*", Type.TEXT, written, "A JSON object without what is missing.")
function("find:first", "t v! v!", Type.TEXT, found, "What a group caught first.")
function("find:every", "t v! v!", Type.LIST, every_found, "What a group caught in every match.")
function("mv:first", "l v!", Type.LIST, first, "The first values.")
function("text:left", "t v!", Type.TEXT, left, "The first characters.")
function("xml:text", "v", Type.TEXT, unescaped, "A text of XML without entities.")
