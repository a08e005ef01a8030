from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import Iterator
from decimal import Decimal

import pytest

from lynxalert.events import EventStore, StoreError
from tests.events.stores import NOON, Standing, fields, rows, slots


@pytest.fixture
def store() -> Iterator[EventStore]:
    store = EventStore(clock=Standing())
    yield store
    store.close()


def test_lines_and_mappings_are_queryable_on_return(store: EventStore) -> None:
    receipt = store.ingest(["a=1 plain", {"b": 2}], index="web", source="nginx", host="h1")
    assert (receipt.accepted, receipt.rejected) == (2, ())
    first, second = rows(store)
    arrival = NOON.replace(tzinfo=None)
    assert first == {
        "index": "web", "_seq": 1, "_time": arrival, "_indextime": arrival, "host": "h1", "source": "nginx",
        "sourcetype": None, "_raw": "a=1 plain", "_text": None, "fields": {"a": "1"},
    }  # fmt: skip
    assert (second["_raw"], second["fields"], second["_seq"]) == ('{"b":2}', {"b": 2}, 2)


def test_blank_lines_are_no_events_and_what_is_no_event_is_rejected(store: EventStore) -> None:
    receipt = store.ingest(["", "  \n", "a", 42, None, {"deep": deep(250)}])  # type: ignore[list-item]
    assert receipt.accepted == 1
    assert receipt.rejected == (
        (4, "an event is a text or a mapping, not int"),
        (5, "an event is a text or a mapping, not NoneType"),
        (6, "nested 200 levels deep or more"),
    )
    letters = store.dead_letters()
    assert {letter.time for letter in letters} == {NOON}
    assert sorted((letter.reject.line, letter.reject.reason, letter.reject.raw) for letter in letters) == [
        (0, "nested 200 levels deep or more", '{"deep":' + "[" * 250 + "1" + "]" * 250 + "}"),
        (4, "an event is a text or a mapping, not int", "42"),
        (5, "an event is a text or a mapping, not NoneType", "None"),
    ]
    assert (letters[0].reject.index, letters[0].reject.source) == ("main", "default")
    assert store.counters().dead_letters == 3


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def test_mappings_hold_whatever_python_holds(store: EventStore) -> None:
    class Odd:
        def __str__(self) -> str:
            return "odd"

    record = {
        "big": 2**70, "half": "\ud800", "when": NOON, "amount": Decimal("1.10"), 7: "seven", "odd": Odd(),
        "tuple": (1, 2), "nan": float("nan"), "nul": "a\0b",
    }  # fmt: skip
    assert store.ingest([record]).rejected == ()
    assert fields(store) == [
        {
            "big": 2**70, "half": "�", "when": "2026-11-21 12:00:00+00:00", "amount": "1.10", "7": "seven",
            "odd": "odd", "tuple{}": [1, 2], "nul": "a\0b",
        }
    ]  # fmt: skip


def test_a_stream_is_an_index_and_a_sourcetype_or_source(store: EventStore) -> None:
    store.ingest(["1"], source="a")
    store.ingest(["2"], source="b", sourcetype="t")
    store.ingest(["3"], source="c", sourcetype="t")
    store.ingest(["4"], source="a", index="other")
    assert [stream.index for stream in store.catalog().streams] == ["main", "main", "other"]
    assert [row["source"] for row in rows(store)] == ["a", "b", "c", "a"]


def test_sources_beyond_64_share_a_stream(store: EventStore) -> None:
    for number in range(70):
        store.ingest([f"n={number}"], source=f"s{number}")
    assert len(store.catalog().streams) == 65
    assert [(row["source"], row["fields"]["n"]) for row in rows(store)] == [
        (f"s{n}", str(n)) for n in range(70)
    ]


def test_indexes_are_bounded(store: EventStore) -> None:
    for number in range(256):
        assert store.ingest(["x"], index=f"i{number}").accepted == 1
    assert store.ingest(["x"], index="more").rejected == ((1, "index `more` would be one more than 256"),)
    assert store.ingest(["x"], index="i0", source="another").accepted == 1


def test_the_earliest_time_among_newer_rows(store: EventStore) -> None:
    assert store.earliest_since(0) is None
    store.ingest(["2026-02-10T08:00:00Z", "2026-02-10T07:00:00Z"])
    seen = store.highest_sequence()
    store.ingest(["2026-02-10T09:00:00Z"])
    assert store.earliest_since(0) == dt.datetime(2026, 2, 10, 7, tzinfo=dt.UTC)
    assert store.earliest_since(seen) == dt.datetime(2026, 2, 10, 9, tzinfo=dt.UTC)
    assert store.earliest_since(store.highest_sequence()) is None


def test_old_events_leave_and_an_empty_stream_is_forgotten(store: EventStore) -> None:
    store.ingest(["2026-02-10T08:00:00Z a=1", "2026-02-12T08:00:00Z a=2"], source="kept")
    store.ingest(["2026-02-10T08:00:00Z a=3"], source="gone")
    store.ingest(["2026-02-10T08:00:00Z a=4"], index="audit")
    before = store.catalog()
    assert store.retain({"main": dt.datetime(2026, 2, 11, tzinfo=dt.UTC)}) == 2
    store.checkpoint()
    assert [row["fields"]["a"] for row in rows(store)] == ["2", "4"]
    assert store.catalog().version > before.version
    assert store.cursor().sql("SELECT count(*) FROM raw_1").fetchall() == [(1,)]
    store.ingest(["a=5"], source="gone")
    assert [row["fields"]["a"] for row in rows(store)] == ["2", "4", "5"]
    assert not {stream.table for stream in store.catalog().streams[2:]} & {s.table for s in before.streams}


def test_the_catalog_is_a_value(store: EventStore) -> None:
    store.ingest(["a=1"])
    before = store.catalog()
    assert store.catalog() is before
    store.ingest(["a=2"])
    assert store.catalog() is before
    store.ingest(["b=2"])
    assert store.catalog().version > before.version
    assert list(before.streams[0].fields) == ["a"]
    assert list(store.catalog().streams[0].fields) == ["a", "b"]


def test_a_checkpoint_gives_way_to_an_open_transaction(store: EventStore) -> None:
    store.ingest(["a=1"])
    cursor = store.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT * FROM events_1").fetchall()
    store.ingest(["a=2"])
    assert not store.checkpoint()
    cursor.execute("COMMIT")
    assert store.checkpoint()


def test_queries_reach_neither_files_nor_settings(store: EventStore, tmp_path: pathlib.Path) -> None:
    import duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "INSTALL httpfs",
        "SET memory_limit='1GB'",
    ):
        with pytest.raises(duckdb.Error):
            store.cursor().execute(sql)
    store.cursor().execute("SET max_execution_time=1000")


def test_a_file_that_is_no_database_is_an_error_of_the_store(tmp_path: pathlib.Path) -> None:
    (tmp_path / "e.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError):
        EventStore(tmp_path / "e.duckdb")
    (tmp_path / "e.duckdb").unlink()
    EventStore(tmp_path / "e.duckdb").close()


def test_slots_are_as_promised(store: EventStore) -> None:
    store.ingest([{"i": 1, "f": 1.5, "b": True, "t": "x", "l": [1, 2]}])
    assert slots(store) == {
        "i": ("integer", True, True),
        "f": ("float", True, True),
        "b": ("boolean", True, True),
        "t": ("text", True, True),
        "l{}": ("any", False, False),
    }
