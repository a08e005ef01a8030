"""When two syntax trees say the same: spans, source text and needless quotes aside."""

from __future__ import annotations

import dataclasses
from typing import Any

from lynxalert.lang import ast

ASSOCIATIVE = ("??", ".")


def same(left: Any, right: Any) -> bool:
    return said(left) == said(right)


def said(node: Any) -> Any:
    """*node* as nested tuples, without what canonical text may change."""
    if isinstance(node, tuple):
        return tuple(said(item) for item in node)
    if isinstance(node, ast.Binary) and node.operator in ASSOCIATIVE:
        return (node.operator, *operands(node, node.operator))
    if not dataclasses.is_dataclass(node):
        return (type(node).__name__, node)
    dropped = {"source"} if isinstance(node, ast.Query) else set()
    if isinstance(node, ast.Aggregation):
        dropped.add("written")
    # Quotes around a name with a star keep it from being a wildcard; all others are a matter of spelling.
    if not (isinstance(node, ast.Name) and "*" in node.text):
        dropped.add("quoted")
    return (
        type(node).__name__,
        *(
            said(getattr(node, field.name))
            for field in dataclasses.fields(node)
            if "span" not in field.name and field.name not in dropped
        ),
    )


def operands(node: Any, operator: str) -> tuple[Any, ...]:
    if isinstance(node, ast.Binary) and node.operator == operator:
        return (*operands(node.left, operator), *operands(node.right, operator))
    return (said(node),)
