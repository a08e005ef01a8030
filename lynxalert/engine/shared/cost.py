"""Expression → whether it takes long: more than a comparison of what is stored as it is."""

from __future__ import annotations

from sqlglot import exp

from lynxalert.functions.nodes import Node

QUICK = {"lower", "upper", "len", "trunc", "abs", "nullif", "isfinite"}  # other functions may take long
LONG = (exp.Lambda, exp.JSONExtract)


def is_costly(node: Node) -> bool:
    """Whether *node* does more than compare: a pattern, JSON, a list."""
    return any(
        isinstance(each, LONG) or (isinstance(each, exp.Anonymous) and each.name.lower() not in QUICK)
        for each in node.walk()
    )
