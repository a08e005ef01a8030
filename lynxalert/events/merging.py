"""Small groups of rows → full ones, seldom. Each checkpoint begins a group in every table that grew, and leaves it as it is.

DuckDB would merge them within any checkpoint, and rewrite with them all that stands between and behind: a checkpoint in
three then takes five times as long, and the file keeps room for a second copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from lynxalert.engine.catalog import Catalog
from lynxalert.events.database import translated
from lynxalert.events.tables import fetch

FULL = 122_880  # rows of a group
TOLERATED = 16  # groups beyond twice as many as the rows of a table need
AT_ONCE = 1  # merges in each table


def scattered(cursor: duckdb.DuckDBPyConnection, catalog: Catalog) -> bool:
    """Whether a table has so many groups that queries begin to feel them.

    Raises:
        StoreError: the database failed.
    """
    with translated():
        for stream in catalog.streams:
            [(rows,)] = fetch(cursor, f"SELECT count(*) FROM {stream.table}")  # noqa: S608 - names are ours
            [(groups,)] = fetch(
                cursor, "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info(?)", [stream.table]
            )
            if groups > 2 * -(-rows // FULL) + TOLERATED:
                return True
    return False


@contextmanager
def merging(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A checkpoint in here merges some groups.

    Raises:
        StoreError: the database failed.
    """
    with translated():
        cursor.execute(f"SET max_vacuum_tasks = {AT_ONCE}")
    try:
        yield
    finally:
        with translated():
            cursor.execute("SET max_vacuum_tasks = 0")
