"""A query → whether its rows are whole events, whatever fields these have. Pure."""

from __future__ import annotations

import re

from lynxalert.lang.ast import Call, Query, Text
from lynxalert.lang.walk import names_below, nodes

# Commands that pass on what they do not name.
PASSING = frozenset(
    {
        "search",
        "where",
        "eval",
        "head",
        "tail",
        "sort",
        "reverse",
        "dedup",
        "regex",
        "rex",
        "rename",
        "fields",
    }
)
GROUP = re.compile(r"\(\?P?<(\w+)>")  # of a regular expression: a field that it may set


def takes_whole_events(query: Query) -> bool:
    """Whether the rows of *query* are events, and nothing in it looks at a field that it does not name."""
    if query.datasets or any(stage.command not in PASSING for stage in query.stages):
        return False
    if any("*" in name for name in names_below(query)):
        return False
    return not any(_looks_further(node) for node in nodes(query) if node is not query)


def names_in(query: Query) -> set[str]:
    """The names in *query* that may be those of fields it reads, sets or takes away."""
    texts = (node.value for node in nodes(query) if isinstance(node, Text))
    return names_below(query).union(*(GROUP.findall(text) for text in texts))


def _looks_further(node: object) -> bool:
    names_others = isinstance(node, Call) and node.function.lower() == "searchmatch"  # inside a text
    return names_others or isinstance(node, Query)
