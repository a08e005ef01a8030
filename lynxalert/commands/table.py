"""`table`: choose and order the columns."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, many
from lynxalert.plan.relation import Extend, Project, Relation
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Table:
    """Show just these columns, in this order; `*` stands for any run of characters; a missing one is empty."""

    names: tuple[Name, ...] = many(Name, required="a field")
    EXAMPLES = (("status>=500 | table _time host uri status", "where errors happened"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A projection to a closed schema."""
        columns: dict[str, Column] = {}
        for name in self.names:
            wild = "*" in name.text and not name.quoted
            found = relation.schema.matching(name.text) if wild else ()
            for column in found:
                columns.setdefault(column.name, column)
            if wild:
                continue
            known = scope.find(name.text, relation.schema, name.span)
            if known is None:
                known = scope.column(name.text, Type.TEXT)
                relation = Extend(relation, ((known, scope.null()),), relation.schema.put(known))
            columns.setdefault(known.name, known)
        return Project(relation, Schema(tuple(columns.values())))
