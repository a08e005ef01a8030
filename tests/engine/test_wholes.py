"""Where there are many fields, rows get them afterwards: the same as if all had travelled side by side."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.clock import SystemClock
from lynxalert.engine.passing import takes_whole_events
from lynxalert.engine.sources import MOST_APART
from lynxalert.lang import parse
from lynxalert.store import Store

NAMES = ("a", "b", "c.d", "Status", "status", "host", "it's", "x/y~z", "k\0", "when", "_id")
SCALARS = (
    st.integers(-5, 5)
    | st.sampled_from([2**53 + 1, 2**63, -(2**70), 1.5, 2.0, 1e300, -0.0, "", "5", "1.0", "true", "é\"'"])
    | st.sampled_from(["2026-02-14T12:00:00Z", "2026-02-14T12:00:01Z"])
    | st.booleans()
    | st.none()
)
EVENTS = st.dictionaries(
    st.sampled_from(NAMES), SCALARS | st.lists(SCALARS | st.dictionaries(st.just("in"), SCALARS), max_size=3)
)
STREAMS = st.lists(st.tuples(st.sampled_from("mn"), st.lists(EVENTS, min_size=1, max_size=6)), max_size=4)
CROWD = {f"crowd{number}": number for number in range(MOST_APART)}
QUERIES = (
    "*",
    "source=m",
    "status=5 OR a=* | sort - b | head 4",
    "| where isnotnull(a) | eval b=a, new=1 | dedup a | reverse",
)


def plain(row: dict[str, Any]) -> dict[str, tuple[type, Any]]:
    """What a row says, kinds told apart; `table *` does not show what begins with `_`."""
    return {
        name: (type(value), value)
        for name, value in row.items()
        if value is not None and not name.startswith("_")
    }


@settings(max_examples=max(4, settings.default.max_examples // 5 if settings.default else 4))
@given(STREAMS)
def test_rows_have_the_fields_that_stood_side_by_side(streams: list[tuple[str, list[Any]]]) -> None:
    store = Store()
    store.ingest([CROWD], source="crowd")
    for source, events in streams:
        store.ingest(events, source=source)
    for query in QUERIES:
        whole, apart = store.query(query), store.query(f"{query} | table *")
        assert [plain(row) for row in whole.rows] == [plain(row) for row in apart.rows]
        assert {name for name in whole.columns if not name.startswith("_")} <= set(apart.columns)
        named = {name for row in whole.rows for name in plain(row)}
        assert named <= set(whole.columns)
        assert all(row["crowd0"] is None for row in whole.rows if row.get("source") in ("m", "n"))
    store.close()


@pytest.fixture(scope="module")
def broad() -> Store:
    """Forty sources of forty fields each: side by side they took more memory than queries may use."""
    store = Store()
    for source in range(40):
        events = [{f"s{source}_{field}": field * n for field in range(40)} for n in range(3)]
        store.ingest([{"n": n, **event} for n, event in enumerate(events)], source=f"s{source}")
    return store


def test_many_sources_of_many_fields(broad: Store) -> None:
    found = broad.query("source=s7 | sort n | head 2")
    assert [(row["n"], row["s7_39"], row["s8_39"]) for row in found.rows] == [(0, 0, None), (1, 39, None)]
    assert len(found.columns) == 48
    assert len(broad.query("*").rows) == 120


def test_streams_name_fields_as_they_meet_them(broad: Store) -> None:
    stream = broad._engine.stream("source=s7 OR source=s8 | sort source", now=SystemClock().now(), size=3)
    try:
        assert "s7_1" not in stream.columns
        assert [row["s7_2"] for row in stream.batch()] == [4, 2, 0]
        assert ("s7_1" in stream.columns, "s8_1" in stream.columns) == (True, False)
        assert [row["s8_2"] for row in stream.batch()] == [4, 2, 0]
        assert "s8_1" in stream.columns
        assert len(stream.columns) == len(stream.types) == 88
        assert stream.batch() == []
    finally:
        stream.close()


def test_one_event_of_very_many_fields_hides_no_other() -> None:
    store = Store()
    store.ingest([{f"k{number}": number for number in range(10_500)}, {"a": 1}], source="wide")
    store.ingest([{"a": 2}], source="other")
    assert [row["a"] for row in store.query("source=other").rows] == [2]
    [row] = store.query("k1=1").rows
    assert len(row) > 10_500
    assert (row["k1"], row["k10499"], row["a"]) == (1, 10_499, None)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("error status=5 | where a>1 | eval b=c | sort - d | head 3", True),
        ("a* | dedup b", True),
        ("a=1 | stats count", False),
        ("a=1 | table *", False),
        ("a=1 | sort k*", False),
        ("a=1 [search b=2 | fields c]", False),
        ('| where searchmatch("a=1")', False),
        ("a=1 | fillnull", False),
        ('a=1 | rex "(?<b>c)" | fields - d | rename e as f', True),
        ("a=1 | fields - d*", False),
    ],
)
def test_what_passes_whole_events_on(text: str, whole: bool) -> None:  # noqa: FBT001
    assert takes_whole_events(parse(text)) is whole
