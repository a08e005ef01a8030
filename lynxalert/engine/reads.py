"""A relation → the patterns of the indexes that it reads. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import get_args

from lynxalert.plan.relation import Relation, Scan

_NODES = get_args(Relation)


def indexes_of(relation: Relation) -> tuple[str, ...]:
    """Each pattern once, in order."""
    return tuple(sorted({pattern for scan in _scans(relation) for pattern in scan.indexes}))


def _scans(node: object) -> Iterator[Scan]:
    if isinstance(node, Scan):
        yield node
    elif isinstance(node, tuple):
        for each in node:
            yield from _scans(each)
    elif isinstance(node, _NODES):
        for each in dataclasses.fields(node):
            value = getattr(node, each.name)
            if isinstance(value, (*_NODES, tuple)):
                yield from _scans(value)
