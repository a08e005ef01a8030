"""`xyseries`: rows of three fields as a table with one column per series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.expanding import expanded
from lynxalert.plan.grouping import group_column
from lynxalert.plan.neighbours import all_present, extended
from lynxalert.plan.pivot import SERIES, Pivot
from lynxalert.plan.relation import Apply, Filter, Project, Relation
from lynxalert.plan.rows import rows_of
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.series import Turn
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@command
@dataclass(frozen=True, slots=True)
class Xyseries:
    """One row per value of the first field, one column per value of the second, the cells from the third.

    With several data fields the columns are called `data: value` (`sep`, or `format="$AGG$ of $VAL$"`).
    """

    names: tuple[Name, ...] = many(Name)
    grouped: bool = option(default=False)  # accepted: rows of one value need not stand together
    sep: str = option(": ")
    format: str = option("")
    stage: Stage | None = None
    EXAMPLES = (
        ("| stats count by host, status | xyseries host status count", "a table of hosts and statuses"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Turned around when the query runs."""
        assert self.stage is not None
        place = self.stage.name_span
        if len(self.names) < 3:
            message = "`xyseries` needs a row field, a series field and a data field"
            scope.report(Code.WRONG_ARITY, message, self.stage.span, "xyseries host status count")
            return relation
        for name in self.names[:2]:
            column = relation.schema.find(name.text)
            if column is not None and column.type is Type.LIST:
                relation = expanded(relation, column, scope)
        relation, row = group_column(relation, self.names[0], scope)
        relation, series = group_column(relation, self.names[1], scope)
        found = [scope.subject(name.text, relation.schema, name.span) for name in self.names[2:]]
        cells = [column for column in found if column is not None]
        relation = Filter(relation, all_present((row, series), scope))
        relation = extended(relation, {SERIES: scope.call(".", ColumnRef(series), constant(""))}, scope)
        text = relation.schema.find(SERIES)
        assert text is not None
        long = Project(relation, Schema(tuple(dict.fromkeys((row, text, *cells)))))
        pivot = Pivot(
            row=row.name,
            values=tuple(column.name for column in cells),
            series=SERIES,
            separator=self.sep,
            form=self.format,
        )
        turn = Turn(pivot, long.schema, scope, place)

        def turned(table: pa.Table) -> Relation:
            return turn.turned(rows_of(table, long.schema))

        return Apply(long, "xyseries", turned)
