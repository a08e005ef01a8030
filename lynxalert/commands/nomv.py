"""`nomv`: make one text of a multivalue."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, one
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

JOINED = "nomv:"  # a hidden column of this name has the text that `mvcombine delim=` prepared


@command
@dataclass(frozen=True, slots=True)
class Nomv:
    """Make one text of all values of a field, a line end (or the `delim` of `mvcombine`) between them."""

    name: Name | None = one(Name, required="a field")
    EXAMPLES = (("| stats values(user) as users by host | nomv users", "the users as one text"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by the text."""
        assert self.name is not None
        found = scope.subject(self.name.text, relation.schema, self.name.span)
        if found is None or found.type not in (Type.LIST, Type.ANY):
            return relation
        joined = relation.schema.find(JOINED + found.name)
        value = ColumnRef(joined) if joined is not None else scope.call("mv:single", ColumnRef(found))
        column = scope.column(found.name, value.type)
        return Extend(relation, ((column, value),), relation.schema.put(column).drop(JOINED + found.name))
