"""Groups of rows that checkpoints leave small are merged when they are many, and not before."""

from __future__ import annotations

import pathlib

from lynxalert.events import EventStore
from lynxalert.events.merging import TOLERATED, scattered
from tests.events.stores import Standing, fields


def groups(store: EventStore) -> int:
    [(found,)] = (
        store.cursor()
        .sql("SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('events_1')")
        .fetchall()
    )
    return int(found)


def free(store: EventStore) -> int:
    [row] = store.cursor().sql("SELECT free_blocks FROM pragma_database_size()").fetchall()
    return int(row[0])


def test_a_checkpoint_writes_what_is_new_and_nothing_else(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    for number in range(TOLERATED + 3):
        store.ingest([{"n": number, "text": f"{number:x}" * 50, "more": more} for more in range(300)])
        store.checkpoint()
        assert groups(store) == number + 1
    assert free(store) <= TOLERATED  # of blocks, which held what the store knows of itself
    assert scattered(store.cursor(), store.catalog())
    store.consolidate()  # DuckDB writes no checkpoint when nothing is new
    store.ingest([{"n": -1}])
    store.consolidate()
    assert groups(store) < TOLERATED / 2
    assert not scattered(store.cursor(), store.catalog())
    found = [row["n"] for row in fields(store)]
    assert found == [number for number in range(TOLERATED + 3) for _ in range(300)] + [-1]
    store.ingest([{"n": -2}])
    store.checkpoint()
    before = groups(store)
    store.ingest([{"n": -3}])
    store.consolidate()
    assert groups(store) == before + 1
    store.close()
