"""Numbers as the text of the span they lie in: `0-100`, or spans that grow."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed, as_number, as_text, number_text
from lynxalert.functions.nodes import Node, binary, call, case, coalesce, is_present, number, text
from lynxalert.functions.table import function
from lynxalert.plan import Type


def span_text(value: Typed, size: Typed) -> Node:
    """A number as the text `low-high` of its span."""
    read = as_number(value)
    width = number(float(str(size.value)))
    low = binary("*", call("floor", binary("/", read, width)), width)
    label = call("concat", number_text(low), text("-"), number_text(binary("+", low, width)))
    return case((is_present(read), label), default=coalesce(as_text(value)))


def growing_text(value: Typed, first: Typed, base: Typed) -> Node:
    """A positive number as the text `low-high` of its span, each span so many times as wide as the one before."""
    read = as_number(value)
    start, factor = number(float(str(first.value))), number(float(str(base.value)))
    ratio = binary("/", call("ln", binary("/", read, start)), call("ln", factor))
    # What lies on a border by all but an error of rounding lies on it.
    power = call("floor", binary("+", ratio, number(1e-9)))
    low = binary("*", start, call("pow", factor, power))
    label = call("concat", number_text(low), text("-"), number_text(binary("*", low, factor)))
    return case((binary(">", read, number(0)), label), default=coalesce(as_text(value)))


# What is no number stays as it is.
function("bucket:number", "v v!", Type.TEXT, span_text, "The span of numbers, as `low-high`.")
function("bucket:growing", "v v! v!", Type.TEXT, growing_text, "The growing span of numbers, as `low-high`.")
