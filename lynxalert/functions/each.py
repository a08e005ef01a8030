"""Functions whose last argument is computed for every value of a multivalue; plan/calls.py finds the field."""

from __future__ import annotations

from collections.abc import Callable

from lynxalert.functions.coerce import Typed, as_boolean, as_list, as_text
from lynxalert.functions.multivalue import filled
from lynxalert.functions.nodes import Node, boolean, call, column, is_present, lambda_
from lynxalert.functions.table import function
from lynxalert.plan import Type


def mapped(values: Node, body: Typed, each: Callable[[Node], Node]) -> Node:
    """What *body* gives for each value, in order; several values stand side by side, missing ones fall out."""
    if body.type in (Type.LIST, Type.ANY):
        made = call("flatten", call("list_transform", values, each(as_list(body))))
    else:
        made = call("list_transform", values, each(as_text(body)))
    return filled(call("list_filter", made, lambda_("x", is_present(column("x")))))


def filtered(values: Node, body: Typed, each: Callable[[Node], Node]) -> Node:
    """The values for which *body* is true."""
    return filled(call("list_filter", values, each(as_boolean(body))))


function(
    "mvmap",
    "l v",
    Type.LIST,
    mapped,
    "The multivalue of what an expression gives for each value of a field, which stands for that value in it.",
    ("mvmap('sizes{}', 'sizes{}' * 2)", ["2", "40", "6"]),
)
function(
    "mvfilter",
    "b",
    Type.LIST,
    filtered,
    "The values of a field for which a condition is true; the condition names that field only.",
    ("mvfilter('sizes{}' > 2)", ["20", "3"]),
)
function(
    "searchmatch",
    "t!",
    Type.BOOLEAN,
    lambda _terms: boolean(value=False),
    "Whether the row fits search terms: words of `_raw`, `field=value`, wildcards.",
    ('searchmatch("disk NOT host=db*")', True),
)
