"""One execution of a query: its cursor, its bounds bound, its deadline kept, the engine's errors as ours."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from lynxalert.engine.catalog import EventSource
from lynxalert.engine.compiler import CompiledQuery
from lynxalert.engine.sources import bound_names
from lynxalert.engine.watchdog import WATCHDOG, Stop
from lynxalert.errors import LynxError
from lynxalert.lang import Code, Diagnostic, QueryError
from lynxalert.lang.ast import Comparison
from lynxalert.plan import TimeWindow
from lynxalert.plan.relation import Generate
from lynxalert.plan.scope import Bounds, Earlier, Scope
from lynxalert.plan.sinks import Output
from lynxalert.plan.timespec import BadTime, resolve, shift

# A parameter, or a text, in which a dollar means nothing.
PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|\$(\w+)")
TABLE = re.compile(r'"((?:events|raw)_\d+)"')
# What the engine raises for a block whose checksum is wrong (it has no type of its own in Python), and for a file
# that is shorter than it says. Mistakes in SQL have types of their own.
DAMAGE = (duckdb.Error, duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)
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


class QueryStopped(QueryFailed):
    """Whoever asked does not wait any more."""

    def __init__(self) -> None:
        super().__init__("the query was stopped: nobody waits for it", transient=False)


class StoreDamaged(QueryFailed):
    """Stored events that the query needs cannot be read: a block of the file or the disk under it is damaged.

    *tables*: those the query reads, of which one is damaged. What does not read them is answered.
    """

    def __init__(self, tables: Sequence[str], detail: str) -> None:
        where = ", ".join(tables) or "the database"
        super().__init__(f"the event store is damaged in {where}: {detail}", transient=False)
        self.tables = tuple(tables)


@dataclass(slots=True)
class Run:
    """One execution: its cursor, bounds and deadline."""

    compiled: CompiledQuery
    cursor: duckdb.DuckDBPyConnection
    given: TimeWindow
    now: dt.datetime
    deadline: dt.timedelta
    cap: int
    stop: Stop | None = None
    outputs: list[Output] = field(default_factory=list)  # rows handed over on the way

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
    over = "_time" if bounds.earliest or bounds.latest else given.over
    window = TimeWindow(start, instant(bounds.latest, default_end), over)
    for earlier in bounds.earlier:
        window = moved_back(window, earlier, now, scope.timezone, source)
    return window


def moved_back(window: TimeWindow, by: Earlier, now: dt.datetime, zone: str, source: str) -> TimeWindow:
    """*window* a length of time earlier, days and longer by the calendar; one without an end ends now.

    Raises:
        QueryError: there is no such time.
    """

    def moved(instant: dt.datetime) -> dt.datetime:
        if by.span.unit == "us":
            return instant - dt.timedelta(microseconds=by.span.count)
        return shift(instant.astimezone(ZoneInfo(zone)), -by.span.count, by.span.unit).astimezone(dt.UTC)

    try:
        start = None if window.start is None else moved(window.start)
        return TimeWindow(start, moved(window.end or now), window.over)
    except (BadTime, OverflowError):
        message = f"there is no time {by.span} before this range"
        raise QueryError(source, [Diagnostic(Code.BAD_TIME, message, by.place)]) from None


def fetched(run: Run, sql: str, tables: tuple[Generate, ...]) -> pa.Table:
    """All rows of *sql* as an Arrow table; errors as `execute`."""
    with translated(sql, run.deadline):
        relation = run.cursor.sql(bound(run, sql, tables))
        assert relation is not None
        table: pa.Table = relation.to_arrow_table()
        return table


def execute(run: Run, sql: str, tables: tuple[Generate, ...]) -> duckdb.DuckDBPyConnection:
    """Run *sql* with the bounds bound and the tables at hand.

    Raises:
        QueryFailed: the engine refused; a refusal to bind is a bug of ours and carries the SQL.
    """
    with translated(sql, run.deadline):
        return run.cursor.execute(bound(run, sql, tables))


def bound(run: Run, sql: str, tables: tuple[Generate, ...]) -> str:
    """*sql* with its parameters as literals; *tables* are put where it finds them.

    Of what is known when it plans, the engine skips the blocks of events outside the range.
    """
    for place, generated_ in enumerate(tables):
        run.cursor.register(f"t{place}", generated_.table)
    values = run.parameters
    parts = pieces(sql)
    return "".join(
        part if place % 2 == 0 else f"TIMESTAMP '{values[part]}'" for place, part in enumerate(parts)
    )


@lru_cache(maxsize=4096)
def pieces(sql: str) -> tuple[str, ...]:
    """*sql* cut at its parameters: text, name, text, …, text."""
    parts = []
    begun = 0
    for match in PLACEHOLDER.finditer(sql):
        if match[1] is not None:
            parts += [sql[begun : match.start()], match[1]]
            begun = match.end()
    return (*parts, sql[begun:])


@contextmanager
def guarded(
    source: EventSource, sql: str, deadline: dt.timedelta, stop: Stop | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor to run *sql* on, interrupted at *deadline* or when *stop* is said, closed afterwards; errors as of `execute`."""
    cursor = source.cursor()
    try:
        with interrupted(cursor, deadline, stop), translated(sql, deadline):
            yield cursor
    finally:
        cursor.close()


@contextmanager
def translated(sql: str, deadline: dt.timedelta) -> Iterator[None]:
    """The engine's errors as ours: its own words reach nobody unless they are a bug to report."""
    try:
        yield
    except duckdb.InterruptException:
        raise QueryTimeOut(deadline) from None
    except duckdb.OutOfMemoryException:
        raise QueryFailed("the query needs more memory than queries may use", transient=True) from None
    except duckdb.TransactionException:
        raise QueryFailed("the engine could not run the query now", transient=True) from None
    except duckdb.Error as error:
        if type(error) in DAMAGE:
            raise StoreDamaged(sorted(set(TABLE.findall(sql))), str(error)) from error
        message = f"internal error, please report it: {error}"
        raise QueryFailed(message, transient=False, sql=sql) from error


@contextmanager
def stopped_at(run: Run) -> Iterator[None]:
    """Interrupt the run's cursor when its deadline passes, or nobody waits for it any more."""
    with interrupted(run.cursor, run.deadline, run.stop):
        yield


@contextmanager
def interrupted(
    cursor: duckdb.DuckDBPyConnection, deadline: dt.timedelta, stop: Stop | None = None
) -> Iterator[None]:
    """Interrupt *cursor* when *deadline* passes or *stop* is said."""
    try:
        with WATCHDOG.watching(deadline.total_seconds(), cursor.interrupt, stop):
            yield
    except (duckdb.InterruptException, QueryTimeOut):
        if stop is not None and stop.said:
            raise QueryStopped from None
        raise QueryTimeOut(deadline) from None
