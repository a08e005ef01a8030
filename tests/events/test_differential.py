"""What the tables hold against what plain Python reads: any events, in any batches, before and after a restart."""

from __future__ import annotations

import json
import pathlib
import tempfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.events import Event, EventStore
from lynxalert.events.extract import micros, read
from tests.events.stores import NOON, Standing, fields, rows, slots

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=6) | st.sampled_from(
    [
        "1",
        "1.10",
        "true",
        "\0",
        '"',
        "2026-02-10T08:12:03Z",
        "2026-02-10T08:12:04Z",
        "2026-02-10T08:12:03.250Z",
    ]
)
NUMBERS = (
    st.integers(-3, 3)
    | st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 2**63, 2**64, 10**30])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1.0, -0.0, 2.0**53, 1e300])
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "a.b"]), inner, max_size=2)
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(["a", "A", "b", "a.b", "host", "source", "", "~", "c0", "quo'te\"", "é"])
EVENTS = st.dictionaries(NAMES, VALUES, max_size=5)
BATCHES = st.lists(st.lists(EVENTS, min_size=1, max_size=5), min_size=1, max_size=4)


def plain(event: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    found = read(Event(json.dumps(event)), micros(NOON))
    return found.host, {name: marked(value) for name, value in found.fields.items()}


def marked(value: Any) -> Any:
    """Equal when the language calls them the same value: 1 and 1.0, but not 1 and true, nor 1 and "1"."""
    if isinstance(value, list):
        return [marked(item) for item in value]
    kind = (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )
    return kind, value


def stored(store: EventStore) -> list[tuple[str | None, dict[str, Any]]]:
    return [
        (row["host"], {name: marked(value) for name, value in row["fields"].items()}) for row in rows(store)
    ]


@given(BATCHES)
@settings(max_examples=25)
def test_any_events_in_any_batches(batches: list[list[dict[str, Any]]]) -> None:
    store = EventStore(clock=Standing())
    for batch in batches:
        store.ingest(json.dumps(event) for event in batch)
    assert stored(store) == [plain(event) for batch in batches for event in batch]
    store.close()


@given(BATCHES)
@settings(max_examples=10)
def test_a_restart_changes_nothing(batches: list[list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "e.duckdb")
        for batch in batches:
            store = EventStore(path, clock=Standing())
            store.ingest(json.dumps(event) for event in batch)
            before = store.catalog().streams
            store.close()
        store = EventStore(path, clock=Standing())
        assert store.catalog().streams == before
        assert stored(store) == [plain(event) for batch in batches for event in batch]
        store.close()


@given(st.lists(EVENTS, min_size=40, max_size=60))
@settings(max_examples=15)
def test_late_columns_take_over_old_values(events: list[dict[str, Any]]) -> None:
    store = EventStore(clock=Standing())
    store.ingest(["first=1"] * 25)
    for start in range(0, len(events), 20):
        store.ingest(json.dumps(event) for event in events[start : start + 20])
    assert stored(store)[25:] == [plain(event) for event in events]
    store.close()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"a":1,"a":2}', {"a": 2}),
        ('{"a":18446744073709551616}', {"a": 18446744073709551616}),
        ('{"a":1.10}', {"a": 1.1}),
        ('{"a":1e400,"b":1}', {"b": 1}),
        ('{"a":"\\ud83d"}', {"a": "�"}),
        ('{"a":"x\\u0000y"}', {"a": "x\0y"}),
        ('{"a":1e400,"b":"\\ud800","c":1e30}', {"b": "�", "c": 1e30}),
    ],
)
def test_json_that_parsers_disagree_on(raw: str, expected: dict[str, Any]) -> None:
    store = EventStore(clock=Standing())
    store.ingest([raw])
    assert fields(store) == [expected]
    assert rows(store)[0]["_raw"] == raw
    store.close()


def test_types_that_change_from_batch_to_batch() -> None:
    store = EventStore(clock=Standing())
    sent = [{"a": value} for value in (1, 2.5, "3", True, None, [4, "5"], {"b": 6}, 2**70)]
    for event in sent:
        store.ingest([event])
    assert stored(store) == [plain(event) for event in sent]
    assert slots(store)["a"] == ("float", True, False)
    store.close()
