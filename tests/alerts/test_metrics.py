"""Metrics: what each `type` counts, over real events; what is refused and how it is said."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import lynxalert
from lynxalert.alerts.conditions import ConditionError, View, build
from lynxalert.alerts.metrics import lower, metrics
from lynxalert.plan import TimeWindow

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def ago(seconds: float) -> str:
    return (NOON - dt.timedelta(seconds=seconds)).isoformat()


def firing(
    source_events: dict[str, list[dict[str, Any]]],
    settings: dict[str, Any],
    looked_back: dt.timedelta | None = MINUTE,
) -> dict[str, float | None]:
    """Key → value of what fires at noon."""
    store = lynxalert.open(":memory:")
    for source, events in source_events.items():
        store.ingest(events, source=source)
    lowered = lower(settings, looked_back, MINUTE)
    window = TimeWindow(NOON - lowered.window, NOON)

    def run(window: TimeWindow) -> Any:
        return store.query(lowered.query, earliest=window.start, latest=window.end, now=NOON)

    condition = build(lowered.when)
    second = condition.second_window(window, None)
    baseline = run(second) if second is not None else None
    result = run(window)
    keys = tuple(name for name in ("agent_id", "skill_name") if name in result.columns)
    verdict = condition.judge(View(result, keys, NOON, baseline))
    return {key: match.value for key, match in verdict.inputs.hits.items()}


def call(name: str, start: float, end: float | None = None, **labels: str) -> list[dict[str, Any]]:
    moments = [("start", start)] + ([("end", end)] if end is not None else [])
    return [
        {"timestamp": ago(at), "call_id": name, "event": kind, "labels": labels or {"region": "eu"}}
        for kind, at in moments
    ]


CALLS = [
    *call("long", 7200, 30),
    *call("b", 50, 40),
    *call("c", 45),
    *call("d", 40, 20),  # begins as b ends
    *call("e", 90, 70),
    *call("f", 100, 80),
    *call("g", 95, 75, region="us"),
    {"timestamp": ago(7000), "call_id": "bare", "event": "start", "labels": {"region": "ap"}},
    {"timestamp": ago(6000), "call_id": "bare", "event": "end"},  # does not repeat its labels
    {"timestamp": ago(30), "call_id": "c", "event": "tool_call", "labels": {"region": "eu"}},
    {"timestamp": ago(90), "call_id": "e", "event": "api_call", "labels": {"region": "eu"}},
]


@pytest.mark.parametrize(
    ("settings", "value"),
    [
        ({"type": "call_count", "threshold": 2}, 3),
        ({"type": "call_count", "threshold": 3}, None),
        ({"type": "call_count", "threshold": 3, "comparison_op": "gte"}, 3),
        ({"type": "call_count", "threshold": 3, "comparison_op": "lt"}, None),
        ({"type": "call_count", "threshold": 3, "comparison_op": "lte"}, 3),
        ({"type": "call_count", "threshold": 1, "comparison_op": "lt", "filter": {"region": "us"}}, 0),
        ({"type": "call_count", "threshold": 2, "filter": {"region": ["us", "eu"]}}, 3),
        ({"type": "call_count", "threshold": 99, "threshold_type": "relative"}, 100),  # 3 now, 3 before
        ({"type": "tool_call_count", "threshold": 0}, 1),
        ({"type": "api_call_count", "threshold": 1, "comparison_op": "lt"}, 0),
        ({"type": "concurrency", "threshold": 2}, 3),  # long, c and b, then d
        ({"type": "concurrency", "threshold": 3}, None),
        ({"type": "concurrency", "threshold": 50, "threshold_type": "relative"}, 75),  # 3 of long, e, f, g
        ({"type": "concurrency", "threshold": 1, "comparison_op": "lt", "filter": {"region": "us"}}, 0),
        ({"type": "concurrency", "threshold": 1, "comparison_op": "lt", "filter": {"region": "ap"}}, 0),
    ],
)
def test_calls_are_counted(settings, value) -> None:
    found = firing({"vox/calls": CALLS}, settings)
    assert found == ({} if value is None else {"{}": value})


def requests(agent: str, *, seconds: float = 30, **fields: Any) -> dict[str, Any]:
    return {"timestamp": ago(seconds), "agent_id": agent, "latency_ms": 100, **fields}


TELEMETRY = [
    requests("a", error=True),
    requests("a", status="error"),
    requests("a", status=503),
    requests("a", status="ok", decision="deny"),
    requests("b", status="ok", denied=True, latency_ms=5000),
    requests("b", error=False, denied=False),
    *[requests("b", seconds=90) for _ in range(5)],
    *[requests("gone", seconds=90) for _ in range(5)],
]


@pytest.mark.parametrize(
    ("settings", "fires"),
    [
        ({"type": "error_rate", "threshold": 0.5}, {"a": 0.75}),
        ({"type": "error_rate", "threshold": 0.75}, {}),
        ({"type": "error_rate", "threshold": 0.5, "agent_id": "b"}, {}),
        ({"type": "denied_rate", "threshold": 0.2}, {"a": 0.25, "b": 0.5}),
        ({"type": "latency_p99", "threshold": 1000}, {"b": 5000}),
        ({"type": "volume_drop", "threshold": 0.5}, {"b": 40, "gone": 0}),
        ({"type": "volume_drop", "threshold": 0.6}, {"gone": 0}),  # to 40 %: by 60, not more
        ({"type": "volume_drop", "threshold": 0.5, "agent_id": "b"}, {"b": 40}),
    ],
)
def test_agents_are_judged_one_by_one(settings, fires) -> None:
    found = firing({"checkrd/telemetry": TELEMETRY}, settings)
    assert found == {f'{{"agent_id":"{agent}"}}': value for agent, value in fires.items()}


def grading(name: str, skill: str, **fields: Any) -> dict[str, Any]:
    record = {"timestamp": ago(3600), "grading_id": name, "session_id": name, "skill_name": skill}
    return {**record, "skill_id": f"id-{skill}", **fields}


GRADINGS = [
    grading("1", "deploy", passed_count=9, total_count=10, pass_rate=0.9),
    grading("2", "deploy", passed_count=0, total_count=10, pass_rate=0),
    grading("2", "deploy", passed_count=5, total_count=10, pass_rate=0.5),  # again, corrected
    grading("3", "review", pass_rate=0.5),
    grading("4", "review", pass_rate=1),
    grading("5", "unrated"),
]


@pytest.mark.parametrize(
    ("settings", "fires"),
    [
        ({"threshold": 0.75}, {"deploy": 0.7}),  # strictly below: `review` stands at 0.75
        ({"threshold": 0.7}, {}),
        ({}, {"deploy": 0.7, "review": 0.75}),
        ({"skill_name": "review"}, {"review": 0.75}),
        ({"skill_id": "id-deploy"}, {"deploy": 0.7}),
    ],
)
def test_pass_rates_of_skills(settings, fires) -> None:
    found = firing({"selftune/grading_results": GRADINGS}, {"type": "pass_rate_below", **settings}, None)
    assert found == {f'{{"skill_name":"{skill}"}}': pytest.approx(rate) for skill, rate in fires.items()}


DAY = 86400
SESSIONS = {
    "selftune/sessions": [
        {"timestamp": ago(8 * DAY), "session_id": "1"},
        {"timestamp": ago(2 * DAY), "session_id": "2"},
        {"timestamp": ago(DAY), "session_id": "nothing known"},
    ],
    "selftune/skill_invocations": [
        {"timestamp": ago(8 * DAY - 60), "session_id": "1", "skill_name": "old", "skill_id": "id-old"},
        {"timestamp": ago(2 * DAY - 60), "session_id": "2", "skill_name": "new", "skill_id": "id-new"},
    ],
    "selftune/grading_results": [  # graded yesterday: the session was eight days ago
        {"timestamp": ago(DAY), "session_id": "1", "skill_name": "old", "skill_id": "id-old"},
        {"timestamp": ago(9 * DAY), "session_id": "3", "skill_name": "graded", "skill_id": "id-graded"},
    ],
}


@pytest.mark.parametrize(
    ("settings", "fires"),
    [
        ({}, {'{"skill_name":"graded"}': 9, '{"skill_name":"old"}': 8}),
        ({"threshold": 8.5}, {'{"skill_name":"graded"}': 9}),
        ({"threshold": 90}, {}),
        ({"skill_name": "old"}, {"{}": 8}),
        ({"skill_id": "id-new"}, {}),
        ({"skill_id": "id-new", "threshold": 0}, {"{}": 2}),  # none within the interval
        ({"skill_name": "never seen"}, {"{}": 97}),
    ],
)
def test_skills_without_sessions(settings, fires) -> None:
    found = firing(SESSIONS, {"type": "no_data", **settings}, None)
    assert found == fires


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"type": "pass_rate_below", "threshold": 75}, "threshold must be between 0 and 1"),
        ({"type": "no_data", "threshold": 100}, "threshold must be between 0 and 90 days"),
        ({"type": "error_rate"}, "threshold is required"),
        ({"type": "error_rate", "threshold": 0}, "threshold must be greater than 0"),
        ({"type": "error_rate", "threshold": True}, "threshold must be a number"),
        ({"type": "error_rate", "threshold": 1, "skill_id": "x"}, "skill_id is not known here"),
        ({"type": "call_count", "threshold": -1}, "threshold must be 0 or more"),
        ({"type": "call_count", "threshold": 1, "comparison_op": "eq"}, "comparison_op must be one of gt"),
        ({"type": "call_count", "threshold": 1, "filter": {"a": 1}}, "filter must give `a` a text"),
        ({"type": "call_counts", "threshold": 1}, "type is no type of condition: call_counts"),
    ],
)
def test_what_means_nothing_is_refused_with_its_field(settings, problem) -> None:
    with pytest.raises(ConditionError) as caught:
        lower(settings, None, MINUTE)
    (found,) = caught.value.problems
    assert f"{found.path[0]} {found.message}".startswith(problem)


@pytest.mark.parametrize("kind", sorted(metrics()))
def test_values_with_quotes_stay_values(kind) -> None:
    """What a metric is asked for can never become part of its query."""
    hostile = '" | delete \\" \' $x$ `m` | '
    settings = dict(metrics()[kind].example)
    known = {"skill_name", "agent_id", "filter"} & set(metrics()[kind].__dataclass_fields__)
    for name in known:
        settings[name] = {hostile: hostile} if name == "filter" else hostile
    assert hostile not in str(lynxalert.open(":memory:").query(lower(settings, None, MINUTE).query).columns)


@pytest.mark.parametrize("kind", sorted(metrics()))
def test_examples_lower_to_queries_and_conditions_that_stand(kind) -> None:
    lowered = lower(metrics()[kind].example, None, MINUTE)
    build(lowered.when)
    assert lynxalert.parse(lowered.query)
    assert lowered.name
