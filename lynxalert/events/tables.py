"""The SQL of the store's tables. Names in it are made of numbers only; what users wrote travels as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from lynxalert.engine.catalog import Catalog, StoredStream
from lynxalert.events.event import DeadLetter, Reject
from lynxalert.events.extract import instant, micros
from lynxalert.events.layout import Layout, Slot
from lynxalert.events.rawlog import Place
from lynxalert.plan import TimeWindow, Type

SQL_TYPE: Mapping[Type, str] = {
    Type.INTEGER: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.TEXT: "VARCHAR",
}
SYSTEM = """
CREATE TABLE IF NOT EXISTS _streams(id INTEGER, "index" VARCHAR, stream VARCHAR, next_column INTEGER);
CREATE TABLE IF NOT EXISTS _fields(id INTEGER, name VARCHAR, type VARCHAR, column_name VARCHAR, complete BOOLEAN);
ALTER TABLE _fields ADD COLUMN IF NOT EXISTS written VARCHAR;
CREATE TABLE IF NOT EXISTS _progress(sequence BIGINT, segment BIGINT, place BIGINT);
CREATE TABLE IF NOT EXISTS _dead_letters(
    _time TIMESTAMP, "index" VARCHAR, source VARCHAR, line BIGINT, reason VARCHAR, raw VARCHAR);
INSERT INTO _progress SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM _progress);
"""


def events_name(identifier: int) -> str:
    """The table of events of a stream."""
    return f"events_{identifier}"


def raw_name(identifier: int) -> str:
    """The table of raw texts of a stream."""
    return f"raw_{identifier}"


def create_system(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create what the store keeps about itself, where it is missing."""
    for statement in SYSTEM.split(";\n"):
        if statement.strip():
            cursor.execute(statement)


def create_stream(cursor: duckdb.DuckDBPyConnection, identifier: int, index: str, stream: str) -> None:
    """Create both tables of a stream and enter it."""
    cursor.execute(
        f"CREATE TABLE {events_name(identifier)}(_time TIMESTAMP, _seq BIGINT, _indextime TIMESTAMP, "
        "host VARCHAR, source VARCHAR, sourcetype VARCHAR, _extra JSON)"
    )
    cursor.execute(
        f"CREATE TABLE {raw_name(identifier)}"
        "(_seq BIGINT, _raw VARCHAR USING COMPRESSION zstd, _text VARCHAR)"  # zstd takes 5 B a row for NULLs
    )
    cursor.execute("INSERT INTO _streams VALUES (?, ?, ?, 0)", [identifier, index, stream])


def drop_stream(cursor: duckdb.DuckDBPyConnection, identifier: int) -> None:
    """Drop both tables of a stream and strike it out."""
    cursor.execute(f"DROP TABLE {events_name(identifier)}")
    cursor.execute(f"DROP TABLE {raw_name(identifier)}")
    cursor.execute("DELETE FROM _fields WHERE id = ?", [identifier])
    cursor.execute("DELETE FROM _streams WHERE id = ?", [identifier])


def add_columns(
    cursor: duckdb.DuckDBPyConnection, identifier: int, slots: Iterable[Slot], next_column: int
) -> None:
    """Give each of *slots* the column it names, all NULL."""
    for slot in slots:
        kind = SQL_TYPE[slot.type] if slot.written is None else "TIMESTAMP"
        cursor.execute(f"ALTER TABLE {events_name(identifier)} ADD COLUMN {slot.column} {kind}")
    cursor.execute("UPDATE _streams SET next_column = ? WHERE id = ?", [next_column, identifier])


def widen(cursor: duckdb.DuckDBPyConnection, identifier: int, slot: Slot) -> None:
    """Make a column of whole numbers one of doubles."""
    cursor.execute(f"ALTER TABLE {events_name(identifier)} ALTER {slot.column} SET DATA TYPE DOUBLE")


def bounds(cursor: duckdb.DuckDBPyConnection, identifier: int, slot: Slot) -> tuple[int, int] | None:
    """The least and greatest number in a column, or None when it is empty."""
    row = fetch(cursor, f"SELECT min({slot.column}), max({slot.column}) FROM {events_name(identifier)}")[0]  # noqa: S608 - names are ours
    return None if row[0] is None else (row[0], row[1])


def insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append *rows* to *table*, column by name; columns it lacks are NULL."""
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    cursor.register("_batch", rows)
    try:
        cursor.execute(f"INSERT INTO {table}({names}) SELECT {names} FROM _batch")  # noqa: S608 - names are ours
    finally:
        cursor.unregister("_batch")


def update(cursor: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Set the columns of *rows* in the rows of *table* that have their `_seq`."""
    sets = ", ".join(f"{name} = _batch.{name}" for name in rows.column_names if name != "_seq")
    cursor.register("_batch", rows)
    try:
        cursor.execute(f"UPDATE {table} SET {sets} FROM _batch WHERE {table}._seq = _batch._seq")  # noqa: S608 - names are ours
    finally:
        cursor.unregister("_batch")


def save_progress(cursor: duckdb.DuckDBPyConnection, sequence: int, place: Place | None) -> None:
    """Remember the last sequence given and, unless None, how far the raw log has been stored."""
    if place is None:
        cursor.execute("UPDATE _progress SET sequence = ?", [sequence])
    else:
        cursor.execute("UPDATE _progress SET sequence = ?, segment = ?, place = ?", [sequence, *place])


def load_progress(cursor: duckdb.DuckDBPyConnection) -> tuple[int, Place]:
    """The last sequence given, and (segment, place) up to which the raw log has been stored."""
    sequence, segment, place = fetch(cursor, "SELECT sequence, segment, place FROM _progress")[0]
    return sequence, Place(segment, place)


def save_fields(cursor: duckdb.DuckDBPyConnection, identifier: int, slots: Sequence[Slot]) -> None:
    """Enter *slots*, replacing what was known of the same fields."""
    if not slots:
        return
    rows = pa.table(
        {
            "id": pa.array([identifier] * len(slots), pa.int32()),
            "name": pa.array([slot.name for slot in slots], pa.string()),
            "type": pa.array([slot.type.value for slot in slots], pa.string()),
            "column_name": pa.array([slot.column for slot in slots], pa.string()),
            "complete": pa.array([slot.complete for slot in slots], pa.bool_()),
            "written": pa.array([slot.written for slot in slots], pa.string()),
        }
    )
    cursor.register("_slots", rows)
    try:
        cursor.execute("DELETE FROM _fields WHERE id = ? AND name IN (SELECT name FROM _slots)", [identifier])
        cursor.execute("INSERT INTO _fields SELECT * FROM _slots")
    finally:
        cursor.unregister("_slots")


def earliest(cursor: duckdb.DuckDBPyConnection, catalog: Catalog, sequence: int) -> int | None:
    """The earliest event time among rows newer than *sequence*, in µs since 1970 UTC."""
    found = [
        fetch(cursor, f"SELECT epoch_us(min(_time)) FROM {stream.table} WHERE _seq > ?", [sequence])[0][0]  # noqa: S608 - names are ours
        for stream in catalog.streams
    ]
    return min((time for time in found if time is not None), default=None)


def newer(
    cursor: duckdb.DuckDBPyConnection,
    streams: Iterable[StoredStream],
    sequence: int,
    stretches: Iterable[TimeWindow],
) -> int:
    """How many rows of *streams* are newer than *sequence* and lie in one of *stretches*, which do not overlap."""
    bounds = [(each.start, each.end) for each in stretches]
    if not bounds:
        return 0
    within = " OR ".join("(_time >= make_timestamp(?) AND _time < make_timestamp(?))" for _ in bounds)
    values = [micros(at) for pair in bounds for at in pair if at is not None]
    return sum(
        fetch(
            cursor,
            f"SELECT count(*) FROM {stream.table} WHERE _seq > ? AND ({within})",  # noqa: S608 - names are ours
            [sequence, *values],
        )[0][0]
        for stream in streams
    )


def dead_letters(cursor: duckdb.DuckDBPyConnection, limit: int) -> list[DeadLetter]:
    """The newest rejects, newest first."""
    rows = fetch(
        cursor,
        'SELECT epoch_us(_time), line, reason, raw, "index", source FROM _dead_letters ORDER BY rowid DESC LIMIT ?',
        [limit],
    )
    return [DeadLetter(instant(moment), Reject(*rest)) for moment, *rest in rows]


def load(cursor: duckdb.DuckDBPyConnection) -> dict[int, tuple[str, str, Layout]]:
    """Every stream by number: its index, its name, its layout."""
    slots: dict[int, dict[str, Slot]] = {}
    for identifier, name, kind, *where in fetch(
        cursor, "SELECT id, name, type, column_name, complete, written FROM _fields ORDER BY rowid"
    ):
        slots.setdefault(identifier, {})[name] = Slot(name, Type(kind), *where)
    streams = fetch(cursor, 'SELECT id, "index", stream, next_column FROM _streams ORDER BY id')
    return {
        identifier: (index, stream, Layout(slots.get(identifier, {}), next_column))
        for identifier, index, stream, next_column in streams
    }


def fetch(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """All rows of one statement; the cursor is free again afterwards."""
    return cursor.execute(sql, list(parameters)).fetchall()
