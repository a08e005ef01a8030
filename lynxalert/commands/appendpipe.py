"""`appendpipe`: what further stages make of these rows, after them."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Subsearch
from lynxalert.plan.combining import united
from lynxalert.plan.command import command, one, option
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Appendpipe:
    """Run stages in brackets over the rows as they are now and put the result after them: totals, for instance."""

    subsearch: Subsearch = one(Subsearch, required="stages in brackets")
    run_in_preview: bool = option(default=True)  # accepted: there are no previews
    EXAMPLES = (
        (
            '| stats count by host | appendpipe [stats sum(count) as count | eval host="all"]',
            "counts with a total below",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A union of the relation with what comes of it."""
        made = scope.subquery(self.subsearch.query, relation)
        return scope.combine((made,), lambda results: united((relation, *results), scope))
