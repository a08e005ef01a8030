"""Nothing a user writes reaches the engine's own words, its files or its settings, or holds it up for long."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lynxalert
from lynxalert.clock import monotonic
from lynxalert.engine import QueryFailed, QueryTimeOut
from lynxalert.plan import Result
from lynxalert.store import Store
from tests.engine.queries import EVENTS, Writer
from tests.queries import NOW, held, rows, store_of

NUMBERS_ONLY = [{"i": n, "f": n / 2, "t": str(n), "m": n, "host": "a", "b": n > 2} for n in range(5)]


@pytest.fixture(scope="module")
def stores() -> Iterator[list[Store]]:
    """Fields of every type and of mixed ones, no events at all, one type per field."""
    found = [store_of(EVENTS), store_of([]), store_of(NUMBERS_ONLY)]
    yield found
    for store in found:
        store.close()


def answer(store: Store, query: str) -> Result | lynxalert.QueryError:
    """What a user gets: rows, or a mistake with its place. Anything else is a failure of ours."""
    try:
        return store.query(query, now=NOW)
    except lynxalert.QueryError as error:
        return error


@settings(max_examples=250)
@given(seed=st.integers(0, 10**6))
def test_a_random_query_gives_rows_or_a_diagnostic(stores: list[Store], seed: int) -> None:
    answer(stores[seed % 3], Writer(seed).query())


names = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), min_size=1, max_size=12
)
RESERVED = {"_time", "_raw", "_indextime", "index", "source", "sourcetype", "host", "id", "timestamp"}


def quotable(name: str) -> bool:
    """Whether the name can be written in single quotes, and is a key of events as it stands."""
    return "'" not in name and "\\" not in name and name not in RESERVED


@settings(max_examples=40)
@given(names.filter(quotable), names.filter(quotable))
def test_fields_may_have_any_name(one: str, other: str) -> None:
    events = [{one: 1, "id": 1}, {one: 2, other: 5, "id": 2}]
    wanted = [event for event in events if event.get(one) == 2]
    assert [row["id"] for row in rows(events, f"| where '{one}'=2 | table id")] == [
        row["id"] for row in wanted
    ]
    (row,) = rows(events, f"| eval '{one}'='{one}'+1 | stats sum('{one}') as total")
    assert row["total"] == sum(event[one] + 1 for event in events)


texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=20)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@settings(max_examples=5)
@given(st.lists(texts, min_size=12, max_size=12))
def test_a_text_is_a_value_whatever_it_says(column: list[str]) -> None:
    store = held([{"id": place, "v": text} for place, text in enumerate(column)])
    for place, text in enumerate(column):
        query = f"| where id={place} | eval same=if(v={quoted(text)}, 1, 0), copy={quoted(text)} | table same copy"
        assert store.query(query, now=NOW).rows == [{"same": 1, "copy": text}]


def test_a_value_may_hold_any_character() -> None:
    value = "a\x00b\x1f\u2028\U0001f600'\"\\%_*$now"
    (row,) = rows([{"v": value}], "| eval w=v.v, n=len(v) | stats values(w) as w, count by v, n")
    assert row == {"v": value, "n": len(value), "w": value * 2, "count": 1}


def test_names_that_differ_by_case_are_different_fields() -> None:
    (row,) = rows(
        [{"Status": 1, "status": 2, "STATUS": 3}], "| eval sTatus=4 | table Status status STATUS sTatus"
    )
    assert row == {"Status": 1, "status": 2, "STATUS": 3, "sTatus": 4}


@pytest.mark.slow
def test_a_text_of_nearly_a_megabyte_is_a_text() -> None:
    long = "x" * 900_000
    with store_of([{"v": long}, {"v": "short"}]) as store:
        assert len(store.query(f'| where v="{long}"', now=NOW).rows) == 1
        assert len(store.query(f'search v="{long}"', now=NOW).rows) == 1
        with pytest.raises(lynxalert.QueryError, match="at most 10,000 characters"):
            store.query(f'search "{long}"', now=NOW)
        assert len(store.query(f'search "{long[:10_000]}*"', now=NOW).rows) == 1


@pytest.mark.slow
def test_a_list_of_twenty_thousand_values_is_one_list() -> None:
    values = ", ".join(f'"v{n}"' for n in range(20_000))
    numbers = ", ".join(str(n) for n in range(5_000))
    with store_of([{"v": "v19999", "n": 7}, {"v": "none", "n": "7"}, {"n": 7.5}]) as store:
        assert len(store.query(f"search v IN ({values})", now=NOW).rows) == 1
        assert len(store.query(f"| where v IN ({values})", now=NOW).rows) == 1
        assert len(store.query(f"| where n IN ({numbers})", now=NOW).rows) == 2


def test_a_few_rows_in_order_of_many_stages_are_planned() -> None:
    with store_of([{"n": 2, "v": "5"}, {"n": 1, "v": 2}, {"n": 3}]) as store:
        doubled = " | ".join(["eval c=c+c"] * 8)
        found = store.query(f"| eval c=v | {doubled} | sort 2 n | table n c", now=NOW)
        assert found.rows == [{"n": 1, "c": 512}, {"n": 2, "c": 1280}]


def test_many_stages_and_deep_expressions_are_planned() -> None:
    with store_of([{"x": 1}]) as store:
        chain = " | ".join(["eval x=x+1"] * 150)
        assert store.query(f"| {chain} | table x", now=NOW).rows == [{"x": 151}]
        deep = "(" * 60 + "x" + "+1)" * 60
        assert store.query(f"| eval y={deep} | table y", now=NOW).rows == [{"y": 61}]
        nested = "coalesce(" * 60 + "x" + ', "z")' * 60
        assert store.query(f"| eval y={nested} | table y", now=NOW).rows == [{"y": 1}]
        mixed = "upper(" * 50 + "x . 1" + ")" * 50
        assert store.query(f"| eval y={mixed} | table y", now=NOW).rows == [{"y": "11"}]


@pytest.mark.parametrize(
    "query",
    [
        "| eval x=t" + ", x=x.x" * 40,
        '| eval x=split(t, "")' + ", x=mvappend(x, x)" * 40,
        "| eval x=t" + ', x=replace(x, "", "abcdefghijklmnopqrstuvwxyz")' * 9,
    ],
    ids=["texts", "lists", "replacements"],
)
@pytest.mark.slow
def test_values_that_double_end_at_the_memory_limit(query: str) -> None:
    with store_of([{"t": "0123456789"}] * 3) as store:
        with pytest.raises(QueryFailed, match="more memory than queries may use") as caught:
            store._engine.query(f"{query} | eval n=len(x) | table n", now=NOW, deadline=dt.timedelta(hours=1))
        assert caught.value.sql is None
        assert store.query("| stats count", now=NOW).rows == [{"count": 3}]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("mvcount(mvrange(0, 1000000000000))", 10_000),
        ("mvcount(mvrange(0, -1000000000000, -3))", 10_000),
        ('len(printf("%1000s", "x"))', 1000),
        ("round(1.5, 99999999999)", None),
        ("substr(t, 99999999999999999999)", ""),
        ("bit_shift_left(1, 9007199254740991)", None),
        ('relative_time(0, "+9999999y")', None),
        ('strftime(1e300, "%Y")', None),
        ('tostring(1e300, "duration")', None),
        ("exp(1e6)", None),
        ("pow(-8, 0.5)", None),
    ],
)
def test_sizes_are_bounded(expression: str, value: Any) -> None:
    with store_of([{"t": "a"}]) as store:
        assert store.query(f"| eval x={expression} | table x", now=NOW).rows == [{"x": value}]


HEAVY = (
    "| eval k=1 "
    + "| join max=0 k [search * | eval k=1] " * 4
    + '| where match(v . v, "(a|b)*c") | stats count'
)


@pytest.mark.slow
def test_a_stage_in_python_says_how_many_rows_are_too_many() -> None:
    wanted = "`predict` looks at rows one by one and takes at most 10,000; here it is given 10,001: "
    with lynxalert.open(":memory:") as store, pytest.raises(QueryFailed, match=wanted):
        store.query("| makeresults count=10001 | streamstats count as n | predict n", now=NOW)


def test_a_query_is_stopped_at_its_deadline() -> None:
    with store_of([{"v": "ab" * 50, "n": n} for n in range(400)]) as store:
        started = monotonic()
        with pytest.raises(QueryTimeOut, match=r"^L403: the query was stopped after 0\.3 s$"):
            store._engine.query(HEAVY, now=NOW, deadline=dt.timedelta(seconds=0.3))
        assert monotonic() - started < 60
        assert store.query("| stats count", now=NOW).rows == [{"count": 400}]


@pytest.mark.slow
def test_queries_of_several_threads_do_not_disturb_each_other() -> None:
    with store_of([{"n": n, "host": f"h{n % 7}"} for n in range(500)]) as store:
        query = "| timechart span=1d count by host limit=3 | eval total=h0+OTHER | stats sum(total) as total"
        (expected,) = store.query(query, now=NOW).rows
        seen: list[Any] = []

        def ask() -> None:
            seen.extend(store.query(query, now=NOW).rows[0] for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [expected] * 20


@pytest.mark.parametrize(
    "query",
    [
        '| inputlookup "/etc/passwd"',
        "| inputlookup ../../etc/passwd",
        'from "/etc/passwd"',
        "from read_csv('/etc/passwd')",
        '| eval x=read_text("/etc/passwd")',
        '| eval x=current_setting("memory_limit")',
        "| stats read_csv(x)",
        '| eval x=getenv("HOME")',
        'search index="events_1"',
        "from events_1",
        "from _dead_letters",
        '| eval x="a"; attach "/tmp/x.db"',
    ],
)
def test_files_settings_and_other_tables_are_out_of_reach(query: str) -> None:
    with store_of([{"v": 1}]) as store:
        given = answer(store, query)
    assert isinstance(given, lynxalert.QueryError) or list(given.rows) == []
