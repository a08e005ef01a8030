"""Stages that make a field of every key they meet: the keys are asked for first, then the rows go on in SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lynxalert.lang import Code, Span
from lynxalert.plan.relation import Aggregate, Apply, Extend, Relation, Unnest
from lynxalert.plan.scalar import ColumnRef, Scalar
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 2_000


def discovered(
    relation: Relation,
    keys: Scalar,
    place: Span,
    scope: Scope,
    lower: Callable[[str], list[tuple[str, Scalar]]],
    then: Callable[[Relation], Relation] = lambda relation: relation,
) -> Relation:
    """*relation* with the fields that *lower* makes of every key there is; *keys* are the keys of a row.

    A row that lacks a value keeps what it had under that name. *then* is what the stage does afterwards.
    """
    values, key = scope.column("keys", Type.LIST), scope.column("key", Type.TEXT)
    listed = Extend(relation, ((values, keys),), relation.schema.put(values))
    rows = Unnest(listed, values, key, listed.schema.put(key))
    new = scope.column("key", Type.TEXT)
    every = Aggregate(rows, ((new, key),), (), Schema((new,)))

    def extended(table: pa.Table) -> Relation:
        found = [str(row["key"]) for row in table.to_pylist()]
        if len(found) > MOST:
            message = f"this stage would make {len(found):,} fields; at most {MOST:,} are offered"
            scope.report(Code.TOO_LARGE, message, place)
            return relation
        return then(with_fields(relation, [pair for name in found for pair in lower(name)], scope))

    return Apply(every, "keys", extended)


def with_fields(relation: Relation, fields: list[tuple[str, Scalar]], scope: Scope) -> Relation:
    """*relation* with *fields* by name; where one has no value, what was there stays."""
    values: dict[str, Scalar] = {}
    for name, value in fields:
        values[name] = scope.call("coalesce", values[name], value) if name in values else value
    schema = relation.schema
    columns = []
    for name, value in values.items():
        old = schema.find(name)
        kept = value if old is None else scope.call("coalesce", value, ColumnRef(old))
        column = scope.column(name, kept.type)
        columns.append((column, kept))
        schema = schema.put(column)
    return Extend(relation, tuple(columns), schema) if columns else relation
