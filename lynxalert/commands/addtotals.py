"""`addtotals`: the sum of each row, and of each column."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.totals import summed, with_column_totals, with_row_totals


@command
@dataclass(frozen=True, slots=True)
class Addtotals:
    """Add the sum of each row's numbers as `Total` (`fieldname`); with `col=t` also a row of the sums of the columns.

    Fields that begin with `_` are not summed unless named. `row=f` leaves out the first, `labelfield` says where
    the last row is called `Total` (`label`).
    """

    names: tuple[Name, ...] = many(Name)
    row: bool = option(default=True)
    col: bool = option(default=False)
    fieldname: str = option("Total")
    labelfield: str = option("")
    label: str = option("Total")
    EXAMPLES = (
        ("| chart count over host by status | addtotals col=t labelfield=host", "a table with all its sums"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension, and a union with an aggregate."""
        columns = summed(relation, self.names, scope)
        if self.row:
            relation = with_row_totals(relation, columns, self.fieldname, scope)
            total = relation.schema.find(self.fieldname)
            assert total is not None
            columns = [*(column for column in columns if column.name != self.fieldname), total]
        if self.col:
            relation = with_column_totals(relation, columns, self.labelfield, self.label, scope)
        return relation
