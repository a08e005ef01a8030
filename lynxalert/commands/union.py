"""`union`: the rows of several queries, datasets or indexes as one."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name, Source, Subsearch
from lynxalert.plan.combining import merged
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Limit, Pending, Relation, Scan
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Union:
    """The rows so far and those of queries in brackets, datasets (`$name`) and indexes: events newest first, else in turn."""

    parts: tuple[Subsearch | Source | Name, ...] = many(
        (Subsearch, Source, Name), required="something to unite"
    )
    maxout: int = option(0)
    maxtime: int = option(60)  # accepted: one deadline holds for the whole query
    timeout: int = option(60)  # accepted: the same
    EXAMPLES = (
        ("| union [search index=web] [search index=api] | stats count by host", "two searches as one"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A union; at the start of a query there are no rows so far."""
        starts = isinstance(relation, Scan) and not relation.indexes
        before = () if starts else (Pending(relation),)

        def lower(results: tuple[Relation, ...]) -> Relation:
            added = results[len(before) :]
            if self.maxout:
                added = tuple(Limit(one, self.maxout) for one in added)
            return merged((*results[: len(before)], *added), scope)

        return scope.combine((*before, *(self._part(part, scope) for part in self.parts)), lower)

    def _part(self, part: Subsearch | Source | Name, scope: Scope) -> Pending:
        match part:
            case Subsearch(query):
                return scope.subquery(query)
            case Source(names):
                return scope.dataset(names[0].text)
            case Name(text):
                return Pending(scope.scan(scope, (text,)))
