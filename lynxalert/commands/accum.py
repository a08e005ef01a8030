"""`accum`: a running total."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name, Renaming
from lynxalert.plan.command import command, one
from lynxalert.plan.neighbours import extended, known, over_rows
from lynxalert.plan.relation import Frame, Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Accum:
    """The running total of a numeric field in current order, in its place or `as` another; rows without a number have none."""

    name: Name | None = one(Name)
    renaming: Renaming | None = one(Renaming)
    EXAMPLES = (("| sort _time | accum bytes as total", "the bytes so far"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A sum over the rows so far, shown where the field is a number."""
        source = self.renaming.source if self.renaming else self.name
        assert source is not None
        column = known(relation, source, scope)
        if column is None:
            return relation
        target = self.renaming.target.text if self.renaming else source.text
        value = ColumnRef(column)
        # Of a multivalue a sum would count every value; as a number it is none.
        relation, total = over_rows(relation, "sum", scope.call("sign:plus", value), Frame(), scope)
        otherwise = scope.null() if self.renaming else value
        shown = scope.call("if", scope.call("isnum", value), ColumnRef(total), otherwise)
        return extended(relation, {target: shown}, scope)
