"""`top`: the commonest values."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.plan.command import command
from lynxalert.plan.ranking import RankingClauses, ranked
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Top(RankingClauses):
    """The commonest values (10) of fields with their count and percent of all rows that have them, per by-group."""

    EXAMPLES = (("status=404 | top limit=5 uri", "the pages most often missing"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A ranking, the commonest first."""
        return ranked(relation, self.ranking(descending=True), scope)
