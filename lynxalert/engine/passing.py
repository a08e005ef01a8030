"""A query → whether its rows are whole events, whatever fields these have. Pure."""

from __future__ import annotations

from lynxalert.lang.ast import Call, Comparison, Field, Member, Name, Query
from lynxalert.lang.walk import nodes

# Commands that pass on what they do not name.
PASSING = frozenset({"search", "where", "eval", "head", "tail", "sort", "reverse", "dedup", "regex"})


def takes_whole_events(query: Query) -> bool:
    """Whether the rows of *query* are events, and nothing in it looks at a field that it does not name."""
    if query.datasets or any(stage.command not in PASSING for stage in query.stages):
        return False
    return not any(_looks_further(node) for node in nodes(query) if node is not query)


def _looks_further(node: object) -> bool:
    match node:
        case Query():
            return True
        case Call():
            return node.function.lower() == "searchmatch"  # names fields inside a text
        case Field():
            return "*" in node.name
        case Name():
            return "*" in node.text
        case Comparison() | Member():
            return "*" in node.field
        case _:
            return False
