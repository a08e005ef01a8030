"""`addcoltotals`: a row with the sum of each column."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.totals import summed, with_column_totals


@command
@dataclass(frozen=True, slots=True)
class Addcoltotals:
    """Add a last row with the sum of each column's numbers; `labelfield` says where it is called `Total` (`label`)."""

    names: tuple[Name, ...] = many(Name)
    labelfield: str = option("")
    label: str = option("Total")
    EXAMPLES = (("| stats count by host | addcoltotals labelfield=host", "counts with their sum below"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A union with an aggregate."""
        columns = summed(relation, self.names, scope)
        return with_column_totals(relation, columns, self.labelfield, self.label, scope)
