"""Text → what is wrong with a query and what its rows look like. Renders no SQL, reads no events.

Configurations have thousands of queries that differ in constants only: those are analysed once. Which constants leave
the analysis as it is is tried, not reasoned about: the query is judged a second time with others in their places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lynxalert.engine.catalog import Catalog
from lynxalert.engine.compiler import analysed, check, columns_of, key_fields
from lynxalert.engine.reads import indexes_of
from lynxalert.lang import Diagnostic, QueryError, parse
from lynxalert.lang.ast import Query
from lynxalert.lang.outline import Outline, outline_of
from lynxalert.lang.reader import Reader
from lynxalert.plan.knowledge import Knowledge
from lynxalert.plan.types import Type


@dataclass(frozen=True, slots=True)
class Judged:
    """A sound query. *columns* of its rows by name: None while they depend on the events. *indexes* that it reads, as patterns."""

    query: Query
    columns: Mapping[str, Type] | None
    key_fields: tuple[str, ...]
    indexes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What was found of one query of an outline, *outline*; it holds for all of them."""

    outline: Outline
    judged: Judged

    def of(self, query: Query, outline: Outline) -> Judged:
        """The same of *query*, whose outline is *outline*."""
        moved = (replace(each, span=self.outline.moved(each.span, outline)) for each in self.judged.warnings)
        return replace(self.judged, query=query, warnings=tuple(moved))


class Judge:
    """Judges queries against *catalog*, as many as there are of one configuration."""

    def __init__(self, catalog: Catalog, knowledge: Knowledge) -> None:
        self._catalog = catalog
        self._knowledge = knowledge
        self._reader = Reader(knowledge.macros)
        self._known: dict[object, Known | None] = {}  # None: its constants matter

    def __call__(self, text: str) -> Judged:
        """What is known of *text* without an event.

        Raises:
            QueryError: with every mistake found.
        """
        read = self._reader.read(text)
        query, outline = read.query, read.outline
        if outline is None:
            return self._judged(query)
        if outline.key not in self._known:
            judged = self._judged(query)
            self._known[outline.key] = self._tried(Known(outline, judged))
            return judged
        known = self._known[outline.key]
        return self._judged(query) if known is None else known.of(query, outline)

    def _judged(self, query: Query) -> Judged:
        pending, scope = analysed(query, self._catalog, "UTC", self._knowledge)
        check(query, scope)
        indexes = indexes_of(pending.relation)
        return Judged(query, columns_of(pending), key_fields(query), indexes, tuple(scope.diagnostics))

    def _tried(self, known: Known) -> Known | None:
        """*known*, if it holds with other constants as well."""
        others = {place: gap.another(place) for place, gap in enumerate(known.outline.gaps)}
        try:
            query = parse(known.outline.text(others), self._knowledge.macros)
            outline = outline_of(query)
            judged = self._judged(query)
        except QueryError:
            return None
        if outline is None or outline.key != known.outline.key:
            return None
        return known if known.of(query, outline) == judged else None
