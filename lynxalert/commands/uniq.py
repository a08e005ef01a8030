"""`uniq`: drop rows that repeat the one before."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.plan.command import command
from lynxalert.plan.neighbours import kept, over_rows
from lynxalert.plan.relation import Filter, Frame, Project, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Uniq:
    """Drop rows that are the same in every field as the row before them."""

    EXAMPLES = (("| sort host | table host status | uniq", "each change of status, once"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A filter by the text of the whole row and of the row before."""
        schema = relation.schema
        if not schema.columns:
            return relation
        columns = (ColumnRef(column) for column in schema.columns)
        relation, row = kept(relation, scope.call("row:key", *columns), scope)
        relation, before = over_rows(relation, "last", ColumnRef(row), Frame(1, 1), scope)
        differs = scope.call("!=", ColumnRef(row), ColumnRef(before))
        first = scope.call("isnull", ColumnRef(before))
        return Project(Filter(relation, scope.call("OR", first, differs)), schema)
