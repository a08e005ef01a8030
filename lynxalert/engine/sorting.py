"""Grouped rows → the same in order, when they are few: the total order of language §3.2 over plain values.

As SQL that order is a regular expression and three keys for every text, and planning it costs more than a small query.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lynxalert.plan import Type, Value
from lynxalert.plan.numbers import number_of
from lynxalert.plan.relation import Aggregate, OrderKey, Relation

FEW = 10_000  # rows
PLAIN = (Type.INTEGER, Type.FLOAT, Type.BOOLEAN, Type.TIME)


def sorts_here(relation: Relation) -> bool:
    """Whether the rows of *relation* are groups whose order is told by what they show, texts among it."""
    keys, shown = relation.ordering, set(relation.schema.columns)
    texts = [key for key in keys if key.column.type is Type.TEXT and key.kind in ("auto", "num", "str")]
    plain = [key for key in keys if key.column.type in PLAIN and key.kind in ("auto", "num")]
    known = len(texts) + len(plain) == len(keys) and all(key.column in shown for key in keys)
    return bool(texts) and known and _is_grouped(relation)


def _is_grouped(relation: Relation) -> bool:
    while not isinstance(relation, Aggregate):
        below = getattr(relation, "input", None)
        if below is None:
            return False
        relation = below
    return True


def in_order(rows: list[dict[str, Value]], relation: Relation) -> list[dict[str, Value]]:
    """*rows* in the order of *relation*, which `sorts_here`."""
    for key in reversed(relation.ordering):
        rows.sort(key=_place(key), reverse=key.descending)
    return rows


def _place(key: OrderKey) -> Callable[[dict[str, Value]], Any]:
    """What rows are compared by; missing values come last both ways."""
    name, falls = key.column.name, key.descending
    if key.column.type is not Type.TEXT or key.kind == "str":
        return lambda row: (not falls,) if row[name] is None else (falls, row[name])
    return lambda row: _read(row[name], falls)


def _read(value: Value, falls: bool) -> tuple[Any, ...]:  # noqa: FBT001 - which way a key goes
    if value is None:
        return (not falls,)
    number = number_of(value)
    return (falls, True, 0.0, value) if number is None else (falls, False, number, value)
