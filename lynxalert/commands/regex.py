"""`regex`: keep the rows in which a regular expression is found."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Flag, Name, Text
from lynxalert.plan.command import command, one
from lynxalert.plan.relation import Filter, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Regex:
    """Keep the rows in which the regular expression is found, or with `!=` those in which it is not."""

    name: Name | None = one(Name)
    flag: Flag | None = one(Flag)
    text: Text = one(Text, required='a regular expression in "…"')
    EXAMPLES = (('| regex uri!="^/health"', "everything but health checks"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A filter; a row without the field has no match."""
        wrong = scope.complain(self.text.value)
        if wrong is not None:
            scope.report(Code.BAD_REGEX, wrong[0], self.text.span, wrong[1])
            return relation
        place = self.name.span if self.name else self.text.span
        column = scope.find(self.name.text if self.name else "_raw", relation.schema, place)
        value: Scalar = ColumnRef(column) if column is not None else scope.null()
        found = scope.call("match", value, constant(self.text.value))
        if self.flag is not None and self.flag.word == "!=":
            return Filter(relation, scope.call("search:not", found))
        return Filter(relation, found)
