"""Order, groups, aggregates and search over values wherever they are stored, against the reference."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.store import Store
from tests.functions import reference as ref
from tests.functions.stores import WAYS, Fields, stored
from tests.functions.test_values import VALUES, shown, values
from tests.queries import NOW

WAY = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
columns = st.lists(values, min_size=1, max_size=30)
some = settings(max_examples=4)
PATTERNS = [
    *(
        "5",
        "5.0",
        "5*",
        "*5",
        "*",
        "a",
        "A",
        "a*",
        "*B*",
        "true",
        "TRUE",
        "t*e",
        "500",
        "1e3",
        "0.1",
        ".1",
        "1000",
    ),
    *(
        "-1",
        "é",
        "É",
        "%",
        "x_y",
        "x?y",
        "9007199254740992",
        "2.5",
        "nan",
        "05",
        "10",
        "1_000",
        "***",
        "_",
        "a b",
    ),
]


def events_of(column: list[Any]) -> list[Fields]:
    return [{"v": value} for value in column]


def rows(store: Store, query: str) -> list[dict[str, Any]]:
    return list(store.query(f"| where id >= 0 | {query}", now=NOW).rows)


def ids(store: Store, query: str) -> list[int]:
    return [row["id"] for row in rows(store, f"{query} | table id")]


def sort_puts_numbers_first_then_texts_missing_last(store: Store, column: list[Any]) -> None:
    places = range(len(column))
    present = [place for place in places if column[place] is not None]
    absent = [place for place in places if column[place] is None]
    rising = sorted(present, key=lambda place: ref.sort_key(column[place]))
    found = ids(store, "sort v, id")
    assert [ref.sort_key(column[n]) for n in found] == [ref.sort_key(column[n]) for n in rising + absent]
    falling = ids(store, "sort -v, id")
    assert [ref.sort_key(column[n]) for n in falling] == [
        ref.sort_key(column[n]) for n in rising[::-1] + absent
    ]


def groups_are_made_by_canonical_text_and_come_in_order(store: Store, column: list[Any]) -> None:
    found = rows(store, "stats count by v")
    counts = Counter(shown(value) for value in column if value is not None)
    assert {shown(row["v"]): row["count"] for row in found} == counts
    keys = [ref.sort_key(row["v"]) for row in found]
    assert keys == sorted(keys)


def dedup_keeps_the_newest_of_each_text(store: Store, column: list[Any]) -> None:
    newest = {shown(value): place for place, value in enumerate(column) if value is not None}
    assert ids(store, "dedup v") == sorted(newest.values(), reverse=True)


@WAY
@some
@given(columns)
def test_order_and_groups(way: Any, column: list[Any]) -> None:
    with stored(way, events_of(column)) as store:
        sort_puts_numbers_first_then_texts_missing_last(store, column)
        groups_are_made_by_canonical_text_and_come_in_order(store, column)
        dedup_keeps_the_newest_of_each_text(store, column)


def near(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, abs(right)))


def percentile(numbers: list[float], share: float) -> float | None:
    """Nearest rank."""
    ordered = sorted(numbers)
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)] if ordered else None


@WAY
@some
@given(columns.map(lambda column: [None if value == 1e300 else value for value in column]))
def test_aggregates(way: Any, column: list[Any]) -> None:
    calls = (
        "count, count(v) as present, dc(v) as dc, sum(v) as sum, avg(v) as avg, min(v) as min, max(v) as max,"
        " range(v) as range, median(v) as median, perc95(v) as p95, perc99.9(v) as p999, p25(v) as p25,"
        " stdev(v) as stdev, varp(v) as varp, sumsq(v) as sumsq, mode(v) as mode, values(v) as values,"
        " list(v) as list, first(v) as first, last(v) as last, earliest(v) as earliest, latest(v) as latest,"
        " count(eval(v > 5)) as above"
    )
    with stored(way, events_of(column)) as store:
        (row,) = rows(store, f"stats {calls}")
    present = [value for value in column if value is not None]
    texts = [shown(value) for value in present]
    numbers = [read for value in present if (read := ref.number(value)) is not None]
    assert (row["count"], row["present"], row["dc"]) == (len(column), len(present), len(set(texts)))
    assert near(row["sum"], math.fsum(numbers) if numbers else None)
    assert near(row["avg"], statistics.fmean(numbers) if numbers else None)
    assert shown(row["min"]) == shown(ref.extreme("min", *present))
    assert shown(row["max"]) == shown(ref.extreme("max", *present))
    assert near(row["range"], max(numbers) - min(numbers) if numbers else None)
    assert near(row["median"], statistics.median(numbers) if numbers else None)
    assert near(row["p95"], percentile(numbers, 95))
    assert near(row["p999"], percentile(numbers, 99.9))
    assert near(row["p25"], percentile(numbers, 25))
    assert near(row["sumsq"], math.fsum(n * n for n in numbers) if numbers else None)
    assert (row["stdev"] is None) == (len(numbers) < 2)
    assert (row["varp"] is None) == (not numbers)
    commonest = Counter(texts).most_common()
    tied = [text for text, count in commonest if count == commonest[0][1]]
    least = min(tied, key=ref.sort_key) if isinstance(row["mode"], int | float) else min(tied, default=None)
    assert (row["mode"] and shown(row["mode"])) == least or row["mode"] == 0 == ref.number(least)
    assert listed(row["values"]) == sorted(set(texts))
    assert listed(row["list"]) == texts[::-1]
    assert (shown(row["first"]), shown(row["last"])) == ((texts[-1], texts[0]) if texts else (None, None))
    assert (row["earliest"], row["latest"]) == (row["last"], row["first"])
    assert row["above"] == sum(ref.ordered(">", value, 5) is True for value in column)


def listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


@WAY
def test_search_compares_as_the_reference_does(way: Any) -> None:
    with stored(way, events_of(VALUES)) as store:

        def kept(terms: str) -> set[int]:
            query = f"search index=main id>=0 {terms} | table id"
            return {row["id"] for row in store.query(query, now=NOW).rows}

        for pattern in PATTERNS:
            wanted = {place for place, value in enumerate(VALUES) if ref.matches(value, pattern)}
            there = {place for place, value in enumerate(VALUES) if value is not None}
            assert kept(f'v="{pattern}"') == wanted, pattern
            assert kept(f'v!="{pattern}"') == there - wanted, pattern
            assert kept(f'NOT v="{pattern}"') == set(range(len(VALUES))) - wanted, pattern
            assert kept(f'v IN ("{pattern}", "zz*")') == wanted, pattern
            if "*" in pattern:
                continue
            for sign in ("<", "<=", ">", ">="):
                true = {place for place, value in enumerate(VALUES) if ref.ordered(sign, value, pattern)}
                assert kept(f'v{sign}"{pattern}"') == true, f"{sign}{pattern}"
