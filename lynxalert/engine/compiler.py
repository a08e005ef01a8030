"""Text → CompiledQuery: parse, analyse, render; cached by text, zone and catalog version."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import lynxalert.commands
import lynxalert.functions
from lynxalert.engine.catalog import Catalog
from lynxalert.engine.passing import names_in, takes_whole_events
from lynxalert.engine.regexes import accepts
from lynxalert.engine.sorting import sorts_here
from lynxalert.engine.sources import scan
from lynxalert.engine.sql import Stages, render_into
from lynxalert.functions.table import AGGREGATES, FUNCTIONS
from lynxalert.lang import Diagnostic, QueryError
from lynxalert.lang.ast import By, Query
from lynxalert.lang.reader import Reader, Reading
from lynxalert.plan.analyze import analyze, begun, proceed
from lynxalert.plan.command import COMMANDS
from lynxalert.plan.comparing import AGGREGATING, compared
from lynxalert.plan.display import shown_last, unformatted
from lynxalert.plan.knowledge import Knowledge
from lynxalert.plan.relation import Generate, Pending, Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.sinks import writing
from lynxalert.plan.types import Type

FUNCTIONS.discover(lynxalert.functions)
COMMANDS.discover(lynxalert.commands)
MOST_PARSED = 32_768  # syntax trees kept


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A query ready to run up to its first barrier.

    *sql* is None when the relation of *pending* is a barrier, whose input is run first. *unsorted* is the same without
    ORDER BY where few rows are faster put in order by `sorting`.
    """

    query: Query
    pending: Pending
    sql: str | None
    unsorted: str | None
    tables: tuple[Generate, ...]
    scope: Scope
    catalog: Catalog
    key_fields: tuple[str, ...]
    writes: bool
    warnings: tuple[Diagnostic, ...]

    @property
    def columns(self) -> Mapping[str, Type] | None:
        """The columns of its rows by name; None while they depend on the events."""
        return columns_of(self.pending)

    @property
    def relation(self) -> Relation:
        """What is known of the rows so far."""
        return self.pending.relation


class Compiler:
    """Compiles queries against catalogs; keeps the last *size* results."""

    def __init__(self, knowledge: Knowledge | None = None, size: int = 4096) -> None:
        self.knowledge = knowledge or Knowledge()
        self.size = size
        self._cache: OrderedDict[tuple[object, ...], CompiledQuery] = OrderedDict()
        self._reader = Reader(self.knowledge.macros)
        self._read: OrderedDict[str, Reading] = OrderedDict()
        self._lock = Lock()

    def compile(
        self, text: str | Query, catalog: Catalog, timezone: str = "UTC", over: str = "_time"
    ) -> CompiledQuery:
        """*text* against the fields of *catalog*, for time windows laid *over* `_time` or `_indextime`.

        Raises:
            QueryError: with every mistake found.
        """
        lookups = self.knowledge.lookups
        key = (text, catalog.version, timezone, over, lookups and lookups.version())
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
                return found
        query = text if isinstance(text, Query) else self.parse(text)
        compiled = compile_query(query, catalog, timezone, self.knowledge, over)
        with self._lock:
            self._cache[key] = compiled
            while len(self._cache) > self.size:
                self._cache.popitem(last=False)
        return compiled

    def parse(self, text: str) -> Query:
        """The syntax tree of *text*, macros expanded; kept for longer than what depends on a catalog.

        Raises:
            QueryError: it is no query.
        """
        return self.read(text).query

    def read(self, text: str) -> Reading:
        """The same with the outline of *text*.

        Raises:
            QueryError: it is no query.
        """
        with self._lock:
            found = self._read.get(text)
            if found is not None:
                self._read.move_to_end(text)
                return found
        reading = self._reader.read(text)
        with self._lock:
            self._read[text] = reading
            while len(self._read) > MOST_PARSED:
                self._read.popitem(last=False)
        return reading


def compile_query(
    query: Query, catalog: Catalog, timezone: str, knowledge: Knowledge, over: str = "_time"
) -> CompiledQuery:
    """*query* analysed and rendered up to its first barrier."""
    pending, scope = analysed(query, catalog, timezone, knowledge, over)
    return _finished(query, pending, scope, catalog)


def analysed(
    query: Query, catalog: Catalog, timezone: str, knowledge: Knowledge, over: str = "_time"
) -> tuple[Pending, Scope]:
    """What *query* comes to, up to its first barrier; the scope has the mistakes, see `check`."""
    scope = _scope(query, catalog, timezone, knowledge, over)
    return analyze(compared(shown_last(query)), COMMANDS, scope), scope


def columns_of(pending: Pending) -> Mapping[str, Type] | None:
    """The columns of its rows by name; None while they depend on the events."""
    schema = pending.relation.schema
    if not pending.known or schema.open:
        return None
    return {column.name: column.type for column in schema.columns}


def opened(
    query: Query, catalog: Catalog, timezone: str, knowledge: Knowledge, over: str = "_time"
) -> CompiledQuery:
    """*query* before its first stage, for whoever goes on one stage at a time with `resume`."""
    scope = _scope(query, catalog, timezone, knowledge, over)
    return _finished(query, begun(compared(shown_last(query)), COMMANDS, scope), scope, catalog)


def _scope(query: Query, catalog: Catalog, timezone: str, knowledge: Knowledge, over: str) -> Scope:
    return Scope(
        functions=FUNCTIONS,
        aggregates=AGGREGATES,
        scan=lambda scope, indexes: scan(
            catalog, scope, indexes, lambda: names_in(query), whole=takes_whole_events(query)
        ),
        inner=inner,
        timezone=timezone,
        accepts=accepts,
        knowledge=knowledge,
        over=over,
    )


def inner(scope: Scope, query: Query, relation: Relation | None) -> Pending:
    """A query inside another analysed, over the rows of *relation* or events of its own."""
    plain = unformatted(query)
    return analyze(plain if relation is not None else compared(plain), COMMANDS, scope, relation)


def resume(compiled: CompiledQuery, pending: Pending) -> Pending:
    """What follows a barrier, now that its result is at hand as the relation of *pending*.

    Raises:
        QueryError: the stages behind it do not fit what it gave.
    """
    following = proceed(pending, COMMANDS, compiled.scope)
    check(compiled.query, compiled.scope)
    return following


def check(query: Query, scope: Scope) -> None:
    """Refuse a query in which mistakes were found.

    Raises:
        QueryError: with all of them.
    """
    if scope.failed:
        errors = [diagnostic for diagnostic in scope.diagnostics if diagnostic.code.severity == "error"]
        raise QueryError(query.source, errors)


def _finished(query: Query, pending: Pending, scope: Scope, catalog: Catalog) -> CompiledQuery:
    check(query, scope)
    sql: str | None = None
    unsorted: str | None = None
    tables: tuple[Generate, ...] = ()
    if pending.known:
        stages = Stages(catalog)
        select = render_into(stages, pending.relation)
        sql = select.sql(dialect="duckdb", copy=False)
        if sorts_here(pending.relation):
            unsorted = sql.removesuffix(select.args["order"].sql(dialect="duckdb", copy=False).lstrip())
            assert unsorted != sql
        tables = tuple(stages.tables)
    return CompiledQuery(
        query=query,
        pending=pending,
        sql=sql,
        unsorted=unsorted,
        tables=tables,
        scope=scope,
        catalog=catalog,
        key_fields=key_fields(query),
        writes=any(True for _ in writing(query)),
        warnings=tuple(scope.diagnostics),
    )


def key_fields(query: Query) -> tuple[str, ...]:
    """The by-fields of the last aggregation: what tells one instance of an alert from another."""
    names: tuple[str, ...] = ()
    for stage in query.stages:
        if stage.command in AGGREGATING:
            names = tuple(
                name.text for clause in stage.clauses if isinstance(clause, By) for name in clause.names
            )
            if stage.command == "timechart":
                names = ("_time",)
    return names
