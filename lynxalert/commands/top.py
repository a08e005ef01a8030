"""`top`: the commonest values."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import By, Name, Number
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.ranking import Ranking, ranked
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Top:
    """The commonest values (10) of fields with their count and percent of all rows that have them, per by-group."""

    count: Number | None = one(Number)
    names: tuple[Name, ...] = many(Name, required="a field")
    by: By | None = one(By)
    limit: int = option(10)
    showcount: bool = option(default=True)
    showperc: bool = option(default=True)
    countfield: str = option("count")
    percentfield: str = option("percent")
    EXAMPLES = (("status=404 | top limit=5 uri", "the pages most often missing"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A ranking, the commonest first."""
        ranking = Ranking(
            names=self.names,
            by=self.by,
            limit=self.count.value if self.count else self.limit,
            descending=True,
            count=self.countfield if self.showcount else None,
            percent=self.percentfield if self.showperc else None,
        )
        return ranked(relation, ranking, scope)
