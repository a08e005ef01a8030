"""Values of several fields at once against a list of combinations, ignoring case: what a subsearch of many rows asks."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed, as_text
from lynxalert.functions.nodes import Node, binary, boolean, call, coalesce, text, within
from lynxalert.functions.table import function
from lynxalert.plan import Type

BETWEEN = "\x1f"  # no combination has it in a value, so a value that has it fits none


def fits(width: Typed, *given: Typed) -> Node:
    """Whether the first *width* values are one of the combinations that follow; false where one is missing."""
    count = int(str(width.value))
    key = as_text(given[0])
    for value in given[1:count]:
        key = binary("||", binary("||", key, text(BETWEEN)), as_text(value))
    constants = [str(one.value) for one in given[count:]]
    combinations = [
        BETWEEN.join(constants[place : place + count]) for place in range(0, len(constants), count)
    ]
    known = within(call("lower", key), [call("lower", text(one)) for one in combinations])
    return coalesce(known, boolean(value=False))


function("search:rows", "v! v+", Type.BOOLEAN, fits, "The values are one of many combinations.")
