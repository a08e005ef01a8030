"""One run of a query → its rows a batch at a time, as the engine comes to them. No more than a batch is in memory here."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence

from lynxalert.engine.barriers import readied
from lynxalert.engine.catalog import EventSource
from lynxalert.engine.rows import plain_rows
from lynxalert.engine.run import Run, StoreDamaged, execute, stopped_at, translated
from lynxalert.engine.sources import PLACE
from lynxalert.engine.wholes import with_all_fields
from lynxalert.lang import Diagnostic
from lynxalert.plan import TimeWindow, Type, Value
from lynxalert.plan.schema import Column

BATCH = 1_000  # rows


class RowStream:
    """The rows of *run*, which has begun when this is made. Errors as of `Engine.query`, then or at any batch.

    *source* is told of damage that keeps it from being read. `close` it. Batches may be asked for in any thread, one after the other.
    """

    def __init__(self, run: Run, source: EventSource, size: int = BATCH) -> None:
        self._run = run
        self._source = source
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

    def _show(self, columns: Iterable[Column]) -> None:
        """Name *columns* beside those known: fields of events are met one after the other."""
        types = dict(zip(self.columns, self.types, strict=True))
        for column in columns:
            if column.name != PLACE:
                types.setdefault(column.name, column.type)
        self.columns, self.types = tuple(types), tuple(types.values())

    def _whole(self, shown: Sequence[Column], rows: list[dict[str, Value]]) -> list[Mapping[str, Value]]:
        run = self._run
        columns, found = with_all_fields(
            self._source, run.compiled, shown, rows, deadline=run.deadline, stop=run.stop
        )
        self._show(columns)
        return [*found]

    def _read(self) -> Generator[list[Mapping[str, Value]], None, None]:
        """First nothing, once the run is under way; then its rows."""
        run = self._run
        try:
            with stopped_at(run):
                if run.compiled.sql is None:
                    run.cursor.begin()  # what is read in several steps must not change between them
                relation, sql, tables = readied(run)
                shown = relation.schema.columns
                self._show(shown)
                found = execute(run, sql, tables)
                yield []
                names, types = relation.schema.names, [column.type for column in shown]
                with translated(sql, run.deadline):
                    while fetched := found.fetchmany(self._size):
                        yield self._whole(shown, plain_rows(names, types, fetched))
        except StoreDamaged as damage:
            self._source.report_damage(str(damage))
            raise
        finally:
            run.cursor.close()
