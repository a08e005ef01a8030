"""A syntax tree → all its nodes, without recursion."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from lynxalert.lang.ast import Comparison, Field, Member, Name, SubsearchTerm
from lynxalert.lang.text import Span

_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field.name for field in dataclasses.fields(kind) if "span" not in field.name)
    return _FIELDS[kind]


def children(node: Any) -> Iterator[Any]:
    """The nodes right below *node*, in the order written."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(item) and not isinstance(item, Span):
                yield item


def nodes(root: Any) -> Iterator[Any]:
    """*root* and every node below it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def names_below(root: Any) -> set[str]:
    """All names below *root*, as written."""
    found: set[str | None] = set()
    for node in nodes(root):
        match node:
            case Field():
                found.add(node.name)
            case Name():
                found.add(node.text)
            case Comparison() | Member() | SubsearchTerm():
                found.add(node.field)
            case _:
                pass
    return {name for name in found if name}
