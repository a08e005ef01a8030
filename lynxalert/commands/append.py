"""`append`: the rows of another query after these."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Subsearch
from lynxalert.plan.combining import united
from lynxalert.plan.command import command, one, option
from lynxalert.plan.relation import Limit, Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Append:
    """Put the rows of a query in brackets after these, all of them or the first `maxout`."""

    subsearch: Subsearch = one(Subsearch, required="a query in brackets")
    maxout: int = option(0)
    maxtime: int = option(60)  # accepted: one deadline holds for the whole query
    timeout: int = option(60)  # accepted: the same
    extendtimerange: bool = option(default=False)  # accepted: every query reads its own range
    EXAMPLES = (
        (
            "| stats count by host | append [search index=audit | stats count by user]",
            "two tables, one below",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A union."""

        def lower(results: tuple[Relation, ...]) -> Relation:
            (added,) = results
            return united((relation, Limit(added, self.maxout) if self.maxout else added), scope)

        return scope.combine((scope.subquery(self.subsearch.query),), lower)
