"""Groups put in order here stand as the engine would have put them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine.rows import plain_rows
from lynxalert.engine.sorting import FEW
from lynxalert.store import Store
from tests.queries import NOW, store_of

WORDS = (
    "a",
    "B",
    "é",
    "z ",
    "",
    "-",
    "5",
    "05",
    "5.0",
    "1e3",
    "-2",
    "+7",
    ".5",
    "1e400",
    "9007199254740993",
    "nan",
    "\U0001f600",
)
TEXTS = st.sampled_from(WORDS) | st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=4
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"t": TEXTS}, optional={"u": TEXTS, "n": st.integers(-3, 3), "f": st.floats(-2, 2)}
    ),
    min_size=1,
    max_size=12,
)
QUERIES = (
    "| stats count by t",
    "| stats count, sum(f) as f by t, n",
    "| stats count by t | sort -t",
    "| stats count as c by t, u | sort -c, u",
    "| stats max(n) as m by t | sort m, -str(t)",
    "| stats values(n) as v by t | fields t, v",
    "| stats count by t | fillnull value=0 u | eval u=if(count > 1, u, null()) | sort u, t",
)


def by_the_engine(store: Store, query: str) -> list[dict[str, object]]:
    compiled = store._engine.compile(query)
    assert compiled.unsorted is not None
    assert compiled.sql is not None
    assert compiled.sql.startswith(compiled.unsorted)
    cursor = store._events.cursor()
    try:
        found = cursor.execute(compiled.sql, {"start": "0001-01-01", "end": "9999-12-31"}).fetchall()
    finally:
        cursor.close()
    schema = compiled.relation.schema
    return plain_rows(schema.names, [column.type for column in schema.columns], found)


@given(events=EVENTS)
def test_rows_stand_as_the_engine_puts_them(events: list[dict[str, object]]) -> None:
    fields = {"t": "x", "u": "x", "n": 1, "f": 0.5}
    with store_of([fields, *events]) as store:
        for query in QUERIES:
            assert store.query(query, now=NOW).rows == by_the_engine(store, query)


def test_many_groups_are_left_to_the_engine() -> None:
    many = f'| makeresults count={FEW + 500} | streamstats count as n | eval t="k".n | stats count by t'
    with store_of(["x"]) as store:
        expected = sorted(f"k{n}" for n in range(1, FEW + 501))
        for _ in range(2):  # the second time it is known that they are many
            assert [row["t"] for row in store.query(many, limit=20).rows] == expected[:20]
        assert [row["t"] for row in store.query(many).rows] == expected
        few = f"{many} | head 5 | stats count by t | sort -t"
        assert [row["t"] for row in store.query(few, limit=3).rows] == expected[:5][::-1][:3]


@pytest.mark.parametrize(
    "query",
    ["level=x", "| sort host | table host", "| stats count", "| eval m=if(n>1, 5, host) | stats count by m"],
)
def test_events_and_rows_of_other_kinds_are_sorted_by_the_engine(query: str) -> None:
    with store_of([{"host": "a", "level": "x", "n": [1, 2]}]) as store:
        assert store._engine.compile(query).unsorted is None
