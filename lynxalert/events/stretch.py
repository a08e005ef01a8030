"""The events of a store between two sequence numbers, as an event source of their own: what a live tail asks."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from lynxalert.engine.catalog import Catalog, EventSource
from lynxalert.events.database import translated


@dataclass(frozen=True, slots=True)
class Stretch:
    """Those of *source* after the one numbered *after*, up to and with *last*.

    Same catalog, same tables by name: views of this cursor alone stand before the tables.
    """

    source: EventSource
    after: int
    last: int

    def catalog(self) -> Catalog:
        """The streams as they are now."""
        return self.source.catalog()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A fresh cursor for one thread; the caller closes it.

        Raises:
            StoreError: the database failed.
        """
        cursor = self.source.cursor()
        with translated():
            [(database,)] = cursor.execute("SELECT current_database()").fetchall()
            for stream in self.source.catalog().streams:
                cursor.execute(
                    f'CREATE TEMP VIEW {stream.table} AS SELECT * FROM "{database}".main.{stream.table} '  # noqa: S608 - names are ours
                    f"WHERE _seq > {self.after} AND _seq <= {self.last}"
                )
        return cursor

    def highest_sequence(self) -> int:
        """The last of them."""
        return self.last

    def erased(self) -> tuple[int, int]:
        """As in the source."""
        return self.source.erased()

    def report_damage(self, reason: str) -> None:
        """Tell the source."""
        self.source.report_damage(reason)
