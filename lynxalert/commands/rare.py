"""`rare`: the least common values."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.plan.command import command
from lynxalert.plan.ranking import RankingClauses, ranked
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Rare(RankingClauses):
    """The least common values (10) of fields with their count and percent of all rows that have them, per by-group."""

    EXAMPLES = (("| rare useragent", "browsers hardly seen"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A ranking, the least common first."""
        return ranked(relation, self.ranking(descending=False), scope)
