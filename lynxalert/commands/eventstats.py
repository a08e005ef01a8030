"""`eventstats`: aggregates of all rows, in every row."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Aggregation, By
from lynxalert.plan.aggregation import resolve_aggregations
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.neighbours import aggregated_over, extended, group_keys, where_present
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import ColumnRef
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Eventstats:
    """Put aggregates of all rows, or of those with the same by-fields, into every row; the rows stay as they are."""

    aggregations: tuple[Aggregation, ...] = many(Aggregation, required="an aggregation, for example `count`")
    by: By | None = one(By)
    allnum: bool = option(default=False)  # accepted: values that are no numbers are never counted as one
    EXAMPLES = (
        (
            "| eventstats avg(duration) as usual by uri | where duration > 3 * usual",
            "unusually slow requests",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A window of the whole partition; rows lacking a by-field belong to none."""
        calls = resolve_aggregations(self.aggregations, relation.schema, scope)
        relation, keys = group_keys(relation, self.by, scope)
        values = {column.name: where_present(keys, ColumnRef(column), scope) for column, _ in calls}
        return extended(aggregated_over(relation, keys, calls, None), values, scope)
