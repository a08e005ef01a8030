"""Conditions: what is refused and how it is said, who hits, what is remembered, how it reads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from lynxalert.alerts.conditions import Condition, ConditionError, Verdict, View, build, conditions
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.model import Alert, Every, NoData
from lynxalert.plan import Result, TimeWindow, Type

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WINDOW = TimeWindow(NOON - HOUR, NOON)


def result(*rows: dict[str, Any], columns: tuple[str, ...] = ()) -> Result:
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    return Result(names, (Type.ANY,) * len(names), [{n: row.get(n) for n in names} for row in rows], HOUR * 0)


def judge(condition: Condition, *rows: dict[str, Any], key: tuple[str, ...] = (), **more: Any) -> Verdict:
    return condition.judge(View(result(*rows), key, NOON, **more))


def said(verdict: Verdict) -> dict[str, str]:
    """Key → what was said of it, in one word."""
    inputs = verdict.inputs
    return (
        {key: f"hit {match.tier}" if match.tier else "hit" for key, match in inputs.hits.items()}
        | dict.fromkeys(inputs.bands, "band")
        | dict.fromkeys(inputs.missing, "missing")
    )


@pytest.mark.parametrize(
    ("when", "problems"),
    [
        ({}, ["when.type is required"]),
        ({"type": "treshold"}, ["when.type `treshold` is not a condition"]),
        ({"type": "any_rows", "fields": 1}, ["when.fields is not known here"]),
        ({"type": "threshold"}, ["when.field is required", "when.op is required"]),
        (
            {"type": "threshold", "field": "", "op": "get", "value": "5", "vaule": 5},
            [
                "when.vaule is not known here",
                "when.field must be a text",
                "when.op must be one of gt, gte, lt, lte, eq, ne; did you mean `gt`?",
                "when.value must be a number",
            ],
        ),
        ({"type": "threshold", "field": "n", "op": "gt"}, ["when.value is required, or tiers"]),
        (
            {"type": "threshold", "field": "n", "op": "gt", "value": 5, "recover": 9},
            ["when.recover must be on the quiet side of 5"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "lt", "value": 5, "recover": 4},
            ["when.recover must be on the quiet side of 5"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "lt", "tiers": {"warn": 5, "critical": 9}},
            ["when.tiers must go from mild to severe"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "gt", "tiers": {"warn": 5, "critical": 5}},
            ["when.tiers must differ: of two limits at one value the milder is never reached"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "gt", "value": 5, "tiers": {"warn": 5}},
            ["when.tiers must differ: of two limits at one value the milder is never reached"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "gt", "tiers": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]},
            ["when.tiers must have a name each: a change between two of one name is none"],
        ),
        (
            {"type": "relative", "field": "n", "op": "lt", "percent": -50},
            ["when.percent must not be negative: it is a percent of the baseline, `lt 50` a drop below half"],
        ),
        (
            {"type": "m_of_n", "m": 1, "n": 2, "of": {"type": "m_of_n", "m": 1, "n": 2, "of": {"type": "any_rows"}}},
            ["when.of cannot be `m_of_n` again: slots are counted once, over as many as `n` says"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "eq", "value": 1, "tiers": {"warn": 5}, "recover": 2},
            ["when.tiers cannot be ordered by `eq`", "when.recover has no side with `eq`"],
        ),
        (
            {"type": "threshold", "field": "n", "op": "gt", "tiers": [{"name": "warn"}]},
            ["when.tiers[0].value is required"],
        ),
        ({"type": "threshold", "field": "n", "op": "gt", "tiers": 5}, ["when.tiers must be a list of objects with name and value"]),
        ({"type": "relative", "field": "n", "op": "lt", "percent": True}, ["when.percent must be a number"]),
        (
            {"type": "relative", "field": "n", "op": "lt", "percent": 50, "baseline": "month"},
            ["when.baseline must be one of previous_window, day, week"],
        ),
        ({"type": "m_of_n", "m": 3, "n": 2, "of": {"type": "any_rows"}}, ["when.m must not exceed n (2)"]),
        ({"type": "m_of_n", "m": 3, "n": 1001, "of": {"type": "any_rows"}}, ["when.n must not exceed 1000"]),
        (
            {"type": "m_of_n", "m": 1, "n": 2, "of": {"type": "no_data"}},
            ["when.of cannot be `no_data`, which counts no slots: `no_data_for` says how long"],
        ),
        (
            {"type": "m_of_n", "m": 2, "n": 2, "of": {"type": "new_value"}},
            ["when.m must be 1 of `new_value`: a key is new once"],
        ),
        (
            {"type": "m_of_n", "m": 0, "n": True, "of": {"type": "threshold", "field": "n", "op": "gt"}},
            [
                "when.m must be a whole number from 1 on",
                "when.n must be a whole number from 1 on",
                "when.of.value is required, or tiers",
            ],
        ),
        ({"type": "m_of_n", "m": 1, "n": 1, "of": 5}, ["when.of must be an object"]),
    ],
)  # fmt: skip
def test_every_mistake_is_told_at_once(when: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(ConditionError) as caught:
        build(when)
    assert str(caught.value).split("; when") == [
        each.removeprefix("when") if n else each for n, each in enumerate(problems)
    ]


def test_help_suggests_the_word_meant() -> None:
    with pytest.raises(ConditionError) as caught:
        build({"type": "treshold"})
    assert [each.help for each in caught.value.problems] == ["did you mean `threshold`?"]
    with pytest.raises(ConditionError) as caught:
        build({"type": "threshold", "feild": "n", "field": "n", "op": "gt", "value": 1})
    assert [each.help for each in caught.value.problems] == ["did you mean `field`?"]


@pytest.mark.parametrize("kind", list(conditions()))
def test_every_condition_has_words_and_an_example_that_builds(kind: str) -> None:
    entry = conditions()[kind]
    assert isinstance(build(entry.example), entry)
    assert entry.__doc__


def test_any_row_hits_and_the_first_number_is_its_value() -> None:
    verdict = judge(
        build({"type": "any_rows"}),
        {"service": "api", "code": 1, "_time": 5, "up": True, "errors": 247},
        {"service": "api", "code": 1, "errors": 3},
        {"service": None, "code": 1, "errors": 4},
        key=("service", "code"),
    )
    api, null = verdict.inputs.hits.values()
    assert api.key == '{"code":1,"service":"api"}'
    assert (api.value, api.count, len(api.rows), api.labels) == (247, 2, 2, {"service": "api", "code": 1})
    assert null.key == '{"code":1,"service":null}'


def test_no_rows_no_hits_and_no_complaint_about_fields() -> None:
    assert said(judge(build({"type": "any_rows"}), key=("service",))) == {}
    assert said(judge(build({"type": "threshold", "field": "n", "op": "gt", "value": 1}))) == {}


def test_a_row_without_numbers_has_no_value() -> None:
    verdict = judge(build({"type": "any_rows"}), {"host": "a"})
    assert verdict.inputs.hits["{}"].value is None


@pytest.mark.parametrize(
    ("op", "value", "hits"),
    [("gt", 5, [6]), ("gte", 5, [5, 6]), ("lt", 5, [4]), ("lte", 5, [4, 5]), ("eq", 5, [5]), ("ne", 5, [4, 6])],
)  # fmt: skip
def test_thresholds_compare(op: str, value: float, hits: list[int]) -> None:
    condition = build({"type": "threshold", "field": "n", "op": op, "value": value})
    verdict = judge(condition, *({"k": n, "n": n} for n in (4, 5, 6)), key=("k",))
    assert [match.value for match in verdict.inputs.hits.values()] == hits
    assert verdict.inputs.bands == {}


def test_the_worst_row_of_a_key_decides() -> None:
    condition = build(
        {"type": "threshold", "field": "n", "op": "gt", "tiers": {"warn": 10, "critical": 20}, "recover": 5}
    )
    rows = [
        {"k": k, "n": n}
        for k, n in [("a", 1), ("a", 30), ("a", 15), ("b", 11), ("c", 7), ("d", 5), ("e", None)]
    ]
    verdict = judge(condition, *rows, key=("k",))
    assert said(verdict) == {'{"k":"a"}': "hit critical", '{"k":"b"}': "hit warn", '{"k":"c"}': "band"}
    assert verdict.inputs.hits['{"k":"a"}'].value == 30


@pytest.mark.parametrize(
    ("value", "hit"),
    [("12", True), (" 3 ", False), (float("nan"), False), (float("inf"), True), (None, False), (10**400, None),
     (True, None), ("many", None), ([1], None), (NOON, None)],
)  # fmt: skip
def test_a_value_is_a_number_or_text_of_one(value: Any, hit: bool | None) -> None:  # noqa: FBT001 - a table
    condition = build({"type": "threshold", "field": "n", "op": "gt", "value": 5})
    if hit is None:
        with pytest.raises(EvaluationError, match="`n` is not a number: ") as caught:
            judge(condition, {"n": value})
        assert not caught.value.transient
        return
    assert bool(judge(condition, {"n": value}).inputs.hits) is hit


def test_a_missing_field_is_a_lasting_error_with_a_suggestion() -> None:
    condition = build({"type": "threshold", "field": "errers", "op": "gt", "value": 5})
    with pytest.raises(EvaluationError) as caught:
        judge(condition, {"errors": 5})
    assert str(caught.value) == "the result has no field `errers`; did you mean `errors`?"
    with pytest.raises(EvaluationError, match="the result has no field `host`"):
        judge(build({"type": "any_rows"}), {"errors": 5}, key=("host",))


@pytest.mark.parametrize(
    ("baseline", "back"),
    [("previous_window", HOUR), ("day", dt.timedelta(days=1)), ("week", dt.timedelta(days=7))],
)
def test_the_baseline_is_the_same_stretch_earlier(baseline: str, back: dt.timedelta) -> None:
    condition = build({"type": "relative", "field": "n", "op": "lt", "percent": 50, "baseline": baseline})
    assert condition.second_window(WINDOW, None) == TimeWindow(NOON - HOUR - back, NOON - back)
    for change in (dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC)):
        later = change + 7 * HOUR  # on the days on which Europe's clocks change, too
        before = condition.second_window(TimeWindow(later - HOUR, later), None)
        assert before == TimeWindow(later - HOUR - back, later - back)


def test_relative_compares_percents_and_never_divides_by_nothing() -> None:
    condition = build({"type": "relative", "field": "n", "op": "lt", "percent": 50})
    now = [("half", 50), ("less", 49), ("new", 5), ("zero", 5), ("null", None)]
    then = [("half", 100), ("less", 100), ("gone", 100), ("zero", 0), ("null", 7)]
    verdict = judge(
        condition,
        *({"k": k, "n": n} for k, n in now),
        key=("k",),
        baseline=result(*({"k": k, "n": n} for k, n in then)),
    )
    assert said(verdict) == {
        '{"k":"gone"}': "hit",
        '{"k":"less"}': "hit",
        '{"k":"new"}': "missing",
        '{"k":"null"}': "missing",
        '{"k":"zero"}': "missing",
    }
    gone = verdict.inputs.hits['{"k":"gone"}']
    assert (gone.value, dict(gone.values)) == (0.0, {"k": "gone", "n": 0, "baseline": 100.0, "percent": 0.0})


def test_relative_without_any_row_is_no_data() -> None:
    condition = build({"type": "relative", "field": "n", "op": "lt", "percent": 50})
    assert said(judge(condition, baseline=result())) == {"{}": "missing"}
    assert said(judge(condition, key=("k",), baseline=result())) == {}


def test_no_data_takes_rows_for_signs_of_life() -> None:
    condition = build({"type": "no_data"})
    alert = Alert(id="a", name="a", query="*", schedule=Every(HOUR, "1h"), window=HOUR)
    keyed = condition.adjust(alert, ("host",))
    assert (keyed.policy.no_data, keyed.policy.no_data_for, keyed.expect) == (NoData.FIRING, HOUR * 0, ())
    assert condition.adjust(alert, ()).expect == ({},)
    verdict = judge(condition, {"host": "a"}, {"host": "a"}, key=("host",))
    assert verdict.inputs.hits == {}
    assert verdict.inputs.present == {'{"host":"a"}': {"host": "a"}}


def test_no_data_without_a_key_asks_for_the_events_behind_a_row() -> None:
    condition = build({"type": "no_data"})
    assert judge(condition, {"count": 0}).inputs.present is None
    assert judge(condition).inputs.present == {}


def test_a_new_value_hits_once() -> None:
    condition = build({"type": "new_value"})
    assert condition.second_window(WINDOW, None) == TimeWindow(None, WINDOW.start)
    first = judge(condition, {"k": "a"}, {"k": "b"}, key=("k",), baseline=result({"k": "a"}))
    assert list(first.inputs.hits) == ['{"k":"b"}']
    assert condition.second_window(WINDOW, first.memory) is None
    second = judge(condition, {"k": "b"}, {"k": "c"}, key=("k",), memory=first.memory)
    assert list(second.inputs.hits) == ['{"k":"c"}']
    assert second.memory == {"known": ['{"k":"a"}', '{"k":"b"}', '{"k":"c"}']}


def test_three_of_five_slots() -> None:
    condition = build({"type": "m_of_n", "m": 3, "n": 5, "of": {"type": "any_rows"}})
    memory = None
    hits = []
    for slot in "X.X.X...X":
        rows = [{"k": "a", "n": 7}] if slot == "X" else []
        verdict = judge(condition, *rows, key=("k",), memory=memory)
        memory = verdict.memory
        hits.append("X" if verdict.inputs.hits else ".")
        if slot == "." and verdict.inputs.hits:
            assert verdict.inputs.hits['{"k":"a"}'].value == 7
    assert "".join(hits) == "....X...."


def test_m_of_n_forgets_a_key_that_stayed_quiet() -> None:
    condition = build({"type": "m_of_n", "m": 1, "n": 2, "of": {"type": "any_rows"}})
    one = judge(condition, {"k": "a"}, key=("k",))
    two = judge(condition, key=("k",), memory=one.memory)
    assert list(two.inputs.hits) == ['{"k":"a"}']
    three = judge(condition, key=("k",), memory=two.memory)
    assert said(three) == {}
    assert three.memory == {"of": None, "keys": {}}


def test_m_of_n_passes_on_what_its_inner_condition_wants() -> None:
    condition = build({"type": "m_of_n", "m": 1, "n": 2, "of": {"type": "new_value"}})
    assert condition.second_window(WINDOW, None) == TimeWindow(None, WINDOW.start)
    one = judge(condition, {"k": "a"}, key=("k",), baseline=result())
    assert condition.second_window(WINDOW, one.memory) is None
    alert = Alert(id="a", name="a", query="*", schedule=Every(HOUR, "1h"), window=HOUR)
    assert condition.adjust(alert, ()) is alert


@pytest.mark.parametrize(
    ("when", "row", "words"),
    [
        ({"type": "any_rows"}, {"n": 1}, None),
        (
            {"type": "threshold", "field": "errors", "op": "gt", "value": 100},
            {"errors": 247},
            "errors (247) > 100",
        ),
        (
            {"type": "threshold", "field": "rate", "op": "gte", "value": 0.5},
            {"rate": "0.25"},
            "rate (0.25) >= 0.5",
        ),
        ({"type": "threshold", "field": "n", "op": "lt", "value": 1}, None, "n (no row) < 1"),
        (
            {"type": "threshold", "field": "n", "op": "gt", "tiers": {"warn": 1, "critical": 5}},
            {"n": 9},
            "n (9) > 5",
        ),
        (
            {"type": "relative", "field": "n", "op": "lt", "percent": 50},
            {"n": 42, "baseline": 200.0, "percent": 21.04},
            "n (42) is 21% of 200, < 50%",
        ),
        (
            {"type": "relative", "field": "n", "op": "lt", "percent": 50},
            {"n": 4},
            "n has no baseline to be < 50% of",
        ),
        ({"type": "no_data"}, {}, "events present: no data is what fires"),
        ({"type": "no_data"}, None, "no data in the window"),
        ({"type": "new_value"}, {}, "a value was seen for the first time"),
        ({"type": "new_value"}, None, "no value was new"),
        ({"type": "m_of_n", "m": 3, "n": 5, "of": {"type": "any_rows"}}, {}, "3 of 5 slots: a row"),
    ],
)
def test_a_condition_says_what_it_compared(
    when: dict[str, Any], row: dict[str, Any] | None, words: str
) -> None:
    assert build(when).phrase(row) == words
