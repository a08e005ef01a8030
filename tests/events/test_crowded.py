"""Beyond ten thousand names a stream forgets them, not their values: whoever says the name reads them."""

from __future__ import annotations

import pytest

from lynxalert.events.layout import MOST_NAMES
from lynxalert.lang import parse
from lynxalert.lang.walk import names_below
from lynxalert.store import Store

PER_EVENT = 50
LAST = MOST_NAMES + 500


@pytest.fixture(scope="module")
def crowded() -> Store:
    store = Store()
    store.ingest(
        [{f"k{first + n}": first + n for n in range(PER_EVENT)} for first in range(0, LAST, PER_EVENT)]
    )
    store.ingest([{"k10400": "text"}], source="other")
    [stream, other] = store._events.catalog().streams
    assert (len(stream.fields), stream.crowded, other.crowded) == (MOST_NAMES, True, False)
    assert "k10400" not in stream.fields
    return store


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("k10400=10400 | table k10400", [{"k10400": 10400}]),
        ("| where k10400=10400 | stats count", [{"count": 1}]),
        ("| stats count(k10400) as n", [{"n": 2}]),
        ("k10400=* | stats count by k10400 | sort count", [{"k10400": 10400, "count": 1}, {"k10400": "text", "count": 1}]),
        ("| eval more=k10401+1 | search more>0 | table more k10401", [{"more": 10402, "k10401": 10401}]),
        ("k5=5 | table k5 never", [{"k5": 5, "never": None}]),
    ],
)  # fmt: skip
def test_a_field_without_a_name_is_read_by_it(crowded: Store, query: str, expected: list[object]) -> None:
    assert sorted(crowded.query(query).rows, key=str) == sorted(expected, key=str)


def test_names_that_may_be_fields() -> None:
    query = parse(
        'a=1 b IN (x, y) "word" | where c>len(d.e) | eval f=1 | stats max(g) AS h by i | table *j, k, _time'
    )
    assert names_below(query) == {"a", "b", "c", "d.e", "f", "g", "h", "i", "k", "*j", "_time"}
