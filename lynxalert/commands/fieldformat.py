"""`fieldformat`: how a field is shown in the result, while stages go on with its value."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Assignment
from lynxalert.plan.command import command, one
from lynxalert.plan.expression import resolve
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Fieldformat:
    """Show a field by an expression. Whatever stands behind it still works with the value: it is done last of all.

    A field that the result does not have is not shown, and where the expression gives nothing the value stays.
    """

    assignment: Assignment | None = one(Assignment, required='for example `total=tostring(total, "commas")`')
    EXAMPLES = (
        ('| fieldformat total=tostring(total, "commas") | sort -total', "sorted by value, shown with commas"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by the text; `plan.analyze` has moved the stage to the end."""
        assert self.assignment is not None
        shown = relation.schema.find(self.assignment.target.text)
        if shown is None:
            return relation
        value = resolve(self.assignment.expression, relation.schema, scope)
        if value.type is Type.NULL:
            return relation
        if value.type is not Type.TEXT:
            value = scope.call("tostring", value)
        old = scope.call("tostring", ColumnRef(shown))
        column = scope.column(shown.name, Type.TEXT)
        return Extend(relation, ((column, scope.call("coalesce", value, old)),), relation.schema.put(column))
