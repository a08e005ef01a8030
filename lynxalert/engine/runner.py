"""CompiledQuery + TimeWindow → Result: bound parameters, a deadline, a row cap, barriers run in turn."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

from lynxalert.clock import monotonic
from lynxalert.engine.advice import Missing, cut_lists
from lynxalert.engine.barriers import readied
from lynxalert.engine.catalog import EventSource
from lynxalert.engine.compiler import CompiledQuery, Compiler, compile_query, opened
from lynxalert.engine.funnel import Funnel, funnel
from lynxalert.engine.rows import plain_rows
from lynxalert.engine.rowstream import BATCH, RowStream
from lynxalert.engine.run import QueryFailed, Run, StoreDamaged, execute, stopped_at
from lynxalert.engine.sorting import FEW, in_order
from lynxalert.engine.watchdog import Stop
from lynxalert.engine.wholes import with_all_fields
from lynxalert.lang import Diagnostic, parse
from lynxalert.lang.ast import Query
from lynxalert.plan import ALL_TIME, Result, TimeWindow, Value
from lynxalert.plan.knowledge import BadLookup, Knowledge, Lookups, MappedDataset
from lynxalert.plan.schema import Column
from lynxalert.plan.sinks import LookupSink, Output, refuse_writing
from lynxalert.plan.written import written

ROW_CAP = 100_000
DEADLINE = dt.timedelta(seconds=60)
ATTEMPTS = 5  # while the catalog changes under a query


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
        self._large: set[str] = set()
        self.stop: Stop | None = None

    def over(self, source: EventSource) -> Engine:
        """This engine over another *source*, which has the same catalog."""
        other = copy.copy(self)
        other.source = source
        return other

    def under(self, stop: Stop) -> Engine:
        """This engine, whose runs end with `QueryStopped` once *stop* is said."""
        other = copy.copy(self)
        other.stop = stop
        return other

    def compile(self, text: str | Query, timezone: str = "UTC", over: str = "_time") -> CompiledQuery:
        """*text* against the fields stored now, for windows laid *over* `_time` or `_indextime`.

        Raises:
            QueryError: with every mistake found.
        """
        return self.compiler.compile(text, self.source.catalog(), timezone, over)

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
        write: bool = False,
    ) -> Result:
        """Rows of *text* over *window*; `earliest=` and `latest=` in the text override it.

        *advise*: look at a sample of what aggregations leave out, and warn; for people, not for every evaluation.

        *write*: let a query with `outputlookup` or `collect` pass. Nothing is written even then: the result says in
        `outputs` what the caller is asked to write.

        Raises:
            QueryError: the text is wrong, or it would write and may not.
            QueryTimeOut: it ran past *deadline*.
            QueryFailed: the engine could not run it.
        """
        started = monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            compiled = self._own(text, timezone, window.over)
            if not write:
                _refuse_to_write(compiled)
            try:
                columns, rows, run = self._run(compiled, window, now, deadline, limit)
            except StoreDamaged as damage:
                self.source.report_damage(str(damage))
                raise
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
            window=run.window(0),
            outputs=tuple(run.outputs),
        )

    def stream(
        self,
        text: str | Query,
        *,
        now: dt.datetime,
        window: TimeWindow = ALL_TIME,
        timezone: str = "UTC",
        deadline: dt.timedelta = DEADLINE,
        size: int = BATCH,
    ) -> RowStream:
        """As `query`, without a limit: the rows come *size* at a time, as the engine finds them."""
        for attempt in range(1, ATTEMPTS + 1):
            compiled = self._own(text, timezone, window.over)
            _refuse_to_write(compiled)
            run = Run(compiled, self.source.cursor(), window, now, deadline, size, self.stop)
            try:
                found = RowStream(run, self.source, size)
            except QueryFailed:
                if attempt == ATTEMPTS or self._stands(compiled):
                    raise
                continue
            if attempt == ATTEMPTS or self._stands(compiled):
                break
            found.close()
        return found

    def write_lookup(self, output: Output) -> None:
        """Put the rows of *output* into the lookup it names.

        Raises:
            BadLookup: it cannot be written.
        """
        lookups, sink = self.compiler.knowledge.lookups, output.sink
        assert isinstance(sink, LookupSink)
        if lookups is None:
            raise BadLookup("there is no folder of lookups to write to")
        lookups.replace(sink.name, lambda before: written(before, output))

    def funnel(
        self,
        text: str,
        *,
        now: dt.datetime,
        window: TimeWindow = ALL_TIME,
        timezone: str = "UTC",
        deadline: dt.timedelta = DEADLINE,
    ) -> Funnel:
        """How many rows each stage of *text* leaves over *window*, and why there are none behind the first that leaves none.

        Raises:
            QueryError: the text is wrong.
            QueryFailed: the engine could not run it; running past *deadline* ends the counting, not the answer.
        """
        query = parse(text, self.compiler.knowledge.macros)
        for attempt in range(1, ATTEMPTS + 1):
            compiled = opened(query, self.source.catalog(), timezone, self.compiler.knowledge, window.over)
            cursor = self.source.cursor()
            try:
                cursor.begin()  # what is counted in several steps must not change between them
                run = Run(compiled, cursor, window, now, deadline, ROW_CAP, self.stop)
                with stopped_at(run):
                    found = funnel(run)
            except StoreDamaged as damage:
                self.source.report_damage(str(damage))
                raise
            except QueryFailed:
                if attempt == ATTEMPTS or self._stands(compiled):
                    raise
                continue
            finally:
                cursor.close()
            if self._stands(compiled):
                break
        return found

    def _own(self, text: str | Query, timezone: str, over: str) -> CompiledQuery:
        compiled = self.compile(text, timezone, over)
        if compiled.pending.known:
            return compiled
        # What follows a barrier is analysed anew with every result: never in a scope that others see.
        return compile_query(compiled.query, compiled.catalog, timezone, compiled.scope.knowledge, over)

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
            run = Run(compiled, cursor, window, now, deadline, 1, self.stop)
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
    ) -> tuple[tuple[Column, ...], list[dict[str, Value]], Run]:
        cursor = self.source.cursor()
        try:
            if compiled.sql is None:
                cursor.begin()  # what is read in several steps must not change between them
            run = Run(compiled, cursor, window, now, deadline, limit, self.stop)
            with stopped_at(run):
                columns, rows = self._finish(run)
        finally:
            cursor.close()
        columns, rows = with_all_fields(
            self.source, compiled, columns, rows, deadline=deadline, stop=self.stop
        )
        return columns, rows, run

    def _finish(self, run: Run) -> tuple[tuple[Column, ...], list[dict[str, Value]]]:
        relation, sql, tables = readied(run)
        columns = relation.schema.columns
        shown = relation.schema.names, [column.type for column in columns]
        unsorted = run.compiled.unsorted
        if unsorted is not None and unsorted not in self._large:
            found = execute(run, f"{unsorted} LIMIT {FEW + 1}", tables).fetchall()
            if len(found) <= FEW:
                return columns, in_order(plain_rows(*shown, found), relation)[: run.cap + 1]
            self._remember(unsorted)
        return columns, plain_rows(*shown, execute(run, sql, tables).fetchmany(run.cap + 1))

    def _remember(self, sql: str) -> None:
        """That the rows of *sql* are too many to be sorted here: next time the engine sorts them at once."""
        if len(self._large) >= self.compiler.size:
            self._large.clear()
        self._large.add(sql)


def _refuse_to_write(compiled: CompiledQuery) -> None:
    if compiled.writes:
        allowing = "[queries] write = true allows it over HTTP"
        refuse_writing(compiled.query, "this query may only read", help_=allowing)
