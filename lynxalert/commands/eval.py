"""`eval`: compute fields."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Assignment
from lynxalert.plan.command import command, many
from lynxalert.plan.expression import is_claim, resolve
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import NULL
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Eval:
    """Compute fields from expressions, left to right; later ones see earlier ones. Null removes a field."""

    assignments: tuple[Assignment, ...] = many(Assignment, required="an assignment, for example `x=a+b`")
    EXAMPLES = (('| eval rate=errors*100/total, level=if(rate > 5, "high", "low")', "a rate and its level"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """One extension per assignment."""
        for assignment in self.assignments:
            value = resolve(assignment.expression, relation.schema, scope)
            if is_claim(value):
                help_ = "wrap it: if(…, 1, 0)"
                message = "a Boolean cannot be assigned to a field"
                scope.report(Code.BOOLEAN_ASSIGNED, message, assignment.expression.span, help_)
                value = NULL
            column = scope.column(assignment.target.text, value.type)
            relation = Extend(relation, ((column, value),), relation.schema.put(column))
        return relation
