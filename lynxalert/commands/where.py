"""`where`: keep the rows for which a condition is true."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Condition
from lynxalert.plan.command import command, one
from lynxalert.plan.expression import condition
from lynxalert.plan.relation import Filter, Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Where:
    """Keep the rows for which the condition is true; rows where it is null are dropped."""

    condition: Condition = one(Condition, required="a condition")
    EXAMPLES = (("| stats count as errors by host | where errors > 100", "hosts with many errors"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A filter."""
        return Filter(relation, condition(self.condition.expression, relation.schema, scope))
