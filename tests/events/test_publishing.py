"""A reader beside the writer: what a catalog that is still current promises, the rows keep."""

from __future__ import annotations

import threading
from typing import Any

from lynxalert.engine.catalog import StoredStream
from lynxalert.events import EventStore
from tests.events.stores import Standing

BATCHES = 80


def batch(number: int) -> list[dict[str, Any]]:
    """Every event has `v`; its type changes, and names come and go."""
    values: list[Any] = [number, number, number + 0.5, 2**60, "text", True]
    kinds = values[: 1 + number // 12]
    return [{"v": kinds[n % len(kinds)], f"k{number % 9}": n, f"once{number}": n} for n in range(30)]


def with_value(stream: StoredStream) -> str:
    """How the contract says that rows with `v` are found."""
    field = stream.fields["v"]
    found = [] if field.column is None else [f"{field.column} IS NOT NULL"]
    if not field.complete:
        found.append("(_extra->'/v') IS NOT NULL")
    return f"SELECT count(*), count_if({' OR '.join(found)}) FROM {stream.table}"


def test_a_query_whose_catalog_is_current_at_its_end_has_seen_every_value() -> None:
    store = EventStore(clock=Standing())
    store.ingest(batch(0))
    writer = threading.Thread(target=lambda: [store.ingest(batch(number)) for number in range(1, BATCHES)])
    cursor = store.cursor()
    judged = 0
    writer.start()
    while writer.is_alive() or not judged:
        catalog = store.catalog()
        rows, valued = cursor.execute(with_value(catalog.streams[0])).fetchall()[0]
        if store.catalog() is catalog:
            judged += 1
            assert rows == valued
    writer.join()
    assert cursor.execute(with_value(store.catalog().streams[0])).fetchall() == [(30 * BATCHES, 30 * BATCHES)]
    store.close()
