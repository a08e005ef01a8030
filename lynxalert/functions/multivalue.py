"""Functions of multivalue fields: lists of texts. Positions count from 0, negative ones from the end."""

from __future__ import annotations

from contextlib import suppress

from lynxalert.functions.coerce import Typed, as_list, as_number, number_text
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    coalesce,
    column,
    every,
    is_present,
    lambda_,
    literal_value,
    number,
    text,
    try_cast,
)
from lynxalert.functions.patterns import pattern_text
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.numbers import read_number
from lynxalert.plan.timespec import SECONDS, BadTime, parse_span

LIMIT = 10_000  # values of mvrange


def whole(node: Node) -> Node:
    """A position as a BIGINT; null for one that no list has."""
    return try_cast(node, "BIGINT")


def filled(values: Node) -> Node:
    """A list that may be empty: then there is no value."""
    return call("nullif", values, cast(call("list_value"), "VARCHAR[]"))


def position(values: Node, index: Node) -> Node:
    """A 0-based position, negative from the end, as the engine's 1-based one."""
    at = whole(index)
    return case(
        (binary("<", at, number(0)), binary("+", binary("+", call("len", values), at), number(1))),
        default=binary("+", at, number(1)),
    )


def picked(values: Node, start: Node, end: Node | None = None) -> Node:
    """The value at *start*, or the values from *start* to *end*, both included; nothing when out of range."""
    if end is None:
        return filled(call("list_slice", values, position(values, start), position(values, start)))
    first, last = position(values, start), position(values, end)
    inside = binary(">=", first, number(1))
    return case((inside, filled(call("list_slice", values, first, last))))


def counted(value: Typed) -> Node:
    """How many values; none for a missing field."""
    return call("nullif", call("len", as_list(value)), number(0))


def appended(*values: Node) -> Node:
    """All values, one list after the other; missing ones add nothing."""
    result = coalesce(values[0], call("list_value"))
    for value in values[1:]:
        result = call("list_concat", result, coalesce(value, call("list_value")))
    return filled(cast(result, "VARCHAR[]"))


def deduplicated(values: Node) -> Node:
    """Every value once, in the order of first appearance."""
    seen = call("list_position", values, call("list_extract", values, column("i")))
    indexes = call(
        "list_filter",
        call("range", number(1), binary("+", call("len", values), number(1))),
        lambda_("i", binary("=", seen, column("i"))),
    )
    return call("list_transform", indexes, lambda_("j", call("list_extract", values, column("j"))))


def zipped(left: Node, right: Node, delimiter: Node | None = None) -> Node:
    """Pairs of values joined by *delimiter* (a comma); the longer list is cut."""
    size = call("least", call("len", left), call("len", right))
    pair = call(
        "concat",
        call("list_extract", left, column("i")),
        delimiter or text(","),
        call("list_extract", right, column("i")),
    )
    pairs = call("list_transform", call("range", number(1), binary("+", size, number(1))), lambda_("i", pair))
    return case((every([is_present(left), is_present(right)]), pairs))  # `least` passes over a null


def ranged(start: Node, end: Node, step: Typed | None = None) -> Node:
    """Numbers from *start* up to, not including, *end*, at most so many that no list grows too long."""
    size = call("nullif", step_of(step), number(0.0)) if step is not None else number(1.0)
    steps = call("ceil", binary("/", binary("-", end, start), size))
    few = call("greatest", number(0), call("least", steps, number(LIMIT)))  # both pass over a null
    count = try_cast(case((is_present(steps), few)), "BIGINT")
    at = binary("+", start, binary("*", cast(column("x"), "DOUBLE"), size))
    return filled(call("list_transform", call("range", count), lambda_("x", number_text(at))))


def step_of(step: Typed) -> Node:
    """A number; of a length of time such as `7d` its seconds."""
    if isinstance(step.value, str) and step.value[:1].isdigit() and read_number(step.value) is None:
        with suppress(BadTime):
            span = parse_span(step.value)
            if span.unit in SECONDS:
                return number(float(span.count * SECONDS[span.unit]))
    return as_number(step)


def joined(values: Node, delimiter: Node) -> Node:
    """The values as one text."""
    if literal_value(delimiter) is not None:
        return case((is_present(values), call("array_to_string", values, delimiter)))
    # The engine joins with a constant only.
    spaced = call("list_transform", values, lambda_("x", call("concat", delimiter, column("x"))))
    start = binary("+", call("length", delimiter), number(1))
    whole = call("array_to_string", spaced, text(""))
    return case((binary(">", call("len", values), number(0)), call("substr", whole, start)))


def found(values: Node, pattern: Node) -> Node:
    """The position of the first value in which the regular expression is found."""
    indexes = call("range", number(0), call("len", values))
    at = call("list_extract", values, binary("+", column("i"), number(1)))
    hits = call("list_filter", indexes, lambda_("i", call("regexp_matches", at, pattern_text(pattern))))
    return call("list_extract", hits, number(1))


function(
    "mvcount",
    "v",
    Type.INTEGER,
    counted,
    "How many values the field has; null when it has none.",
    ('mvcount(split("a,b", ","))', 2),
)
function(
    "mvindex",
    "l n n?",
    Type.LIST,
    picked,
    "The value at a position, or the values from one to another.",
    ('mvindex(split("a,b,c", ","), -1)', "c"),
)
function(
    "mvjoin",
    "l t",
    Type.TEXT,
    joined,
    "The values as one text, a delimiter between them.",
    ('mvjoin(split("a,b", ","), "+")', "a+b"),
)
function(
    "mvappend",
    "l+",
    Type.LIST,
    appended,
    "One multivalue of all arguments.",
    ('mvappend("a", "b")', ["a", "b"]),
)
function(
    "mvdedup",
    "l",
    Type.LIST,
    deduplicated,
    "Every value once, in order of first appearance.",
    ('mvdedup(split("b,a,b", ","))', ["b", "a"]),
)
function(
    "mvsort",
    "l",
    Type.LIST,
    "list_sort",
    "The values sorted as text.",
    ('mvsort(split("b,a", ","))', ["a", "b"]),
)
function(
    "mvzip",
    "l l t?",
    Type.LIST,
    zipped,
    "Pairs of values joined by a delimiter (a comma).",
    ('mvzip(split("a,b", ","), split("1,2", ","))', ["a,1", "b,2"]),
)
function(
    "mvfind",
    "l t!",
    Type.INTEGER,
    found,
    "The position of the first value with a match of the regular expression.",
    ('mvfind(split("a,b", ","), "b")', 1),
    pattern=1,
)
function(
    "mvrange",
    "n n v?",
    Type.LIST,
    ranged,
    "Numbers from a start up to, not including, an end, by a step: 1, or a length of time such as `7d`; at most 10,000.",
    ("mvrange(1, 4)", ["1", "2", "3"]),
)
