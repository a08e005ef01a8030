"""CompiledQuery + TimeWindow → Result: bound parameters, a deadline, a row cap, barriers run in turn."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from lynxalert.clock import monotonic
from lynxalert.engine.advice import Missing, cut_lists
from lynxalert.engine.catalog import Catalog, EventSource
from lynxalert.engine.compiler import CompiledQuery, Compiler, compile_query, resume
from lynxalert.engine.rows import converter
from lynxalert.engine.sources import bound_names
from lynxalert.engine.sql import Stages, render_into
from lynxalert.errors import LynxError
from lynxalert.lang import Code, Diagnostic, QueryError
from lynxalert.lang.ast import Comparison, Query
from lynxalert.plan import ALL_TIME, Result, TimeWindow, Type, Value
from lynxalert.plan.knowledge import Knowledge, Lookups, MappedDataset
from lynxalert.plan.relation import Apply, Generate, Nested, OrderKey, Pending, Relation, Spanned
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Bounds, Scope
from lynxalert.plan.timespec import BadTime, resolve

ROW_CAP = 100_000
DEADLINE = dt.timedelta(seconds=60)
ATTEMPTS = 5  # while the catalog changes under a query
# A parameter, or a text, in which a dollar means nothing.
PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|\$(\w+)")
# What stands for an open side: times a TIMESTAMP can hold and no event has.
FIRST, LAST = dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)  # noqa: DTZ001 - the engine's times are naive UTC


class QueryFailed(LynxError):
    """A correct query could not be run now. *transient*: the same run may succeed later."""

    def __init__(self, message: str, *, transient: bool, sql: str | None = None) -> None:
        super().__init__(message)
        self.transient = transient
        self.sql = sql


class QueryTimeOut(QueryFailed):
    """A query ran past its deadline and was stopped; the message begins with its code."""

    code = Code.TIME_OUT

    def __init__(self, deadline: dt.timedelta) -> None:
        message = f"{self.code}: the query was stopped after {deadline.total_seconds():g} s"
        super().__init__(message, transient=True)


@dataclass(slots=True)
class Run:
    """One execution: its cursor, bounds and deadline."""

    compiled: CompiledQuery
    cursor: duckdb.DuckDBPyConnection
    given: TimeWindow
    now: dt.datetime
    deadline: dt.timedelta
    cap: int

    def window(self, number: int) -> TimeWindow:
        """The time range *number* of the query, its own being 0."""
        scope, source = self.compiled.scope, self.compiled.query.source
        return bounded(scope.windows[number], self.given, self.now, scope, source)

    @property
    def parameters(self) -> dict[str, dt.datetime]:
        """What the SQL's placeholders stand for, naive UTC."""
        values = {"now": naive(self.now, LAST)}
        for number in range(len(self.compiled.scope.windows)):
            window, (start, end) = self.window(number), bound_names(number)
            values |= {start: naive(window.start, FIRST), end: naive(window.end, LAST)}
        return values


def naive(instant: dt.datetime | None, default: dt.datetime) -> dt.datetime:
    """*instant* as the engine holds times: UTC without a zone."""
    return default if instant is None else instant.astimezone(dt.UTC).replace(tzinfo=None)


class Engine:
    """Runs queries over an event source. Safe to call from several threads: every run has its own cursor."""

    def __init__(
        self,
        source: EventSource,
        *,
        macros: Mapping[str, Any] | None = None,
        lookups: Lookups | None = None,
        datamodels: Mapping[str, Mapping[str, MappedDataset]] | None = None,
    ) -> None:
        self.source = source
        self.compiler = Compiler(Knowledge(macros or {}, lookups, datamodels or {}))

    def compile(self, text: str | Query, timezone: str = "UTC") -> CompiledQuery:
        """*text* against the fields stored now.

        Raises:
            QueryError: with every mistake found.
        """
        return self.compiler.compile(text, self.source.catalog(), timezone)

    def query(
        self,
        text: str | Query,
        *,
        now: dt.datetime,
        window: TimeWindow = ALL_TIME,
        timezone: str = "UTC",
        limit: int = ROW_CAP,
        deadline: dt.timedelta = DEADLINE,
        advise: bool = False,
    ) -> Result:
        """Rows of *text* over *window*; `earliest=` and `latest=` in the text override it.

        *advise*: look at a sample of what aggregations leave out, and warn; for people, not for every evaluation.

        Raises:
            QueryError: the text is wrong.
            QueryTimeOut: it ran past *deadline*.
            QueryFailed: the engine could not run it.
        """
        started = monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            compiled = self._own(text, timezone)
            try:
                columns, rows, seen = self._run(compiled, window, now, deadline, limit)
            except QueryFailed:
                if attempt == ATTEMPTS or self._stands(compiled):
                    raise
                continue
            if self._stands(compiled):
                break
        return Result(
            columns=tuple(column.name for column in columns),
            types=tuple(column.type for column in columns),
            rows=rows[:limit],
            elapsed=dt.timedelta(seconds=monotonic() - started),
            truncated=len(rows) > limit,
            warnings=(
                *compiled.scope.diagnostics,
                *cut_lists(compiled, rows),
                *(self._missing(compiled, window, now, deadline) if advise else ()),
            ),
            window=seen,
        )

    def _own(self, text: str | Query, timezone: str) -> CompiledQuery:
        compiled = self.compile(text, timezone)
        if compiled.pending.known:
            return compiled
        # What follows a barrier is analysed anew with every result: never in a scope that others see.
        return compile_query(compiled.query, compiled.catalog, timezone, compiled.scope.knowledge)

    def _stands(self, compiled: CompiledQuery) -> bool:
        """Whether fields still live where *compiled* looked for them: a promotion in between moves values."""
        return compiled.catalog.version == self.source.catalog().version

    def _missing(
        self, compiled: CompiledQuery, window: TimeWindow, now: dt.datetime, deadline: dt.timedelta
    ) -> list[Diagnostic]:
        question = Missing(compiled)
        if question.sql is None:
            return []
        cursor = self.source.cursor()
        try:
            run = Run(compiled, cursor, window, now, deadline, 1)
            with stopped_at(run):
                return question.warnings(execute(run, question.sql, question.tables).fetchall()[0])
        finally:
            cursor.close()

    def _run(
        self,
        compiled: CompiledQuery,
        window: TimeWindow,
        now: dt.datetime,
        deadline: dt.timedelta,
        limit: int,
    ) -> tuple[tuple[Column, ...], list[dict[str, Value]], TimeWindow]:
        cursor = self.source.cursor()
        try:
            if compiled.sql is None:
                cursor.begin()  # what is read in several steps must not change between them
            run = Run(compiled, cursor, window, now, deadline, limit)
            with stopped_at(run):
                columns, rows = self._finish(run)
        finally:
            cursor.close()
        return columns, rows, run.window(0)

    def _finish(self, run: Run) -> tuple[tuple[Column, ...], list[dict[str, Value]]]:
        relation, sql, tables = run.compiled.relation, run.compiled.sql, run.compiled.tables
        if sql is None:
            relation = self._settled(run, run.compiled.pending)
            sql, tables = rendered(relation, run.compiled.catalog)
        columns = relation.schema.columns
        fetched = execute(run, sql, tables).fetchmany(run.cap + 1)
        readers = [(column.name, converter(column.type)) for column in columns]
        rows = [
            {name: read(value) for (name, read), value in zip(readers, row, strict=False)} for row in fetched
        ]
        return columns, rows

    def _settled(self, run: Run, pending: Pending) -> Relation:
        """The relation of a query, every barrier in it run."""
        while not pending.known:
            passed = self._through(run, pending.relation, pending.window)
            pending = resume(run.compiled, replace(pending, relation=passed))
        return pending.relation

    def _through(self, run: Run, barrier: Relation, window: int) -> Relation:
        """The relation a barrier stands for, its input run now. It may be a barrier again."""
        match barrier:
            case Spanned():
                return barrier.lower(self._extent(run, barrier, run.window(window)))
            case Nested(queries):
                return barrier.lower(tuple(self._settled(run, query) for query in queries))
            case Apply():
                result = barrier.function(self._arrow(run, barrier.input, barrier.cap))
                return generated(result, run.compiled.scope) if isinstance(result, pa.Table) else result
            case _:
                raise AssertionError("only barriers are run before the rest is known")

    def _extent(self, run: Run, barrier: Spanned, window: TimeWindow) -> TimeWindow:
        """The range a stage covers: the query's own, or that of the data where it is open."""
        if window.start is not None and window.end is not None:
            return window
        stages = Stages(run.compiled.catalog)
        source = stages.add(barrier.input, frozenset((barrier.time,)))
        sql = stages.extent(source, barrier.time).sql(dialect="duckdb", copy=False)
        first, last = execute(run, sql, tuple(stages.tables)).fetchall()[0]
        start = window.start or (first.replace(tzinfo=dt.UTC) if first else run.now)
        end = window.end or (last.replace(tzinfo=dt.UTC) + dt.timedelta(microseconds=1) if last else run.now)
        return TimeWindow(start, end)

    def _arrow(self, run: Run, relation: Relation, cap: int) -> pa.Table:
        sql, tables = rendered(relation, run.compiled.catalog)
        table = fetched(run, sql, tables)
        if table.num_rows > cap:
            raise QueryFailed(
                f"a stage that works row by row was given more than {cap:,} rows", transient=False
            )
        names = [column.name for column in relation.schema.columns]
        return table.select(range(len(names))).rename_columns(
            names
        )  # rows of no columns come as a column of 1


def rendered(relation: Relation, catalog: Catalog) -> tuple[str, tuple[Generate, ...]]:
    """The SQL of *relation* and the tables it reads."""
    stages = Stages(catalog)
    return render_into(stages, relation).sql(dialect="duckdb", copy=False), tuple(stages.tables)


def bounded(bounds: Bounds, given: TimeWindow, now: dt.datetime, scope: Scope, source: str) -> TimeWindow:
    """The time range to read: the query's own bounds where it sets them.

    Raises:
        QueryError: a bound of the text *source* is no time.
    """

    def instant(term: Comparison | None, otherwise: dt.datetime | None) -> dt.datetime | None:
        if term is None:
            return otherwise
        try:
            return resolve(term.value.text, now, scope.timezone)
        except BadTime as wrong:
            diagnostic = Diagnostic(Code.BAD_TIME, str(wrong), term.value.span)
            raise QueryError(source, [diagnostic]) from None

    start = instant(bounds.earliest, given.start)
    default_end = (
        now if bounds.earliest is not None and bounds.latest is None and given.end is None else given.end
    )
    return TimeWindow(start, instant(bounds.latest, default_end))


def generated(table: pa.Table, scope: Scope) -> Generate:
    """*table* as a relation: its columns by place, its rows in order."""
    columns = tuple(scope.column(name, type_of(table.schema.field(name).type)) for name in table.column_names)
    position = scope.column("position", Type.INTEGER)
    numbered = table.append_column("position", pa.array(range(table.num_rows), pa.int64()))
    numbered = numbered.rename_columns([*(str(place) for place in range(len(columns))), "position"])
    return Generate(numbered, Schema(columns), position, (OrderKey(position),))


def type_of(type_: pa.DataType) -> Type:
    """How a column of an Arrow table is carried on."""
    if pa.types.is_integer(type_):
        return Type.INTEGER
    if pa.types.is_floating(type_):
        return Type.FLOAT
    if pa.types.is_boolean(type_):
        return Type.BOOLEAN
    if pa.types.is_timestamp(type_):
        return Type.TIME
    return Type.LIST if pa.types.is_list(type_) else Type.TEXT


def fetched(run: Run, sql: str, tables: tuple[Generate, ...]) -> pa.Table:
    """All rows of *sql* as an Arrow table; errors as `execute`."""
    with translated(run, sql):
        relation = run.cursor.sql(sql, params=bind(run, sql, tables))
        assert relation is not None
        table: pa.Table = relation.to_arrow_table()
        return table


def execute(run: Run, sql: str, tables: tuple[Generate, ...]) -> duckdb.DuckDBPyConnection:
    """Run *sql* with the bounds bound and the tables at hand.

    Raises:
        QueryFailed: the engine refused; a refusal to bind is a bug of ours and carries the SQL.
    """
    with translated(run, sql):
        return run.cursor.execute(sql, bind(run, sql, tables))


def bind(run: Run, sql: str, tables: tuple[Generate, ...]) -> dict[str, dt.datetime]:
    """The parameters that *sql* names; *tables* are put where it finds them."""
    for place, generated_ in enumerate(tables):
        run.cursor.register(f"t{place}", generated_.table)
    named = set(PLACEHOLDER.findall(sql))
    return {name: value for name, value in run.parameters.items() if name in named}


@contextmanager
def translated(run: Run, sql: str) -> Iterator[None]:
    """The engine's errors as ours: its own words reach nobody unless they are a bug to report."""
    try:
        yield
    except duckdb.InterruptException:
        raise QueryTimeOut(run.deadline) from None
    except duckdb.OutOfMemoryException:
        raise QueryFailed("the query needs more memory than queries may use", transient=True) from None
    except duckdb.TransactionException:
        raise QueryFailed("the engine could not run the query now", transient=True) from None
    except duckdb.Error as error:
        message = f"internal error, please report it: {error}"
        raise QueryFailed(message, transient=False, sql=sql) from error


@contextmanager
def stopped_at(run: Run) -> Iterator[None]:
    """Interrupt the run's cursor when its deadline passes."""
    watchdog = threading.Timer(run.deadline.total_seconds(), run.cursor.interrupt)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    except duckdb.InterruptException:
        raise QueryTimeOut(run.deadline) from None
    finally:
        watchdog.cancel()
