"""`filldown`: carry values down into rows that lack them."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, many
from lynxalert.plan.neighbours import extended, known, over_rows
from lynxalert.plan.relation import Frame, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Filldown:
    """Put the last value seen in current order where a field has none: in the fields named (`*`), or in all."""

    names: tuple[Name, ...] = many(Name)
    EXAMPLES = (("| timechart avg(price) | filldown", "the last known price in empty buckets"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The last value of the rows so far."""
        values: dict[str, Scalar] = {}
        for column in self._columns(relation, scope):
            relation, last = over_rows(relation, "last", ColumnRef(column), Frame(), scope)
            values[column.name] = ColumnRef(last)
        return extended(relation, values, scope)

    def _columns(self, relation: Relation, scope: Scope) -> tuple[Column, ...]:
        if not self.names:
            return relation.schema.columns
        found: dict[Column, None] = {}
        for name in self.names:
            if "*" in name.text and not name.quoted:
                found |= dict.fromkeys(relation.schema.matching(name.text))
            else:
                column = known(relation, name, scope)
                found |= {column: None} if column is not None else {}
        return tuple(found)
