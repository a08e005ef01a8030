"""One run of a query → its rows a batch at a time, as the engine comes to them. No more than a batch is in memory here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from lynxalert.engine.barriers import readied
from lynxalert.engine.rows import plain_rows
from lynxalert.engine.run import Run, StoreDamaged, execute, stopped_at, translated
from lynxalert.lang import Diagnostic
from lynxalert.plan import TimeWindow, Type, Value

BATCH = 1_000  # rows


class RowStream:
    """The rows of *run*, which has begun when this is made. Errors as of `Engine.query`, then or at any batch.

    *damaged* is told of a store that cannot be read. `close` it. Batches may be asked for in any thread, one after the other.
    """

    def __init__(self, run: Run, damaged: Callable[[str], object], size: int = BATCH) -> None:
        self._run = run
        self._damaged = damaged
        self._size = size
        self.columns: tuple[str, ...] = ()
        self.types: tuple[Type, ...] = ()
        self._reading = self._read()
        next(self._reading)

    @property
    def window(self) -> TimeWindow:
        """The range of time that is read."""
        return self._run.window(0)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the text deserves to be told."""
        return tuple(self._run.compiled.scope.diagnostics)

    def batch(self) -> list[Mapping[str, Value]]:
        """The next rows; none at the end."""
        return next(self._reading, [])

    def close(self) -> None:
        """Read no further, and let go of the store."""
        self._reading.close()

    def _read(self) -> Generator[list[Mapping[str, Value]], None, None]:
        """First nothing, once the run is under way; then its rows."""
        run = self._run
        try:
            with stopped_at(run):
                if run.compiled.sql is None:
                    run.cursor.begin()  # what is read in several steps must not change between them
                relation, sql, tables = readied(run)
                shown = relation.schema.columns
                self.columns = tuple(column.name for column in shown)
                self.types = tuple(column.type for column in shown)
                found = execute(run, sql, tables)
                yield []
                with translated(sql, run.deadline):
                    while fetched := found.fetchmany(self._size):
                        yield [*plain_rows(self.columns, self.types, fetched)]
        except StoreDamaged as damage:
            self._damaged(str(damage))
            raise
        finally:
            run.cursor.close()
