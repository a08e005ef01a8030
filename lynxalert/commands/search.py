"""`search`: keep the events that fit terms."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Term, Terms
from lynxalert.plan.command import command, one
from lynxalert.plan.relation import Filter, Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import settled
from lynxalert.plan.terms import resolve_term, scan_of


@command
@dataclass(frozen=True, slots=True)
class Search:
    """Keep the events that fit: words in the text, `field=value` with `*`, `IN (…)`, NOT, OR (before AND)."""

    terms: Terms | None = one(Terms)
    EXAMPLES = (("error status>=500 NOT host=test*", "server errors outside the test hosts"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A filter, known when the subsearches in it have run."""
        if self.terms is None:
            return relation

        def filtered(term: Term) -> Relation:
            return Filter(relation, resolve_term(term, relation.schema, scope, scan_of(relation)))

        return settled(self.terms.term, scope, filtered)
