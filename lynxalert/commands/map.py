"""`map`: a query for each row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, QueryError, parse, print_query
from lynxalert.lang.ast import Name, Option, Query, Stage, Subsearch
from lynxalert.plan.combining import united
from lynxalert.plan.command import command, one, option
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.rows import rows_of, table_of, text_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import writing

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1_000  # runs
PLACE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\$([\w.:@{}\-]+?)\$', re.DOTALL)
INSIDE = re.compile(r"\$([\w.:@{}\-]+?)\$")
PLAIN = re.compile(r"[\w.:@/\-]+")


@command
@dataclass(frozen=True, slots=True)
class Map:
    """Run a query for each of the first `maxsearches` rows (10), and give the rows of all of them, one after the other.

    `$field$` in the query stands for a value of the row, `$_serial_id$` for its number; a value is always one value,
    never more of the query than that. A row that lacks a field the query names is left out.
    """

    subsearch: Subsearch | None = one(Subsearch)
    name: Name | None = one(Name)
    search: str = option("")
    maxsearches: int = option(10)
    stage: Stage | None = None
    EXAMPLES = (
        (
            '| top 3 host | map search="search host=$host$ level=error | head 1"',
            "the last error of each of the three busiest hosts",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The rows first, then a union of one query per row."""
        assert self.stage is not None
        text = self.search or (print_query(self.subsearch.query) if self.subsearch else "")
        if not text:
            message = "a saved search has no name here" if self.name else "`map` needs a query"
            help_ = 'map search="search host=$host$ | stats count"'
            scope.report(Code.WRONG_VALUE, message, self.stage.span, help_)
            return relation
        if self.maxsearches > MOST:
            message = f"`map` runs at most {MOST:,} queries"
            written = next(c for c in self.stage.clauses if isinstance(c, Option) and c.name == "maxsearches")
            scope.report(Code.TOO_LARGE, message, written.value_span)
            return relation
        schema = relation.schema

        def mapped(table: pa.Table) -> Relation:
            rows = rows_of(table, schema)
            if len(rows) > self.maxsearches:
                self._tell_cut(scope)
            given = enumerate(rows[: self.maxsearches], 1)
            texts = [filled(text, {**row, "_serial_id": number}) for number, row in given]
            queries = [self._parsed(one_, scope) for one_ in texts if one_ is not None]
            return self._all([query for query in queries if query is not None], scope)

        return Apply(Limit(relation, self.maxsearches + 1), "map", mapped)

    def _tell_cut(self, scope: Scope) -> None:
        assert self.stage is not None
        message = f"there are more rows: the query ran for the first {self.maxsearches:,}"
        scope.report(Code.CUT, message, self.stage.name_span, "raise maxsearches, or sort first")

    def _parsed(self, text: str, scope: Scope) -> Query | None:
        assert self.stage is not None
        try:
            query = parse(text, scope.knowledge.macros)
        except QueryError as error:
            for found in error.diagnostics:
                message = f"{found.message} (in `{text[:200]}`)"
                scope.report(found.code, message, self.stage.span, found.help)
            return None
        if any(writing(query)):
            scope.report(Code.REFUSED_COMMAND, "a query of `map` only reads", self.stage.span)
            return None
        return query

    def _all(self, queries: list[Query], scope: Scope) -> Relation:
        assert self.stage is not None
        if not queries:
            return table_of([], scope)
        before = len(scope.diagnostics)
        pending = tuple(scope.subquery(query) for query in queries)
        # Places count from the start of the filled-in text, which nobody wrote.
        moved = [replace(found, span=self.stage.span) for found in scope.diagnostics[before:]]
        scope.diagnostics[before:] = list(dict.fromkeys(moved))
        return scope.combine(pending, lambda results: united(results, scope))


def filled(text: str, row: Mapping[str, Any]) -> str | None:
    """*text* with `$field$` replaced by values of *row*; nothing where it names a field without a value.

    Inside quotes a value loses its power to end them; outside it is quoted unless it is one word.
    """
    missing: list[str] = []

    def value(name: str) -> str:
        if row.get(name) is None:
            missing.append(name)
            return ""
        return text_of(row[name])

    def inside(match: re.Match[str]) -> str:
        return value(match[1]).replace("\\", "\\\\").replace('"', '\\"')

    def put(match: re.Match[str]) -> str:
        if match[1] is None:
            return INSIDE.sub(inside, match[0])
        found = value(match[1])
        return (
            found if PLAIN.fullmatch(found) else '"' + found.replace("\\", "\\\\").replace('"', '\\"') + '"'
        )

    whole = PLACE.sub(put, text)
    return None if missing else whole
