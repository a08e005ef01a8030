"""Turning rows around, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.plan.command import BadOption
from lynxalert.plan.limits import Limit, limit
from lynxalert.plan.pivot import Pivot
from lynxalert.plan.series import Split

CELLS = st.dictionaries(st.tuples(st.integers(0, 5), st.sampled_from("abcd")), st.integers(), max_size=15)


@given(CELLS)
def test_every_cell_is_found_again(cells) -> None:
    rows = [{"x": x, "s": s, "n": n} for (x, s), n in cells.items()]
    turned = Pivot("x", ("n",), series="s").turned(rows)
    back = {(row["x"], s): n for row in turned for s, n in row.items() if s != "x" and n is not None}
    assert back == cells
    assert [row["x"] for row in turned] == list(dict.fromkeys(x for x, _ in cells))


@given(CELLS)
def test_every_row_has_every_column(cells) -> None:
    rows = [{"x": x, "s": s, "n": n} for (x, s), n in cells.items()]
    turned = Pivot("x", ("n",), (0,), series="s").turned(rows, every=[9, 0])
    assert {tuple(row) for row in turned} == {("x", *sorted({s for _, s in cells}))}
    assert [row["x"] for row in turned][:2] == [9, 0]
    assert all(value == 0 for name, value in turned[0].items() if name != "x")


def test_series_stand_by_value_then_by_text_then_those_told_to_be_last() -> None:
    rows = [{"x": 1, "s": s, "n": 1} for s in ("b", "10", "OTHER", "9", "NULL", "a")]
    pivot = Pivot("x", ("n",), series="s", last=("NULL", "OTHER", "more"))
    assert pivot.names(rows) == ["9", "10", "a", "b", "NULL", "OTHER"]


@pytest.mark.parametrize(
    ("pivot", "title"),
    [
        (Pivot("x", ("n",)), "n"),
        (Pivot("x", ("n",), series="s"), "a"),
        (Pivot("x", ("n", "m"), series="s"), "n: a"),
        (Pivot("x", ("n", "m"), series="s", separator="/"), "n/a"),
        (Pivot("x", ("n",), series="s", form="$VAL$ ($AGG$)"), "a (n)"),
        (Pivot("a", ("n",), series="s"), "VALUEa"),
    ],
)
def test_titles(pivot: Pivot, title: str) -> None:
    assert pivot.title("a", "n") == title


def test_lists_can_be_rows() -> None:
    rows = [{"x": ["p", "q"], "s": "a", "n": 1}, {"x": ["p", "q"], "s": "b", "n": 2}]
    assert Pivot("x", ("n",), series="s").turned(rows) == [{"x": ["p", "q"], "a": 1, "b": 2}]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("10", Limit(10)), ("top5", Limit(5)), ("Bottom 3", Limit(3, smallest=True)), ("0", Limit(0))],
)
def test_limits(text: str, meaning: Limit) -> None:
    assert limit(text) == meaning


@pytest.mark.parametrize("text", ["", "few", "-1", "top", "1234567"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(BadOption):
        limit(text)


SCORES = [
    {"\0series": s, "n": n} for s, n in [("a", 5), ("b", 1), ("a", 1), ("NULL", 0), ("c", None), ("d", 1)]
]


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (Limit(1), ["NULL", "a"]),
        (Limit(2), ["NULL", "a", "b"]),
        (Limit(2, smallest=True), ["NULL", "c", "b"]),
        (Limit(4), None),
        (Limit(0), None),
    ],
)
def test_the_greatest_sums_have_columns(rule: Limit, kept: list[str] | None) -> None:
    assert (
        Split(rule, useother=True, usenull=True, otherstr="OTHER", nullstr="NULL").kept(SCORES, "n") == kept
    )


def test_a_value_called_null_is_one_of_many_when_absent_ones_are_left_out() -> None:
    split = Split(Limit(1), useother=True, usenull=False, otherstr="OTHER", nullstr="NULL")
    assert split.kept(SCORES, "n") == ["a"]
    assert split.last == ("OTHER",)
