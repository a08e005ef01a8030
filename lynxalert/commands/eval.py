"""`eval`: compute fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Assignment
from lynxalert.plan.command import command, many
from lynxalert.plan.discovery import discovered
from lynxalert.plan.expression import is_claim, resolve
from lynxalert.plan.instants import assigned_time
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import NULL, ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope

FILLED = re.compile(r"\{([^{}]+)\}")


@command
@dataclass(frozen=True, slots=True)
class Eval:
    """Compute fields from expressions, left to right; later ones see earlier ones. Null removes a field.

    `{field}` in the name of the target is filled with the value of that field, row by row: `eval {name}=value`.
    """

    assignments: tuple[Assignment, ...] = many(Assignment, required="an assignment, for example `x=a+b`")
    EXAMPLES = (('| eval rate=errors*100/total, level=if(rate > 5, "high", "low")', "a rate and its level"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """One extension per assignment."""
        return _assigned(relation, self.assignments, scope)


def _assigned(relation: Relation, assignments: tuple[Assignment, ...], scope: Scope) -> Relation:
    for place, assignment in enumerate(assignments):
        value = resolve(assignment.expression, relation.schema, scope)
        if is_claim(value):
            help_ = "wrap it: if(…, 1, 0)"
            message = "a Boolean cannot be assigned to a field"
            scope.report(Code.BOOLEAN_ASSIGNED, message, assignment.expression.span, help_)
            value = NULL
        if FILLED.search(assignment.target.text):
            return _filled(relation, assignment, value, assignments[place + 1 :], scope)
        value = assigned_time(assignment.target.text, value, scope)
        column = scope.column(assignment.target.text, value.type)
        relation = Extend(relation, ((column, value),), relation.schema.put(column))
    return relation


def _filled(
    relation: Relation, assignment: Assignment, value: Scalar, rest: tuple[Assignment, ...], scope: Scope
) -> Relation:
    """A target whose name is made of values: a field for each name there is; the *rest* sees them."""
    target = assignment.target
    pieces: list[Scalar] = []
    for place, piece in enumerate(FILLED.split(target.text)):
        if place % 2:
            column = scope.find(piece, relation.schema, target.span)
            pieces.append(scope.null() if column is None else ColumnRef(column))
        elif piece:
            pieces.append(constant(piece))
    name: Scalar = scope.call(".", pieces[0], constant("")) if len(pieces) == 1 else pieces[0]
    for piece in pieces[1:]:
        name = scope.call(".", name, piece)

    def one(known: str) -> list[tuple[str, Scalar]]:
        return [(known, scope.call("if", scope.call("=", name, constant(known)), value, scope.null()))]

    keys = scope.call("mvappend", name)
    return discovered(relation, keys, target.span, scope, one, lambda made: _assigned(made, rest, scope))
