"""`join` against a nested loop, and chains of queries inside queries."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.store import Store
from tests.queries import NOW, rows, store_of

SIDE = st.lists(st.tuples(st.sampled_from(["x", "y", "5", 5, 5.0, None]), st.integers(0, 9)), max_size=6)


def text(key: object) -> str:
    return "5" if key in (5, "5") else str(key)


@given(SIDE, SIDE, st.sampled_from(["inner", "left"]), st.integers(0, 3), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_join_is_a_nested_loop(left, right, kind, most, overwrite) -> None:
    events = [
        {"timestamp": f"2026-02-14T10:{place:02d}:00Z", "side": side, "v": value, side: place}
        | ({"key": key} if key is not None else {})
        for side, pairs in (("left", left), ("right", right))
        for place, (key, value) in enumerate(pairs)
    ]
    query = (
        f"side=left | table key v left | join type={kind} max={most} overwrite={overwrite} key "
        "[search side=right | table key v right]"
    )
    expected = []
    for place, (key, value) in reversed(list(enumerate(left))):
        partners = [
            (at, theirs)
            for at, (other, theirs) in reversed(list(enumerate(right)))
            if key is not None and other is not None and text(key) == text(other)
        ]
        for at, theirs in partners[: most or None]:
            expected.append((text(key), theirs if overwrite else value, place, at))
        if kind == "left" and not partners:
            expected.append((text(key), value, place, None))
    found = [(text(row.get("key")), row["v"], row["left"], row.get("right")) for row in rows(events, query)]
    assert found == expected


@given(st.lists(st.integers(0, 5), max_size=6), st.lists(st.integers(0, 5), max_size=6), st.booleans())
@settings(max_examples=20, deadline=None)
def test_columns_are_appended_row_by_row(left, right, override) -> None:
    events = [
        {"timestamp": f"2026-02-14T10:{place:02d}:00Z", "side": side, "n": value, side: place}
        for side, values in (("left", left), ("right", right))
        for place, value in enumerate(values)
    ]
    words = f"override={override} [search side=right | sort _time | table n right]"
    found = rows(events, f"side=left | sort _time | table n left | appendcols {words}")
    assert len(found) == max(len(left), len(right))
    for place, row in enumerate(found):
        ours = left[place] if place < len(left) else None
        theirs = right[place] if place < len(right) else None
        first, second = (theirs, ours) if override else (ours, theirs)
        assert row["n"] == (first if first is not None else second)
        assert row.get("left") == (place if ours is not None else None)


def chained(store: Store, stage: str, times: int) -> int:
    query = "| stats count by host " + "".join(stage.format(number) for number in range(times))
    return len(store.query(query, now=NOW).rows)


def test_a_long_chain_of_totals_is_computed_once() -> None:
    with store_of({"host": "ab"[place % 2]} for place in range(100)) as store:
        stage = '| appendpipe [stats sum(count) as count | eval host="total {}"] '
        assert chained(store, stage, 20) == 22  # a million readings if every stage read twice


def test_queries_nest_and_keep_their_own_ranges() -> None:
    events = [{"timestamp": f"2026-02-14T11:{place:02d}:00Z"} for place in range(10)]
    inner = 'earliest="2026-02-14T11:08:00Z" | stats count as n'
    middle = f'latest="2026-02-14T11:04:00Z" | timechart span=2m count as n | append [search {inner}]'
    found = rows(
        events, f"| stats count as n | append [search {middle}] | table n", earliest="-1h", latest="now"
    )
    assert [row["n"] for row in found] == [10, 2, 2, 2]
