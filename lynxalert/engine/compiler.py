"""Text → CompiledQuery: parse, analyse, render; cached by text, zone and catalog version."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import lynxalert.commands
import lynxalert.functions
from lynxalert.engine.catalog import Catalog
from lynxalert.engine.sources import scan
from lynxalert.engine.sql import Stages, render_into
from lynxalert.functions.table import AGGREGATES, FUNCTIONS
from lynxalert.lang import Diagnostic, QueryError, parse
from lynxalert.lang.ast import By, Query, Stage
from lynxalert.plan.analyze import Bounds, analyze, bounds_of, proceed
from lynxalert.plan.command import COMMANDS
from lynxalert.plan.relation import Apply, Generate, Relation, Spanned
from lynxalert.plan.scope import Scope

FUNCTIONS.discover(lynxalert.functions)
COMMANDS.discover(lynxalert.commands)
AGGREGATING = ("stats", "timechart", "chart", "top", "rare", "tstats")


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A query ready to run up to its first barrier.

    *sql* is None when *relation* is a barrier, whose input is run first. *rest* are the stages behind it.
    """

    query: Query
    relation: Relation
    sql: str | None
    tables: tuple[Generate, ...]
    rest: tuple[Stage, ...]
    scope: Scope
    catalog: Catalog
    bounds: Bounds
    key_fields: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


class Compiler:
    """Compiles queries against catalogs; keeps the last *size* results."""

    def __init__(self, macros: Mapping[str, Any] | None = None, size: int = 4096) -> None:
        self.macros = dict(macros or {})
        self.size = size
        self._cache: OrderedDict[tuple[object, ...], CompiledQuery] = OrderedDict()
        self._lock = Lock()

    def compile(self, text: str | Query, catalog: Catalog, timezone: str = "UTC") -> CompiledQuery:
        """*text* against the fields of *catalog*.

        Raises:
            QueryError: with every mistake found.
        """
        key = (text, catalog.version, timezone)
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
                return found
        query = text if isinstance(text, Query) else parse(text, self.macros)
        compiled = compile_query(query, catalog, timezone)
        with self._lock:
            self._cache[key] = compiled
            while len(self._cache) > self.size:
                self._cache.popitem(last=False)
        return compiled


def compile_query(query: Query, catalog: Catalog, timezone: str) -> CompiledQuery:
    """*query* analysed and rendered up to its first barrier."""
    scope = Scope(
        functions=FUNCTIONS,
        aggregates=AGGREGATES,
        scan=lambda scope, indexes: scan(catalog, scope, indexes),
        timezone=timezone,
    )
    relation, rest = analyze(query, COMMANDS, scope)
    return _finished(query, relation, rest, scope, catalog)


def resume(compiled: CompiledQuery, relation: Relation) -> CompiledQuery:
    """What follows the barrier of *compiled*, now that its result is at hand as *relation*."""
    following, rest = proceed(relation, compiled.rest, COMMANDS, compiled.scope)
    return _finished(compiled.query, following, rest, compiled.scope, compiled.catalog)


def _finished(
    query: Query, relation: Relation, rest: tuple[Stage, ...], scope: Scope, catalog: Catalog
) -> CompiledQuery:
    if scope.failed:
        errors = [diagnostic for diagnostic in scope.diagnostics if diagnostic.code.severity == "error"]
        raise QueryError(query.source, errors)
    sql: str | None = None
    tables: tuple[Generate, ...] = ()
    if not isinstance(relation, Spanned | Apply):
        stages = Stages(catalog)
        sql = render_into(stages, relation).sql(dialect="duckdb", copy=False)
        tables = tuple(stages.tables)
    return CompiledQuery(
        query=query,
        relation=relation,
        sql=sql,
        tables=tables,
        rest=rest,
        scope=scope,
        catalog=catalog,
        bounds=bounds_of(query),
        key_fields=key_fields(query),
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
