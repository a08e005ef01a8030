"""`mvexpand`: one row per value of a multivalue field."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, one, option
from lynxalert.plan.relation import Extend, OrderKey, Project, Relation, Sort, Unnest
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Mvexpand:
    """Repeat each row for every value of a field, or for its first values (`limit`); rows without it stay once."""

    name: Name | None = one(Name, required="a field")
    limit: int = option(0)
    EXAMPLES = (("| mvexpand users | stats count by users", "how often each user is listed"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The places of the values unnested, then the value at each; rows stay in order, values in theirs."""
        assert self.name is not None
        found = scope.subject(self.name.text, relation.schema, self.name.span)
        if found is None or found.type not in (Type.LIST, Type.ANY):
            return relation
        shown = relation.schema
        places, place = scope.column("places", Type.LIST), scope.column("place", Type.INTEGER)
        counted = scope.call("mv:places", ColumnRef(found), constant(self.limit))
        with_places = Extend(relation, ((places, counted),), shown.put(places))
        rows = Unnest(with_places, places, place, with_places.schema.put(place))
        value = scope.call("mv:element", ColumnRef(found), ColumnRef(place))
        column = scope.column(found.name, value.type)
        expanded = Extend(rows, ((column, value),), rows.schema.put(column))
        # Behind the order there is: values of one row stay as they stood in it.
        ordered = Sort(expanded, (*relation.ordering, OrderKey(place)))
        return Project(ordered, shown.put(column))
