"""`tail`: the last rows, the last one first."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Number
from lynxalert.plan.command import command, one
from lynxalert.plan.relation import Limit, Relation, Sort
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Tail:
    """The last rows (10), the last one first."""

    count: Number | None = one(Number)
    EXAMPLES = (("| tail 3", "the three oldest events, oldest first"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The order turned around, then a limit."""
        return Limit(Sort(relation, reverse=True), self.count.value if self.count else 10)
