from __future__ import annotations

import duckdb
import pytest

from lynxalert.events.database import MEMORY, connect, transaction
from lynxalert.events.errors import StoreError
from lynxalert.events.limits import Limits


@pytest.fixture
def cursor() -> duckdb.DuckDBPyConnection:
    cursor = connect(MEMORY, Limits(memory_limit="100MB", threads=1)).cursor()
    cursor.execute("CREATE TABLE t(a INTEGER)")
    return cursor


def run(cursor: duckdb.DuckDBPyConnection, *statements: str | Exception) -> None:
    with transaction(cursor) as inside:
        for statement in statements:
            if isinstance(statement, Exception):
                raise statement
            inside.execute(statement)


def count(cursor: duckdb.DuckDBPyConnection) -> int:
    return int(cursor.sql("SELECT count(*) FROM t").fetchall()[0][0])


def test_a_transaction_is_kept_whole(cursor: duckdb.DuckDBPyConnection) -> None:
    with transaction(cursor) as inside:
        inside.execute("INSERT INTO t VALUES (1)")
    assert count(cursor) == 1


def test_what_the_database_refuses_is_undone_and_an_error_of_the_store(
    cursor: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(StoreError, match="failed"):
        run(cursor, "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES ('no number')")
    assert count(cursor) == 0


def test_any_other_failure_undoes_it_too(cursor: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError):
        run(cursor, "INSERT INTO t VALUES (1)", KeyError())
    assert count(cursor) == 0


def test_a_transaction_that_has_already_ended_is_no_second_error(cursor: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(StoreError, match="no transaction is active"):
        run(cursor, "ROLLBACK")
    with transaction(cursor) as inside:
        inside.execute("INSERT INTO t VALUES (1)")
    assert count(cursor) == 1
