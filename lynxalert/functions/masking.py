"""Texts without what differs from one to the next: the beginning of a message template."""

from __future__ import annotations

from lynxalert.functions.nodes import Node, call, text
from lynxalert.functions.table import function
from lynxalert.plan import Type

# In this order: a time is no number any more.
MASKS = (
    (r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?", "<time>"),
    (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<uuid>"),
    (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "<ip>"),
    (r"\b0[xX][0-9a-fA-F]+\b", "<hex>"),
    (r"\b[0-9a-f]{12,}\b", "<hex>"),
    (r"\d+(?:\.\d+)*", "<n>"),
)


def masked(value: Node) -> Node:
    """Times, identifiers, addresses and numbers as `<time>`, `<uuid>`, `<ip>`, `<hex>`, `<n>`."""
    for pattern, mask in MASKS:
        value = call("regexp_replace", value, text(pattern), text(mask), text("g"))
    return value


function("text:masked", "t", Type.TEXT, masked, "A text without what differs from one to the next.")
