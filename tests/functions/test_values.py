"""One field, one meaning: values wherever they are stored against the reference (language §3.2, §3.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.store import Store
from tests.functions import reference as ref
from tests.functions.stores import SLOW_WAYS, WAYS, Fields, as_pairs, as_they_come, stored
from tests.queries import NOW

WAY = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
NUMBERS = [
    0,
    1,
    -1,
    5,
    7,
    10,
    500,
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    -0.5,
    0.1,
    2.5,
    5.0,
    1e15,
    1e-7,
    1e300,
    123456.789,
]
TEXTS = [
    *(
        "",
        "a",
        "A",
        "b",
        "abc",
        "é",
        "a b",
        "true",
        "null",
        "nan",
        "inf",
        "Infinity",
        "1_000",
        " 5",
        "5 ",
        "0x10",
    ),
    *(
        "5",
        "5.0",
        "05",
        "+5",
        "-5",
        "10",
        "9",
        ".5",
        "5.",
        "1e3",
        "1E+3",
        "1e400",
        "٣",
        "5e",
        "%",
        "x_y",
        "*",
    ),
]
TOO_LARGE = (2**53 + 1, -(2**53) - 1)
VALUES = [None, True, False, *NUMBERS, *TEXTS]
values = st.sampled_from(VALUES) | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9, allow_nan=False)
pair = st.fixed_dictionaries({"v": values, "w": values})

# Expressions over v and w, and what each is. A Boolean is asked for as 1 or 0, and null as itself.
BOOLEANS: dict[str, Callable[[Any, Any], bool | None]] = {
    "v = w": ref.equal,
    "v != w": lambda v, w: None if (same := ref.equal(v, w)) is None else not same,
    "v < w": lambda v, w: ref.ordered("<", v, w),
    "v <= w": lambda v, w: ref.ordered("<=", v, w),
    "v > w": lambda v, w: ref.ordered(">", v, w),
    "v >= w": lambda v, w: ref.ordered(">=", v, w),
    "v = 5": lambda v, _: ref.equal(v, 5),
    'v = "5"': lambda v, _: ref.equal(v, "5"),
    'v = "5.0"': lambda v, _: ref.equal(v, "5.0"),
    'v = "true"': lambda v, _: ref.equal(v, "true"),
    "v = 9007199254740993": lambda v, _: ref.equal(v, 2**53 + 1),
    "v = 0.1": lambda v, _: ref.equal(v, 0.1),
    'v IN (5, "a", "true", 0.1)': lambda v, _: (
        None if v is None else any(ref.equal(v, one) for one in (5, "a", "true", 0.1))
    ),
    "v IN (5, 7, 500, 9007199254740993, 0.1, -1)": lambda v, _: (
        None if v is None else any(ref.equal(v, one) for one in (5, 7, 500, 2**53 + 1, 0.1, -1))
    ),
    'v IN ("5.0", "9007199254740993", "a", "05", w)': lambda v, w: (
        None
        if v is None
        else any(ref.equal(v, one) is True for one in ("5.0", "9007199254740993", "a", "05", w))
        or (None if w is None else False)
    ),
    'v IN ("5", "a")': lambda v, _: None if v is None else any(ref.equal(v, one) for one in ("5", "a")),
    "v < 7": lambda v, _: ref.ordered("<", v, 7),
    'v < "b"': lambda v, _: ref.ordered("<", v, "b"),
    'v > "10"': lambda v, _: ref.ordered(">", v, "10"),
    "v BETWEEN 1 AND 10": lambda v, _: (
        None if v is None else bool(ref.ordered(">=", v, 1) and ref.ordered("<=", v, 10))
    ),
    "isnum(v)": lambda v, _: ref.number(v) is not None,
    "isstr(v)": lambda v, _: ref.kind(v) == "String",
    "isbool(v)": lambda v, _: isinstance(v, bool),
    "isint(v)": lambda v, _: (read := ref.number(v)) is not None and read.is_integer(),
    "isnull(v)": lambda v, _: v is None,
    "isnotnull(v)": lambda v, _: v is not None,
    "v IS NULL": lambda v, _: v is None,
    'like(v, "%5%")': lambda v, _: None if v is None else "5" in (ref.text(v) or ""),
    'match(v, "^[0-9]")': lambda v, _: None if v is None else (ref.text(v) or " ")[:1] in "0123456789",
}
OTHERS: dict[str, Callable[[Any, Any], Any]] = {
    "v": lambda v, _: v,
    "v + w": ref.plus,
    "v - w": lambda v, w: ref.arithmetic("-", v, w),
    "v * w": lambda v, w: ref.arithmetic("*", v, w),
    "v / w": lambda v, w: ref.arithmetic("/", v, w),
    "v % w": lambda v, w: ref.arithmetic("%", v, w),
    "v . w": ref.joined,
    "v + 1": lambda v, _: ref.plus(v, 1),
    'v + "x"': lambda v, _: ref.plus(v, "x"),
    '"<" . v . ">"': lambda v, _: ref.joined("<", ref.joined(v, ">")),
    "-v": lambda v, _: ref.arithmetic("-", 0, v),
    "typeof(v)": lambda v, _: ref.kind(v),
    "len(v)": lambda v, _: None if v is None else len(ref.text(v) or ""),
    "coalesce(v, w)": lambda v, w: w if v is None else v,
    'coalesce(v, "none")': lambda v, _: "none" if v is None else v,
    "nullif(v, w)": lambda v, w: None if ref.equal(v, w) else v,
    "min(v, w)": lambda v, w: ref.extreme("min", v, w),
    "max(v, w)": lambda v, w: ref.extreme("max", v, w),
    "mvcount(v)": lambda v, _: None if v is None else 1,
    'mvjoin(mvappend(v, w), "|")': lambda v, w: (
        "|".join(ref.text(one) or "" for one in (v, w) if one is not None) if (v, w) != (None, None) else None
    ),
    "upper(v)": lambda v, _: None if v is None else (ref.text(v) or "").upper(),
    'if(v > 7, "more", v)': lambda v, _: "more" if ref.ordered(">", v, 7) else v,
}


def shown(value: Any) -> str | None:
    """Texts and numbers alike in their canonical spelling: -0 is 0."""
    return ref.text(0 if value == 0 and ref.is_number(value) else value)


def evaluated(store: Store, expressions: list[str], conditions: list[str]) -> dict[int, dict[str, Any]]:
    asked = [f"if(isnull({text}), null(), if({text}, 1, 0))" for text in conditions]
    columns = ", ".join(f"r{place}={text}" for place, text in enumerate([*expressions, *asked]))
    query = f"| where id >= 0 | eval {columns} | table id r*"
    names = [*expressions, *conditions]
    return {
        row["id"]: {text: row[f"r{place}"] for place, text in enumerate(names)}
        for row in store._engine.query(query, now=NOW, deadline=dt.timedelta(hours=1)).rows
    }


def check(store: Store, events: list[Fields]) -> None:
    found = evaluated(store, list(OTHERS), list(BOOLEANS))
    for place, fields in enumerate(events):
        v, w = fields["v"], fields["w"]
        for text, meaning in OTHERS.items():
            got, wanted = shown(found[place][text]), shown(meaning(v, w))
            assert got == wanted, f"{text} of v={v!r}, w={w!r} is {got!r}, not {wanted!r}"
        for text, claim in BOOLEANS.items():
            holds = claim(v, w)
            wanted_flag = None if holds is None else int(holds)
            assert found[place][text] == wanted_flag, f"{text} of v={v!r}, w={w!r} is not {holds}"


ALL_PAIRS = [{"v": v, "w": w} for v, w in product(VALUES, VALUES)]


@WAY
@pytest.mark.slow
def test_every_pair_of_values(way: Any) -> None:
    # Each event of its own batch or stream takes time: there every tenth pair must do.
    events = ALL_PAIRS[::10] if way in SLOW_WAYS else ALL_PAIRS
    with stored(way, events) as store:
        check(store, events)


@pytest.mark.slow
@pytest.mark.parametrize(("left", "right"), list(product((int, float, str, bool), repeat=2)))
def test_every_pair_of_values_in_columns_of_one_type(left: type, right: type) -> None:
    def of(kind: type) -> list[Any]:
        # Two columns of whole numbers are ordered exactly, which the reference is not beyond 2^53.
        return [one for one in VALUES if one is None or (type(one) is kind and one not in TOO_LARGE)]

    events = [{"v": v, "w": w} for v, w in product(of(left), of(right))]
    with stored(as_they_come, events) as store:
        fields = store._events.catalog().streams[0].fields
        assert all(fields[name].complete for name in ("v", "w"))
        check(store, events)


@settings(max_examples=3)
@given(st.lists(pair, min_size=50, max_size=50))
def test_random_values(events: list[Fields]) -> None:
    with stored(as_they_come, events) as store:
        check(store, events)


def as_texts(events: list[Fields]) -> list[dict[str, Any]]:
    return [{name: ref.text(value) for name, value in fields.items()} for fields in events]


@settings(max_examples=5)
@given(st.lists(pair, min_size=1, max_size=12))
def test_fields_of_text_lines_are_texts(events: list[Fields]) -> None:
    texts = as_texts(events)
    with stored(as_pairs, events) as store:
        kept = {row["id"]: row for row in store.query("| table id v w", now=NOW).rows}
    assert [(kept[str(n)]["v"], kept[str(n)]["w"]) for n in range(len(texts))] == [
        (one["v"], one["w"]) for one in texts
    ]
