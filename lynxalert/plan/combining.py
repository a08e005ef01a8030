"""Several relations → one: rows one after the other, or side by side."""

from __future__ import annotations

from functools import reduce

from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Join, OrderKey, Relation, Sort, Union
from lynxalert.plan.scalar import ColumnRef, Scalar
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type, meet


def united(relations: tuple[Relation, ...], scope: Scope) -> Relation:
    """The rows of all, relation by relation. Columns meet by name; where one has none its rows lack the value."""
    if len(relations) == 1:
        return relations[0]
    schemas = [relation.schema for relation in relations]
    shown = dict.fromkeys(name for schema in schemas for name in schema.names)
    hidden = dict.fromkeys(column.name for schema in schemas for column in schema.hidden)
    found = {name: [schema.find(name) for schema in schemas] for name in (*shown, *hidden)}
    columns = {name: scope.column(name, _met(ones)) for name, ones in found.items()}
    schema = Schema(
        tuple(columns[name] for name in shown),
        open=any(schema.open for schema in schemas),
        hidden=tuple(columns[name] for name in hidden if name not in shown),
    )
    branches = tuple(
        (relation, tuple(found[name][place] for name in columns)) for place, relation in enumerate(relations)
    )
    return Union(
        branches, schema, scope.column("branch", Type.INTEGER), scope.column("position", Type.INTEGER)
    )


def _met(columns: list[Column | None]) -> Type:
    return reduce(meet, (column.type for column in columns if column is not None), Type.NULL)


def merged(relations: tuple[Relation, ...], scope: Scope) -> Relation:
    """As `united`; where all are raw events, newest first over all of them."""
    result = united(relations, scope)
    time = result.schema.find("_time")
    if time is None or not all(newest_first(relation) for relation in relations):
        return result
    return Sort(result, (OrderKey(time, descending=True),))


def newest_first(relation: Relation) -> bool:
    """Whether rows stand in the order of raw events."""
    order = relation.ordering
    return bool(order) and order[0].descending and order[0].column == relation.schema.find("_time")


def joined(
    left: Relation,
    right: Relation,
    on: tuple[tuple[Column, Column], ...],
    kind: str,
    taken: tuple[Column, ...],
    scope: Scope,
    *,
    keep: int | None = None,
    overwrite: bool = True,
) -> Relation:
    """*left* with the columns *taken* of *right* where both agree in *on*.

    A field of both sides is right's where right has a value, or with *overwrite* false only where left has none.
    """
    renewed = tuple((scope.column(old.name, old.type), old) for old in taken)
    place = scope.column("place", Type.INTEGER)
    both = Join(left, right, on, kind, renewed, left.schema, place, keep)
    values: dict[str, Scalar] = {}
    for new, _ in renewed:
        ours, theirs = left.schema.find(new.name), ColumnRef(new)
        if ours is None:
            values[new.name] = theirs
            continue
        first, second = (theirs, ColumnRef(ours)) if overwrite else (ColumnRef(ours), theirs)
        values[new.name] = scope.call("coalesce", first, second)
    return extended(both, values, scope)
