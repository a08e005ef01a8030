"""Vox's rules over HTTP: updates, the derived status, channels as they were sent, errors; and the native view of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULE = {
    "name": "Calls",
    "metric_type": "call_count",
    "comparison_op": "lt",
    "threshold_value": 50,
    "time_window": "1h",
    "evaluation_frequency": "5m",
    "threshold_type": "relative",
    "labels": {"region": ["eu", "us"]},
}
PATH = "/v3/alert-rules"


async def create(house: House, **change: Any) -> dict[str, Any]:
    answer = await house.ask("POST", PATH, {**RULE, **change})
    assert answer.status == 201, answer.raw
    found: dict[str, Any] = answer.body
    return found


async def update(house: House, rule: dict[str, Any], method: str = "PATCH", **change: Any) -> dict[str, Any]:
    answer = await house.ask(method, f"{PATH}/{rule['id']}", change)
    assert answer.status == 200, answer.raw
    found: dict[str, Any] = answer.body
    return found


async def test_a_rule_natively(shared: House) -> None:
    made = await create(shared)
    native = (await shared.ask("GET", f"/api/v1/alerts/{made['id']}")).data
    assert native["when"] == {"type": "relative", "field": "call_count", "percent": 50, "op": "lt"}
    assert (native["interval"], native["window"], native["filter"]) == ("5m", "1h", RULE["labels"])
    assert native["channels"] == []
    assert {name: made[name] for name in RULE} == RULE
    seen = await shared.ask("PATCH", f"/api/v1/alerts/{made['id']}", {"severity": "critical"})
    assert seen.status == 200, "it may go on without channels"
    assert (await shared.ask("DELETE", f"{PATH}/{made['id']}")).status == 204
    gone = await shared.ask("GET", f"{PATH}/{made['id']}")
    assert (gone.status, gone.body) == (404, {"detail": "Alert rule not found"})


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_the_status_is_derived(shared: House, method: str) -> None:
    made = await create(shared, enabled=False, paused=True)
    assert (made["enabled"], made["paused"], made["status"]) == (True, False, "active")
    paused = await update(shared, made, method, paused=True, paused_until=1771074000000)
    assert (paused["paused"], paused["paused_until"], paused["status"]) == (True, 1771074000000, "paused")
    both = await update(shared, made, method, enabled=False)
    assert (both["paused"], both["status"]) == (True, "disabled")
    again = await update(shared, made, method, enabled=True, paused=False)
    assert (again["paused_until"], again["status"]) == (None, "active")
    assert {name: again[name] for name in RULE} == RULE


async def test_a_later_evaluation_than_the_window_allows_gaps(shared: House) -> None:
    made = await create(shared, time_window="1m", evaluation_frequency="1d")
    assert (await shared.ask("GET", f"/api/v1/alerts/{made['id']}")).data["allow_gaps"] is True
    await update(shared, made, evaluation_frequency="1m")
    assert (await shared.ask("GET", f"/api/v1/alerts/{made['id']}")).data["allow_gaps"] is False


async def test_channels_are_shown_as_they_were_sent_without_secrets(shared: House) -> None:
    channels = [
        {
            "type": "webhook",
            "url": "https://example.com/secret-canary",
            "retries": 3,
            "auth_token": "secret-canary",
        },
        {"type": "email", "recipients": ["a@b.example"], "cc": None},
        {
            "type": "slack",
            "webhook_url": "https://hooks.slack.com/services/T/B/secret-canary",
            "channel": "#a",
        },
        {"type": "slack", "channel": "#b"},
        {"type": "webhook"},
    ]
    made = await create(shared, notification_channels=channels)
    shown = made["notification_channels"]
    assert "canary" not in str(made)
    assert [set(each) for each in shown] == [set(each) for each in channels]
    assert shown[0]["retries"] == 3
    assert (shown[1], shown[3], shown[4]) == (channels[1], channels[3], channels[4])
    assert (await update(shared, made, name="Renamed"))["notification_channels"] == shown
    path = f"/api/v1/alerts/{made['id']}"
    native = (await shared.ask("GET", path)).data
    assert [each["type"] for each in native["channels"]] == [each["type"] for each in channels]
    assert (await shared.ask("PATCH", path, {"channels": [shared.hook()]})).status == 200
    changed = (await shared.ask("GET", f"{PATH}/{made['id']}")).body["notification_channels"]
    assert [each["type"] for each in changed] == ["webhook"]


async def test_a_schedule_that_is_off(shared: House) -> None:
    window = {"days": ["Monday"], "start_time": "09:00:30", "end_time": "17:00"}
    schedule = {"enabled": False, "timezone": "Asia/Seoul", "windows": [window]}
    made = await create(shared, active_schedule=schedule)
    assert made["active_schedule"] == schedule
    path = f"/api/v1/alerts/{made['id']}"
    assert (await shared.ask("GET", path)).data["active_schedule"] is None
    on = await update(shared, made, active_schedule={**schedule, "enabled": True})
    assert on["active_schedule"] == {**schedule, "enabled": True}
    native = (await shared.ask("GET", path)).data["active_schedule"]
    assert native == {"timezone": "Asia/Seoul", "windows": [{**window, "start_time": "09:00"}]}
    assert (await update(shared, made, active_schedule=None))["active_schedule"] is None
    assert (await shared.ask("GET", path)).data["active_schedule"] is None


async def test_everything_that_is_wrong_is_told(shared: House) -> None:
    answer = await shared.ask(
        "POST", PATH, {**RULE, "name": " ", "threshold_value": "1", "time_window": None}
    )
    assert answer.status == 422
    assert [each["loc"] for each in answer.body["detail"]] == [
        ["body", "name"],
        ["body", "threshold_value"],
        ["body", "time_window"],
    ]
    assert all(set(each) == {"loc", "msg", "type"} for each in answer.body["detail"])
    url = {"type": "webhook", "url": "no address"}
    refused = await shared.ask("POST", PATH, {**RULE, "notification_channels": [{"type": "webhook"}, url]})
    assert refused.status == 422
    assert [each["loc"] for each in refused.body["detail"]] == [["body", "notification_channels", 1, "url"]]
    label = await shared.ask("POST", PATH, {**RULE, "labels": {"region": []}})
    assert (label.status, label.body["detail"][0]["loc"]) == (422, ["body", "labels"])
    for body in ("{", "[]"):
        assert (await shared.ask("POST", PATH, body)).status == 422


async def test_a_list(shared: House) -> None:
    made = await create(shared)
    listed = (await shared.ask("GET", PATH)).body
    assert made in listed["data"]
    assert all(each["metric_type"] for each in listed["data"])
