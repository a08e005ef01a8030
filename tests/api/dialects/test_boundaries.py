"""Where values begin and end to be accepted, in each dialect. No daemon: what a body may be is judged by itself."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.api.dialects import checkrd_shapes, voices, vox_shapes
from lynxalert.api.dialects.ids import native_id, uuid_of
from lynxalert.api.dialects.selftune import Definition, speaks
from lynxalert.api.dialects.shape import filled
from lynxalert.api.dialects.vox_fields import fields_of
from lynxalert.api.errors import ApiError

AGENT = "01916a3e-7b2c-7000-8000-000000000001"
CHECKRD = {
    "agent_id": AGENT,
    "condition_type": "error_rate",
    "threshold": 0.05,
    "channel": "email",
    "channel_target": "oncall@example.com",
}
SELFTUNE = {"type": "pass_rate_below", "channel": "slack", "config": {}}
VOX = {
    "name": "Calls",
    "metric_type": "call_count",
    "comparison_op": "gt",
    "threshold_value": 1,
    "time_window": "5m",
    "evaluation_frequency": "1m",
}
NOT_NUMBERS: list[Any] = ["0.5", True, False, [], {}, float("nan"), float("inf"), -float("inf")]


def wrong(model: type[Any], body: dict[str, Any]) -> list[list[Any]]:
    """The paths of what is wrong; none where all is well."""
    try:
        filled(model, body)
    except ApiError as error:
        return [list(each["path"]) for each in error.details]
    return []


@pytest.mark.parametrize("kind", ["pass_rate_below", "no_data"])
@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (0, ("pass_rate_below", "no_data")),
        (-0.0, ("pass_rate_below", "no_data")),
        (1, ("pass_rate_below", "no_data")),
        (1.0000001, ("no_data",)),
        (75, ("no_data",)),
        (90, ("no_data",)),
        (90.5, ()),
        (100, ()),
        (-0.1, ()),
        (None, ("pass_rate_below", "no_data")),
        *((each, ()) for each in NOT_NUMBERS),
    ],
)
def test_thresholds_of_selftune(kind: str, value: Any, kinds: tuple[str, ...]) -> None:
    expected = [] if kind in kinds else [["threshold"]]
    assert wrong(Definition, {**SELFTUNE, "type": kind, "threshold": value}) == expected


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": "latency"}, "type"),
        ({"type": 1}, "type"),
        ({"channel": "sms"}, "channel"),
        ({"config": "https://example.com"}, "config"),
        ({"skill_id": "pdf"}, "skill_id"),
        ({"skill_id": 7}, "skill_id"),
    ],
)
def test_fields_of_selftune(change: dict[str, Any], path: str) -> None:
    assert wrong(Definition, {**SELFTUNE, **change}) == [[path]]


def test_what_is_missing_is_told_first_come_first() -> None:
    assert wrong(Definition, {}) == [["type"], ["channel"], ["config"]]
    assert wrong(checkrd_shapes.New, {}) == [[name] for name in CHECKRD]
    assert wrong(vox_shapes.New, {}) == [[name] for name in VOX]


@pytest.mark.parametrize(
    ("body", "is_theirs"),
    [
        ({"type": "no_data"}, True),
        ({"type": "no_data", "channel": "slack"}, True),
        ({"type": "no_data", "channels": []}, False),
        ({"q": "x", "type": "no_data"}, False),
        ({"query": "x", "type": "no_data"}, False),
        ({}, False),
    ],
)
def test_a_body_on_the_shared_address(body: dict[str, Any], is_theirs: bool) -> None:  # noqa: FBT001 - a table
    assert speaks(body) is is_theirs


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"threshold": 0}, "threshold"),
        ({"threshold": -1}, "threshold"),
        *(({"threshold": each}, "threshold") for each in NOT_NUMBERS),
        ({"threshold": None}, "threshold"),
        ({"agent_id": "me"}, "agent_id"),
        ({"agent_id": None}, "agent_id"),
        ({"condition_type": "cost"}, "condition_type"),
        ({"window_minutes": 0}, "window_minutes"),
        ({"window_minutes": 1.5}, "window_minutes"),
        ({"window_minutes": "15"}, "window_minutes"),
        ({"cooldown_minutes": -1}, "cooldown_minutes"),
        ({"cooldown_minutes": True}, "cooldown_minutes"),
        ({"channel": "slack"}, "channel"),
        ({"channel_target": ["a@b.example"]}, "channel_target"),
    ],
)
def test_fields_of_checkrd(change: dict[str, Any], path: str) -> None:
    assert wrong(checkrd_shapes.New, {**CHECKRD, **change}) == [[path]]


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 1e-9},
        {"threshold": 5000},
        {"window_minutes": 1},
        {"window_minutes": None},
        {"cooldown_minutes": 0},
        {"cooldown_minutes": None},
        {"unknown": {"anything": 1}},
        {"agent_id": AGENT.upper()},
    ],
)
def test_fields_that_checkrd_takes(change: dict[str, Any]) -> None:
    assert wrong(checkrd_shapes.New, {**CHECKRD, **change}) == []


@pytest.mark.parametrize("value", ["false", 0, 1, None, "yes"])
def test_a_toggle_is_true_or_false(value: Any) -> None:
    assert wrong(checkrd_shapes.Toggle, {"is_enabled": value}) == [["is_enabled"]]
    assert wrong(checkrd_shapes.Toggle, {}) == [["is_enabled"]]


NOW = dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("body", "end"),
    [
        ({"until": "2026-02-14T13:00:00Z"}, "13:00"),
        ({"until": "2026-02-14T14:00:00+01:00"}, "13:00"),
        ({"duration_minutes": 30}, "12:30"),
        ({"until": "2026-02-14T13:00:00Z", "duration_minutes": 30, "reason": "deploy"}, "13:00"),
    ],
)
def test_a_mute_ends(body: dict[str, Any], end: str) -> None:
    assert checkrd_shapes.until(filled(checkrd_shapes.Mute, body), NOW).strftime("%H:%M") == end


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "until"),
        ({"reason": "why"}, "until"),
        ({"until": "2026-02-14T12:00:00Z"}, "until"),
        ({"until": "2026-02-14T13:00:00"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"until": 1771070400}, "until"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": "30"}, "duration_minutes"),
        ({"duration_minutes": True}, "duration_minutes"),
    ],
)
def test_a_mute_without_a_sensible_end(body: dict[str, Any], path: str) -> None:
    with pytest.raises(ApiError) as refused:
        checkrd_shapes.until(filled(checkrd_shapes.Mute, body), NOW)
    assert refused.value.details[0]["path"] == [path]


WINDOW = {"days": ["Monday"], "start_time": "09:00", "end_time": "17:00"}


def schedule(**window: Any) -> dict[str, Any]:
    return {"active_schedule": {"enabled": True, "timezone": "UTC", "windows": [WINDOW | window]}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ""}, ["name"]),
        ({"name": " "}, ["name"]),
        ({"name": "\u3000"}, ["name"]),
        ({"name": "😀" * 256}, ["name"]),
        ({"name": None}, ["name"]),
        ({"metric_type": "cost"}, ["metric_type"]),
        ({"comparison_op": "eq"}, ["comparison_op"]),
        ({"threshold_value": -1}, ["threshold_value"]),
        *(({"threshold_value": each}, ["threshold_value"]) for each in NOT_NUMBERS),
        ({"time_window": "2m"}, ["time_window"]),
        ({"evaluation_frequency": "60m"}, ["evaluation_frequency"]),
        ({"description": "x" * 1001}, ["description"]),
        ({"labels": {"region": 7}}, ["labels", "region", "str"]),
        ({"labels": []}, ["labels"]),
        ({"threshold_type": "percent"}, ["threshold_type"]),
        ({"notification_channels": [{"type": "webhook"}] * 11}, ["notification_channels"]),
        ({"notification_channels": [{"type": "sms"}]}, ["notification_channels", 0]),
        ({"notification_channels": [{}]}, ["notification_channels", 0]),
        (schedule(days=["monday"]), ["active_schedule", "windows", 0, "days", 0]),
        (schedule(start_time="9:00"), ["active_schedule", "windows", 0, "start_time"]),
        (schedule(end_time="25:00"), ["active_schedule", "windows", 0, "end_time"]),
        ({"active_schedule": {"timezone": "Mars/Base"}}, ["active_schedule", "timezone"]),
    ],
)
def test_fields_of_vox(change: dict[str, Any], path: list[Any]) -> None:
    assert wrong(vox_shapes.New, {**VOX, **change})[0] == path


@pytest.mark.parametrize(
    "change",
    [
        {"name": "😀" * 255},
        {"name": " a "},
        {"threshold_value": 0},
        {"threshold_value": -0.0},
        {"threshold_value": 0.5},
        {"time_window": "1m", "evaluation_frequency": "1d"},
        {"description": "x" * 1000},
        {"description": None},
        {"labels": {"region": ["eu", "us"], "team": "a"}},
        {"notification_channels": []},
        {"notification_channels": [{"type": "webhook"}] * 10},
        {"notification_channels": [{"type": "slack", "channel": "#a", "thread": 1}]},
        {"active_schedule": None},
        {"active_schedule": {"enabled": True, "timezone": "UTC", "windows": []}},
        schedule(start_time="22:00:30", end_time="06:00"),
        {"anything": "else"},
    ],
)
def test_fields_that_vox_takes(change: dict[str, Any]) -> None:
    assert wrong(vox_shapes.New, {**VOX, **change}) == []


@pytest.mark.parametrize(
    "raw", [{"recipients": ["a@b.example"]}, {"to": "a@b.example"}, {"email": "a@b.example"}]
)
def test_mail_goes_to_whatever_its_recipients_are_called(raw: dict[str, Any]) -> None:
    body = {**VOX, "notification_channels": [{"type": "email", **raw}]}
    fields = fields_of(filled(vox_shapes.New, body), {"from": "x@y.example"})
    config = {"from": "x@y.example", "to": ["a@b.example"]}
    assert fields["channels"] == [{"type": "email", "config": config}]


@given(st.integers(0, 2**64 - 1))
def test_ids_go_both_ways(number: int) -> None:
    alert_id = f"alt_{number:016x}"
    there = uuid_of(alert_id)
    assert wrong(checkrd_shapes.Change, {"agent_id": there}) == [], "it is a UUID"
    assert native_id(there) == native_id(there.upper()) == native_id(alert_id) == alert_id


@given(st.uuids())
def test_other_uuids_are_nobodys_id(other: Any) -> None:
    assert native_id(str(other)) == str(other)


ERRORS = [
    ApiError(401, "AUTH_REQUIRED", "a key is required"),
    ApiError(403, "FORBIDDEN", "members may not"),
    ApiError(404, "NOT_FOUND", "Alert not found"),
    ApiError(413, "PAYLOAD_TOO_LARGE", "the body is too large"),
    ApiError(429, "BACKPRESSURE", "busy", headers={"Retry-After": "2"}),
    ApiError(500, "INTERNAL_ERROR", "an internal error"),
]
TYPES = ["authentication_error", "permission_error", "not_found", "invalid_request_error", "rate_limit_error"]


@pytest.mark.parametrize(
    ("error", "kind"), list(zip(ERRORS, [*TYPES, "internal_error"], strict=True)), ids=str
)
def test_whatever_goes_wrong_is_worded_by_each(error: ApiError, kind: str) -> None:
    told = {name: getattr(voices, name)(error) for name in ("selftune", "checkrd", "vox")}
    assert {each.status for each in told.values()} == {error.status}
    bodies = {name: json.loads(each.body) for name, each in told.items()}
    assert bodies["selftune"] == {"error": "Unauthorized" if error.status == 401 else str(error)}
    said = {"type": kind, "code": error.code.lower(), "message": str(error)}
    assert bodies["checkrd"] == {"error": said}
    assert bodies["vox"] == {"detail": str(error)}
    assert told["checkrd"].headers.get("retry-after-ms") == ("2000" if error.status == 429 else None)
