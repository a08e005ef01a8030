"""Series of numbers and texts, held against what must be true of any."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.plan.anomalies import by_frequency, threshold
from lynxalert.plan.forecast import forecast, season_of
from lynxalert.plan.similarity import grams, labelled, overlap, templates, term_list, terms
from lynxalert.plan.smoothing import exponential, simple, weighted

NUMBERS = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=30)
TEXTS = st.lists(st.text("ab 1", max_size=8), max_size=20)


@given(NUMBERS, st.integers(2, 6))
def test_an_average_lies_between_the_numbers_it_is_of(values: list[float | None], period: int) -> None:
    for average in (simple, weighted, exponential):
        found = list(average(values, period))
        assert len(found) == len(values)
        seen: list[float] = []
        for value, mean in zip(values, found, strict=True):
            seen += [] if value is None else [value]
            assert (mean is None) == (value is None or len(seen) < period)
            if mean is not None:
                last = seen if average is exponential else seen[-period:]
                assert min(last) - 1e-3 <= mean <= max(last) + 1e-3


@given(st.floats(-1e3, 1e3), st.floats(-10, 10), st.integers(3, 30), st.integers(1, 5))
def test_a_straight_line_goes_on(start: float, slope: float, size: int, steps: int) -> None:
    found = forecast([start + slope * place for place in range(size)], steps, "LLT")
    assert found is not None
    expected = [start + slope * (size + step) for step in range(steps)]
    assert all(math.isclose(a, b, abs_tol=1e-6) for a, b in zip(found.ahead, expected, strict=True))
    assert found.error < 1e-6


@given(st.integers(2, 8), st.integers(3, 6), st.data())
def test_a_season_comes_back(period: int, times: int, data: st.DataObject) -> None:
    season = data.draw(st.lists(st.integers(-50, 50), min_size=period, max_size=period))
    found = forecast([float(value) for value in season * times], period, "LLP", period)
    assert found is not None
    assert all(math.isclose(a, b, abs_tol=1e-6) for a, b in zip(found.ahead, season, strict=True))


def test_a_season_is_found_and_a_line_has_none() -> None:
    assert season_of([float(place % 7) for place in range(70)]) == 7
    assert season_of([float(place) for place in range(70)]) == 0


@given(TEXTS)
def test_every_text_has_a_group_and_equal_ones_the_same(texts: list[str]) -> None:
    for split, likeness in ((terms, term_list), (terms, overlap), (grams, overlap)):
        labels = labelled(texts, split, likeness, 0.5)
        assert all(label is not None for label in labels)
        assert sorted(set(labels)) == list(range(1, len(set(labels)) + 1))
        assert len(set(zip(texts, labels, strict=True))) == len(set(texts))


@given(TEXTS)
def test_templates_count_every_text_once(texts: list[str]) -> None:
    found = templates([(text, 1, text) for text in texts], 0.6)
    assert sum(one.count for one in found) == len(texts)
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)


@given(st.lists(st.sampled_from([*"aaab", None, 1, 2.5]), min_size=1, max_size=30))
def test_what_is_rarer_is_less_probable(values: list[object]) -> None:
    judged = by_frequency({"f": values})
    for value, row in zip(values, judged, strict=True):
        assert math.isclose(row.probability, sum(1 for other in values if other == value) / len(values))
        assert row.probability <= row.commonest
    assert threshold([row.log for row in judged]) <= max(row.log for row in judged)
