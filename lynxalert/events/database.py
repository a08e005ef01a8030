"""Path → an open, locked-down DuckDB database, and transactions whose errors are the store's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from lynxalert.events.errors import StoreError
from lynxalert.events.limits import Limits

MEMORY = ":memory:"
# A checkpoint within an insert cost 12 s with the default of 16 MB; ours run on their own.
AUTOCHECKPOINT = "1GB"
# A column of a group of rows begins a block of its own: with DuckDB's default of 256 KiB small stores are a tenth greater.
BLOCK = 65_536  # bytes; of new files only


def connect(path: str, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Open the database at *path* so that no query reaches files, the network or settings.

    Only the two limits of a single query stay adjustable, and whether a checkpoint merges groups of rows.

    Raises:
        StoreError: the file cannot be opened.
    """
    with translated():
        connection = duckdb.connect(
            path,
            config={
                "enable_external_access": "false",
                "autoload_known_extensions": "false",
                "autoinstall_known_extensions": "false",
                "python_enable_replacements": "false",
                "memory_limit": limits.memory_limit,
                "threads": str(limits.threads),
                "wal_autocheckpoint": AUTOCHECKPOINT,
                "default_block_size": str(BLOCK),
                # For a short sorted result it would put every stage's expressions into the next one's, doubling each.
                "late_materialization_max_rows": "0",
                "temp_directory": "" if path == MEMORY else f"{path}.tmp",
                "allowed_configs": ["max_execution_time", "operator_memory_limit", "max_vacuum_tasks"],
                "lock_configuration": "true",
            },
        )
        connection.execute(
            "SET max_vacuum_tasks = 0"
        )  # see `merging`; among the others it would change their order
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """What DuckDB raises becomes a `StoreError`."""
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(f"the event store failed: {error}") from error


@contextmanager
def transaction(cursor: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """All or nothing.

    Raises:
        StoreError: DuckDB refused a statement or the commit; nothing was changed.
    """
    with translated():
        cursor.execute("BEGIN")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            try:
                cursor.execute("ROLLBACK")
            except duckdb.TransactionException:  # the failure already ended the transaction
                pass
            raise


def checkpointed(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Move DuckDB's log into its file; false when an open transaction is in the way.

    Raises:
        StoreError: the file cannot be written.
    """
    with translated():
        try:
            cursor.execute("CHECKPOINT").fetchall()
        except duckdb.TransactionException:
            return False
    return True
