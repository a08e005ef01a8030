from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lynxalert.events import EventStore
from lynxalert.events.extract import flatten
from tests.events.stores import Standing, fields, slots

EXACT = 2**53


@pytest.fixture
def store() -> Iterator[EventStore]:
    store = EventStore(clock=Standing())
    yield store
    store.close()


def ingest(store: EventStore, *batches: list[dict[str, Any]]) -> None:
    """Each batch in a transaction of its own; afterwards everything reads as it was sent."""
    for batch in batches:
        store.ingest(batch)
    sent = [flatten(event) for batch in batches for event in batch]
    assert [list(map(same, row.items())) for row in map(ordered, fields(store))] == [
        list(map(same, row.items())) for row in map(ordered, sent)
    ]


def ordered(row: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(row.items()))


def same(item: tuple[str, Any]) -> tuple[str, Any, bool]:
    """Numbers by value (2 is 2.0), but a Boolean is no number."""
    return (*item, isinstance(item[1], bool))


def test_a_field_in_every_event_has_a_column_at_once(store: EventStore) -> None:
    ingest(store, [{"a": 1, "b": "x"}])
    assert slots(store) == {"a": ("integer", True, True), "b": ("text", True, True)}


def test_a_rare_field_stays_beside_the_columns(store: EventStore) -> None:
    ingest(store, [{"a": n} | ({"rare": n} if n in (3, 7) else {}) for n in range(200)])
    assert slots(store) == {"a": ("integer", True, True), "rare": ("any", False, False)}


def test_a_field_that_becomes_frequent_gets_its_column_with_the_old_values(store: EventStore) -> None:
    ingest(
        store, [{"a": n} for n in range(30)], [{"a": 1, "late": 1}], [{"a": n, "late": n} for n in range(200)]
    )
    assert slots(store)["late"] == ("integer", True, True)


def test_old_values_of_another_type_keep_the_field_incomplete(store: EventStore) -> None:
    ingest(
        store,
        [{"a": n} for n in range(30)],
        [{"late": "text"}, {"late": 2**70}, {"late": [1, 2]}],
        [{"late": n} for n in range(200)],
    )
    assert slots(store)["late"] == ("integer", True, False)


def test_values_of_another_type_stay_exact_beside_the_column(store: EventStore) -> None:
    ingest(store, [{"a": n} for n in range(30)])
    assert slots(store) == {"a": ("integer", True, True)}
    ingest_more = [
        {"a": value} for value in ("text", True, 2**63, -(2**63) - 1, [1, "x"], "1", "1.10", 2**63 - 1)
    ]
    store.ingest(ingest_more)
    assert slots(store) == {"a": ("integer", True, False), "a{}": ("any", False, False)}
    assert fields(store)[30:] == [flatten(event) for event in ingest_more]


def test_whole_numbers_widen_to_doubles_while_exact(store: EventStore) -> None:
    ingest(store, [{"a": EXACT}, {"a": -EXACT}, {"a": 7}], [{"a": 0.5}, {"a": 3}, {"a": 1e300}])
    assert slots(store) == {"a": ("float", True, True)}


@pytest.mark.parametrize("large", [EXACT + 1, -EXACT - 1, 2**62])
def test_whole_numbers_no_double_holds_never_widen(store: EventStore, large: int) -> None:
    ingest(store, [{"a": large}], [{"a": 0.5}], [{"a": 1.5}, {"a": 2}])
    assert slots(store) == {"a": ("integer", True, False)}


def test_a_large_number_in_the_batch_of_the_first_fraction_prevents_widening(store: EventStore) -> None:
    ingest(store, [{"a": 1}], [{"a": 0.5}, {"a": 2**60}])
    assert slots(store) == {"a": ("integer", True, False)}


def test_large_whole_numbers_stay_beside_doubles(store: EventStore) -> None:
    ingest(store, [{"a": 0.5}], [{"a": EXACT}, {"a": EXACT + 1}, {"a": 3}])
    assert slots(store) == {"a": ("float", True, False)}


def test_whole_doubles_fit_whole_numbers(store: EventStore) -> None:
    ingest(store, [{"a": 1}], [{"a": 2.0}, {"a": -0.0}])
    assert slots(store) == {"a": ("integer", True, True)}


def test_truth_is_not_one(store: EventStore) -> None:
    ingest(store, [{"a": True}], [{"a": 1}, {"a": False}, {"a": 0}])
    assert slots(store) == {"a": ("boolean", True, False)}
    assert [row["a"] is True or row["a"] is False for row in fields(store)] == [True, False, True, False]


def test_most_values_choose_the_type(store: EventStore) -> None:
    ingest(store, [{"a": "x"}, {"a": 1}, {"a": 2.5}, {"b": [1, 2]}, {"b": [3, 4]}, {"b": 1}])
    assert slots(store) == {
        "a": ("float", True, False),
        "b{}": ("any", False, False),
        "b": ("integer", True, True),
    }


def test_columns_are_bounded(store: EventStore) -> None:
    ingest(store, [{f"few{n}": n for n in range(100)}])
    assert sum(promoted for _, promoted, _ in slots(store).values()) == 32


def test_columns_are_bounded_for_good(store: EventStore) -> None:
    ingest(store, [{f"k{n}": n for n in range(100)}] * 30, [{f"k{n}": n for n in range(200)}] * 100)
    assert sum(promoted for _, promoted, _ in slots(store).values()) == 64


def test_ten_thousand_names_are_known_and_the_rest_is_still_stored(store: EventStore) -> None:
    store.ingest([{f"k{n}": n for n in range(start, start + 1_000)} for start in range(0, 11_000, 1_000)])
    [stream] = store.catalog().streams
    assert len(stream.fields) == 10_000
    kept = store.cursor().sql("SELECT _extra->>'/k10999' FROM events_1 WHERE (_extra->'/k10999') IS NOT NULL")
    assert kept.fetchall() == [("10999",)]


ODD = [
    "",
    " ",
    "a.b",
    "a/b",
    "a~1",
    '"',
    "'",
    "`",
    "\\",
    "$",
    "*",
    "[0]",
    "é",
    "\0",
    "c0",
    "_Time",
    "Host",
    "{}",
]


def test_names_of_every_kind(store: EventStore) -> None:
    ingest(store, [{name: n for n, name in enumerate(ODD)}], [dict.fromkeys(ODD, "x")])
    assert set(slots(store).values()) == {("integer", True, False)}


def test_names_that_differ_by_case_are_different_fields(store: EventStore) -> None:
    ingest(store, [{"status": 1, "Status": "x", "STATUS": True}])
    assert slots(store) == {
        "status": ("integer", True, True),
        "Status": ("text", True, True),
        "STATUS": ("boolean", True, True),
    }


@pytest.mark.slow
def test_in_a_long_table_old_values_stay_where_they_are(store: EventStore) -> None:
    store.ingest([{"late": 1, "list": [1, 2]}])
    store.ingest([{"list": [1, 2]}] * 100_000)
    assert slots(store)["late"] == ("integer", True, True)
    store.ingest([{"later": 2, "list": [1, 2]}])
    store.ingest([{"later": 3}] * 150_000)
    assert slots(store)["later"] == ("integer", True, False)
    later = "SELECT count(c1), count_if((_extra->'/later') IS NOT NULL AND c1 IS NULL) FROM events_1"
    assert sum(store.cursor().sql(later).fetchall()[0]) == 150_001
