"""Other thresholds of the same alert."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lynxalert.alerts.conditions import build
from lynxalert.daemon.sweep import SweepError, at_threshold, values
from tests.daemon.evaluating import ALERT


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("threshold=50..100", (50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100)),
        ("50..100:25", (50, 75, 100)),
        ("0.1..0.3:0.1", (0.1, 0.2, 0.3)),
        ("-5 .. 5 : 5", (-5, 0, 5)),
        ("threshold=50,100,200", (50, 100, 200)),
        ("7", (7,)),
    ],
)
def test_which_thresholds_are_asked_for(asked, found) -> None:
    assert values(asked) == found


@pytest.mark.parametrize(
    "asked", ["", "many", "100..50", "5..5", "0..1000:1", "0..10:-1", "nan", "inf", "1..inf", "1,,2"]
)
def test_what_is_no_range_is_refused(asked) -> None:
    with pytest.raises(SweepError, match=r"write threshold=50\.\.500"):
        values(asked)


@pytest.mark.parametrize(
    ("query", "moved"),
    [
        ("| stats count | where count > 5", "| stats count | where count > 50"),
        (
            "| stats count by a | where count >= 5 | sort -count",
            "| stats count by a | where count >= 50 | sort -count",
        ),
        (
            "| stats count, dc(b) as n | where count > 5 AND n > 3",
            "| stats count, dc(b) as n | where count > 50 AND n > 3",
        ),
        ("| where a > 1 | stats count | where count > 5", "| where a > 1 | stats count | where count > 50"),
    ],
)
def test_the_last_comparison_with_a_number_moves(query, moved) -> None:
    alert = replace(ALERT, query=query, when={"type": "any_rows"})
    assert at_threshold(alert, 50).query.removeprefix("search * ") == moved


def test_the_condition_moves_where_there_is_one() -> None:
    assert at_threshold(ALERT, 50).when["value"] == 50
    relative = {"type": "relative", "field": "errors", "op": "gt", "percent": 200}
    moved = at_threshold(replace(ALERT, when=relative), 50).when
    assert build(moved) == build({**relative, "percent": 50})
    recovering = {**ALERT.when, "recover": 1}
    assert build(at_threshold(replace(ALERT, when=recovering), 50).when) == build({**ALERT.when, "value": 50})


def test_the_number_that_slots_are_counted_by_is_moved() -> None:
    counted = {"type": "m_of_n", "m": 2, "n": 3, "of": ALERT.when}
    assert at_threshold(replace(ALERT, when=counted), 50).when == {
        **counted,
        "of": {**ALERT.when, "value": 50},
    }


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({**ALERT.when, "value": None, "tiers": {"warn": 1}}, "a number for each tier"),
        ({"type": "new_value"}, "type new_value compares with no number"),
        ({"type": "no_data"}, "type no_data compares with no number"),
    ],
)
def test_a_condition_without_one_number_says_why(when, said) -> None:
    with pytest.raises(SweepError, match=said):
        at_threshold(replace(ALERT, when=when), 50)


@pytest.mark.parametrize("query", ["level=error", "| stats count | where count > limit"])
def test_an_alert_without_a_number_cannot_be_swept(query) -> None:
    with pytest.raises(SweepError, match="no single number"):
        at_threshold(replace(ALERT, query=query, when={"type": "any_rows"}), 50)
