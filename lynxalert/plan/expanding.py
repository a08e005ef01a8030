"""A multivalue → one row per value, in order: what `mvexpand` and `xyseries` share."""

from __future__ import annotations

from lynxalert.plan.relation import Extend, OrderKey, Project, Relation, Sort, Unnest
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


def expanded(relation: Relation, found: Column, scope: Scope, limit: int = 0) -> Relation:
    """Each row once for every value of the column *found*, or for its first *limit*; rows without it stay once.

    The places of the values are unnested, then the value at each: rows stay in order, values in theirs.
    """
    shown = relation.schema
    places, place = scope.column("places", Type.LIST), scope.column("place", Type.INTEGER)
    counted = scope.call("mv:places", ColumnRef(found), constant(limit))
    with_places = Extend(relation, ((places, counted),), shown.put(places))
    rows = Unnest(with_places, places, place, with_places.schema.put(place))
    value = scope.call("mv:element", ColumnRef(found), ColumnRef(place))
    column = scope.column(found.name, value.type)
    made = Extend(rows, ((column, value),), rows.schema.put(column))
    # Behind the order there is: values of one row stay as they stood in it.
    ordered = Sort(made, (*relation.ordering, OrderKey(place)))
    return Project(ordered, shown.put(column))
