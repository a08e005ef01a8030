"""`multisearch`: the events of several searches as one."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Subsearch
from lynxalert.plan.combining import merged
from lynxalert.plan.command import command, many
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Multisearch:
    """The events of several queries in brackets as one stream, newest first."""

    subsearches: tuple[Subsearch, ...] = many(Subsearch, required="queries in brackets")
    EXAMPLES = (
        (
            '| multisearch [search index=web | eval from="web"] [search index=api | eval from="api"]',
            "events of two indexes, each marked",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A union in order of time; it begins a query, so the rows before it are none."""
        made = tuple(scope.subquery(one.query) for one in self.subsearches)
        return scope.combine(made, lambda results: merged(results, scope))
