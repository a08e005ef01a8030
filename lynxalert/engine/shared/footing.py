"""Query × catalog → what of the catalog the query rests on. While that stays, what was compiled of it stays right.

Catalogs change with every new field; a query that does not mention the field has nothing to do with that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as fields_of
from typing import Any, TypeAlias

from lynxalert.engine.catalog import Catalog
from lynxalert.engine.sources import chosen
from lynxalert.lang.ast import Query, Stage
from lynxalert.lang.walk import nodes
from lynxalert.plan.relation import Relation, Scan

# Commands that touch the fields they name and no others.
NAMING = {"search", "where", "eval", "stats", "bin", "rename"}
Footing: TypeAlias = tuple[object, ...]


def names_in(query: Query) -> frozenset[str] | None:
    """Every text in *query*, field names among them; None where it may mean fields that it does not name."""
    if any(stage.command not in NAMING for stage in query.stages):
        return None
    found: set[str] = set()
    for stage in query.stages:
        texts = set(_texts(stage))
        if any("*" in str(getattr(node, "field", "")) for node in nodes(stage)):
            return None
        if stage.command != "search" and any("*" in text for text in texts):
            return None
        found |= texts
    return frozenset(found)


def footing_of(catalog: Catalog, indexes: tuple[str, ...], names: frozenset[str]) -> Footing:
    """The tables behind *indexes*, and where each of *names* lives in them."""
    return tuple(
        (
            stream.index,
            stream.table,
            stream.raw_table,
            stream.crowded,
            *(stream.fields.get(name) for name in sorted(names)),
        )
        for stream in chosen(catalog, indexes)
    )


def scanned(relation: Relation) -> Scan:
    """What a chain of stages reads."""
    node: Any = relation
    while not isinstance(node, Scan):
        node = node.input
    return node


def _texts(stage: Stage) -> Iterator[str]:
    for node in nodes(stage):
        for each in fields_of(node):
            value = getattr(node, each.name)
            yield from (
                one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str)
            )
