"""What the products' clients send in batches: the replies they wait for, and refusals in their words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRADING = {
    "grading_id": "g-1",
    "session_id": "s-1",
    "skill_name": "pdf",
    "graded_at": "2026-02-14T11:59:00Z",
    "pass_rate": 0.5,
}
SIGNAL = {
    "signal_id": "i-1",
    "timestamp": "2026-02-14T11:59:00Z",
    "session_id": "s-1",
    "query": "split",
    "signal_type": "unmatched",
    "consumed": False,
}


def documented(**data: Any) -> dict[str, Any]:
    return {"workspace_id": "w", "cli_version": "1", "pushed_at": "2026-02-14T12:00:00Z", "data": data}


async def test_a_push_satisfies_the_page_and_the_command_line(shared: House) -> None:
    data = {
        "sessions": [{"session_id": "s-1"}, {"session_id": "s-2"}],
        "grading_results": [GRADING],
        "prompts": [],
    }
    answer = await shared.ask("POST", "/v2/push", documented(**data))
    assert answer.status == 200
    push_id = answer.body.pop("push_id")
    assert len(push_id) == 36
    body = {key: value for key, value in answer.body.items() if key != "push_id"}
    assert body == {
        "ok": True,
        "accepted": {"sessions": 2, "prompts": 0, "grading_results": 1},
        "status": "accepted",
        "success": True,
        "errors": [],
    }


@pytest.mark.parametrize("path", ["/v2/push", "/api/v1/push"])
async def test_a_push_under_a_known_id_is_409(shared: House, path: str) -> None:
    body = {"push_id": f"id of {path}", "canonical": {"sessions": [{"session_id": "again"}]}}
    first = await shared.ask("POST", path, body)
    assert (first.status, first.body["push_id"]) == (200, f"id of {path}")
    again = await shared.ask("POST", path, body)
    assert (again.status, again.body) == (409, {"error": f"push id of {path} was accepted before"})


async def test_a_signal_pushed_again_counts_once_as_it_was_last(shared: House) -> None:
    await shared.ask("POST", "/v2/push", documented(improvement_signals=[SIGNAL]))
    await shared.ask("POST", "/v2/push", documented(improvement_signals=[SIGNAL | {"consumed": True}]))
    q = 'source="selftune/improvement_signals" | dedup signal_id | table signal_id, consumed'
    assert (await shared.asked({"q": q})).data["rows"] == [{"signal_id": "i-1", "consumed": True}]


async def test_a_record_that_is_asked_for_is_not_known(shared: House) -> None:
    assert (await shared.ask("HEAD", "/api/v1/push/some-record")).status == 404


def wrong(*path: str | int, message: str) -> dict[str, Any]:
    return {"error": "Validation failed", "details": {"path": list(path), "message": message}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            documented(grading_results=[GRADING, GRADING | {"pass_rate": 1.0001}]),
            wrong("data", "grading_results", 1, "pass_rate", message="must be a number between 0 and 1"),
        ),
        (
            documented(grading_results=[GRADING | {"pass_rate": True}]),
            wrong("data", "grading_results", 0, "pass_rate", message="must be a number between 0 and 1"),
        ),
        (
            documented(grading_results=[GRADING | {"passed_count": -1}]),
            wrong("data", "grading_results", 0, "passed_count", message="must be a whole number from 0 on"),
        ),
        (
            documented(grading_results=[GRADING | {"claims_json": {}}]),
            wrong("data", "grading_results", 0, "claims_json", message="must be a text"),
        ),
        (
            documented(grading_results=[GRADING | {"graded_at": "yesterday"}]),
            wrong("data", "grading_results", 0, "graded_at", message="must be an ISO 8601 timestamp"),
        ),
        (
            documented(improvement_signals=[{**SIGNAL, "consumed": None}]),
            wrong("data", "improvement_signals", 0, "consumed", message="must be true or false"),
        ),
        (documented(sessions=["s-1"]), wrong("data", "sessions", 0, message="must be an object")),
        (documented(sessions={}), wrong("data", "sessions", message="must be an array")),
        ({"canonical": {}}, wrong("push_id", message="Required")),
        ({}, wrong("data", message="Required")),
        ([], wrong(message="the body must be an object")),
        ('{"data":', {"error": "Expecting value (line 1, column 9)"}),
        ("", {"error": "the body is empty"}),
    ],
)
async def test_a_push_that_is_refused(shared: House, body: Any, expected: dict[str, Any]) -> None:
    answer = await shared.ask("POST", "/v2/push", body)
    assert (answer.status, answer.body) == (400, expected)


async def test_nulls_where_the_page_has_them(shared: House) -> None:
    nulls = dict.fromkeys(("pass_rate", "mean_score", "total_count", "claims_json", "execution_metrics_json"))
    answer = await shared.ask("POST", "/v2/push", documented(grading_results=[GRADING | nulls]))
    assert answer.status == 200


async def test_telemetry_counts_a_batch_and_takes_it_once(shared: House) -> None:
    event = {"agent_id": "a-once", "status": "ok", "timestamp": "2026-02-14T11:59:00Z"}
    body = {"events": [event] * 1000, "sdk_version": "0.3.8"}
    for _ in range(2):
        answer = await shared.ask("POST", "/v1/telemetry", body, headers={"Idempotency-Key": "batch-1"})
        assert (answer.status, answer.body) == (200, {"accepted": 1000})
    found = await shared.asked({"q": 'source="checkrd/telemetry" agent_id="a-once" | stats count'})
    assert found.data["rows"] == [{"count": 1000}]


@pytest.mark.parametrize(
    ("body", "code", "param", "message"),
    [
        ({}, "missing_required_field", "events", "events is required"),
        ({"events": {}}, "invalid_field", "events", "events must be an array"),
        ({"events": [{}] * 1001}, "invalid_field", "events", "events must be at most 1,000"),
        ({"events": [{}]}, "missing_required_field", "events.0.agent_id", "events.0.agent_id is required"),
        (
            {"events": [{"agent_id": "a"}, {"agent_id": "a", "error": "yes"}]},
            "invalid_field",
            "events.1.error",
            "events.1.error must be true or false",
        ),
        (
            {"events": [{"agent_id": "a", "latency_ms": -1}]},
            "invalid_field",
            "events.0.latency_ms",
            "events.0.latency_ms must be a number from 0 on",
        ),
    ],
)
async def test_telemetry_that_is_refused(
    shared: House, body: Any, code: str, param: str, message: str
) -> None:
    answer = await shared.ask("POST", "/v1/telemetry", body)
    said = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
    assert (answer.status, answer.body) == (400, {"error": said})


async def test_telemetry_that_is_no_json(shared: House) -> None:
    answer = await shared.ask("POST", "/v1/telemetry", "{")
    assert answer.status == 400
    assert answer.body["error"]["code"] == "invalid_json"


async def test_call_events_alone_and_together(shared: House) -> None:
    event = {"call_id": "c", "event": "start", "timestamp": 1771070390250, "labels": {"region": "eu"}}
    for body, count in ((event, 1), ([event, event], 2), ({"events": [event]}, 1)):
        answer = await shared.ask("POST", "/v3/call-events", body)
        assert (answer.status, answer.body) == (200, {"accepted": count})


@pytest.mark.parametrize(
    ("change", "loc", "kind"),
    [
        ({"event": "ring"}, ["body", "event"], "value_error"),
        ({"timestamp": "now"}, ["body", "timestamp"], "value_error"),
        ({"timestamp": True}, ["body", "timestamp"], "value_error"),
        ({"labels": {"a": 1}}, ["body", "labels"], "value_error"),
        ({"call_id": None}, ["body", "call_id"], "value_error"),
    ],
)
async def test_call_events_that_are_refused(shared: House, change: Any, loc: Any, kind: str) -> None:
    event = {"call_id": "c", "event": "start", "timestamp": 1771070390250}
    answer = await shared.ask("POST", "/v3/call-events", {**event, **change})
    assert answer.status == 422
    assert [(each["loc"], each["type"]) for each in answer.body["detail"]] == [(loc, kind)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/push/x/y", {"error": "nothing at /v2/push/x/y"}),
        ("/v3/nothing", {"detail": "nothing at /v3/nothing"}),
        (
            "/v1/telemetry/x",
            {"error": {"type": "not_found", "code": "not_found", "message": "nothing at /v1/telemetry/x"}},
        ),
    ],
)
async def test_an_unknown_address_is_told_in_the_words_spoken_there(
    shared: House, path: str, body: Any
) -> None:
    answer = await shared.ask("GET", path)
    assert (answer.status, answer.body) == (404, body)
