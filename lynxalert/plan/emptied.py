"""`stats avg(*)`: of the columns a wildcard makes, those without any value are left out, since no number was there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lynxalert.lang.ast import Aggregation, Name
from lynxalert.plan.aggregation import Named
from lynxalert.plan.relation import Aggregate, Apply, Project, Relation
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


def without_emptied(table: Aggregate, clauses: Sequence[Aggregation], calls: Iterable[Named]) -> Relation:
    """*table* as it is where no wildcard asks for numbers; else without the columns that have none."""
    if not any(isinstance(one.argument, Name) and _wild(one.argument) for one in clauses):
        return table
    numeric = {
        column.name
        for column, call in calls
        if call.function.result_type(Type.TEXT) is Type.FLOAT and call.function.when_empty is None
    }
    asked = {one.alias.text for one in clauses if one.alias}
    asked |= {f"{one.function}({one.argument.text})" for one in clauses if isinstance(one.argument, Name)}
    doubtful = numeric - asked
    if not doubtful:
        return table

    def chosen(rows: pa.Table) -> Relation:
        empty = [name for name in doubtful if rows.num_rows and rows[name].null_count == rows.num_rows]
        return Project(table, table.schema.drop(*empty))

    return Apply(table, "columns", chosen)


def _wild(name: Name) -> bool:
    return "*" in name.text and not name.quoted
