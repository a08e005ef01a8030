"""`untable`: a table with one column per series as rows of three fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, many
from lynxalert.plan.relation import Apply, Project, Relation
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@command
@dataclass(frozen=True, slots=True)
class Untable:
    """One row per cell: the first field stays, the second holds the name of the column, the third its value.

    Cells without a value, and fields that begin with `_`, make no row. The inverse of `xyseries`.
    """

    names: tuple[Name, ...] = many(Name)
    stage: Stage | None = None
    EXAMPLES = (("| timechart count by host | untable _time host count", "one row per bucket and host"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Turned around when the query runs."""
        assert self.stage is not None
        if len(self.names) != 3:
            message = "`untable` needs three names: the field that stays, one for names, one for values"
            scope.report(Code.WRONG_ARITY, message, self.stage.span, "untable _time host count")
            return relation
        kept = scope.subject(self.names[0].text, relation.schema, self.names[0].span)
        if kept is None:
            return relation
        shown = [one for one in relation.schema.columns if one != kept and not one.name.startswith("_")]
        table = Project(relation, Schema((kept, *shown)))
        title, value = self.names[1].text, self.names[2].text
        types = {kept.name: kept.type, title: Type.TEXT}
        if all(column.type is shown[0].type for column in shown):
            types |= {value: shown[0].type} if shown else {value: Type.TEXT}

        def cells(rows: pa.Table) -> Relation:
            made: list[dict[str, Any]] = [
                {kept.name: row[kept.name], title: column.name, value: row[column.name]}
                for row in rows_of(rows, table.schema)
                for column in shown
                if row[column.name] is not None
            ]
            return table_of(made, scope, types if made else {**types, value: Type.TEXT})

        return Apply(table, "untable", cells)
