"""What is too old leaves the tables. DuckDB reuses the blocks after a checkpoint."""

from __future__ import annotations

import datetime as dt

import duckdb

from lynxalert.events import tables
from lynxalert.events.database import transaction
from lynxalert.events.streams import Stream, Streams

MOST_DEAD_LETTERS = 100_000


def expire(cursor: duckdb.DuckDBPyConnection, streams: Streams, stream: Stream, before: dt.datetime) -> int:
    """Delete the events of *stream* whose time is before *before* (aware); how many there were.

    A stream left empty is forgotten with its tables; it comes back with its next event.
    """
    events, raw = tables.events_name(stream.identifier), tables.raw_name(stream.identifier)
    limit = [before.astimezone(dt.UTC).replace(tzinfo=None)]
    old = f"SELECT _seq FROM {events} WHERE _time < ?"  # noqa: S608 - names are ours
    with transaction(cursor):
        tables.fetch(cursor, f"DELETE FROM {raw} WHERE _seq IN ({old})", limit)  # noqa: S608 - names are ours
        deleted = tables.fetch(cursor, f"DELETE FROM {events} WHERE _time < ?", limit)  # noqa: S608 - names are ours
    if not tables.fetch(cursor, f"SELECT 1 FROM {events} LIMIT 1"):  # noqa: S608 - names are ours
        streams.remove(stream)
        streams.publish()
        with transaction(cursor):
            tables.drop_stream(cursor, stream.identifier)
    return int(deleted[0][0])


def trim_dead_letters(cursor: duckdb.DuckDBPyConnection) -> None:
    """Keep the newest 100,000 dead letters."""
    newest = f"SELECT rowid FROM _dead_letters ORDER BY rowid DESC LIMIT {MOST_DEAD_LETTERS}"  # noqa: S608 - a number
    with transaction(cursor):
        tables.fetch(cursor, f"DELETE FROM _dead_letters WHERE rowid NOT IN ({newest})")  # noqa: S608 - the same
