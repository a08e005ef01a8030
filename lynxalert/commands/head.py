"""`head`: the first rows."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Condition, Number
from lynxalert.plan.command import command, one, option, whole
from lynxalert.plan.expression import condition
from lynxalert.plan.relation import Extend, Filter, Frame, Limit, Project, Relation, Window
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

DEFAULT = 10


@command
@dataclass(frozen=True, slots=True)
class Head:
    """The first rows (10), or those before the first for which a condition does not hold."""

    count: Number | None = one(Number)
    condition: Condition | None = one(Condition)
    limit: int | None = option(None, whole)
    null: bool = option(default=False)
    keeplast: bool = option(default=False)
    EXAMPLES = (("| sort -duration | head 5", "the five slowest"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A limit; a condition counts the rows that broke it so far."""
        if self.condition is None:
            most = DEFAULT if self.limit is None else self.limit
            return Limit(relation, self.count.value if self.count else most)
        holds = condition(self.condition.expression, relation.schema, scope)
        kept = scope.call("if", holds, constant(1), constant(0))
        if self.null:
            kept = scope.call("if", scope.call("isnull", holds), constant(1), kept)
        broken = scope.column("broken", Type.FLOAT)
        flagged = Extend(
            relation, ((broken, scope.call("-", constant(1), kept)),), relation.schema.put(broken)
        )
        total = scope.column("total", Type.FLOAT)
        counted = AggregateCall(scope.aggregates["sum"], ColumnRef(broken), Type.FLOAT)
        running = Window(
            flagged,
            (),
            ((total, counted),),
            flagged.schema.put(total),
            Frame(end=1 if self.keeplast else 0),
        )
        none_yet = scope.call("=", scope.call("coalesce", ColumnRef(total), constant(0.0)), constant(0.0))
        before = Project(Filter(running, none_yet), relation.schema)
        limit = self.count.value if self.count else self.limit
        return before if limit is None else Limit(before, limit)
