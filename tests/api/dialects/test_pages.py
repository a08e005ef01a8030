"""Every `curl` that the pages of selftune, Checkrd and Vox print, with its documented status and shape.

Placeholders are filled in as this table says, and nothing else is changed:

| printed | stands for |
|---|---|
| `https://api.selftune.dev`, `https://api.checkrd.io`, `https://client-api.tryvox.co` | the daemon under test |
| `01916a3e-7b2c-...`, `01916d00-...` | a whole UUID; the id of an alert that exists |
| `[email protected]` | `oncall@example.com` |
| `"<string>"` as a time of day, as a zone | `09:00`, `17:00`; `Asia/Seoul` |
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from lynxalert.api.dialects.ids import uuid_of
from tests.api.house import Answer, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SELFTUNE = r"""
curl -X POST https://api.selftune.dev/api/v1/alerts \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "skill_id": "550e8400-e29b-41d4-a716-446655440000",
    "type": "pass_rate_below",
    "threshold": 0.8,
    "channel": "slack",
    "config": {
      "slack_webhook_url": "https://hooks.slack.com/services/..."
    }
  }'

curl -X POST https://api.selftune.dev/api/v1/alerts \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "skill_id": "550e8400-e29b-41d4-a716-446655440000",
    "type": "no_data",
    "threshold": 7,
    "channel": "email",
    "config": {
      "email": "[email protected]"
    }
  }'

curl -X POST https://api.selftune.dev/api/v1/alerts \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "type": "pass_rate_below",
    "threshold": 0.7,
    "channel": "slack",
    "config": {
      "slack_webhook_url": "https://hooks.slack.com/services/..."
    }
  }'
"""
CREATE_AGENT_ALERT = r"""
curl -X POST https://api.checkrd.io/v1/alerts \
  -H "Authorization: Bearer YOUR_JWT_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "agent_id": "01916a3e-7b2c-...",
    "condition_type": "error_rate",
    "threshold": 0.05,
    "channel": "email",
    "channel_target": "oncall@company.com"
  }'
"""
TOGGLE_AGENT_ALERT = r"""
curl -X POST https://api.checkrd.io/v1/alerts/01916d00-.../toggle \
  -H "Authorization: Bearer YOUR_JWT_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"is_enabled": false}'
"""
CREATE_RULE = r"""
curl --request POST \
  --url https://client-api.tryvox.co/v3/alert-rules \
  --header 'Authorization: Bearer <token>' \
  --header 'Content-Type: application/json' \
  --data '
{
  "name": "<string>",
  "metric_type": "call_count",
  "comparison_op": "gt",
  "threshold_value": 1,
  "time_window": "1m",
  "evaluation_frequency": "1m",
  "description": "<string>",
  "labels": {},
  "threshold_type": "absolute",
  "notification_channels": [
    {
      "type": "webhook"
    }
  ],
  "active_schedule": {
    "enabled": true,
    "timezone": "<string>",
    "windows": [
      {
        "days": [
          "Monday"
        ],
        "start_time": "<string>",
        "end_time": "<string>"
      }
    ]
  }
}
'
"""
AGENT = "01916a3e-7b2c-7000-8000-000000000001"
FILLED = (
    ("[email protected]", "oncall@example.com"),
    ("01916a3e-7b2c-...", AGENT),
    ('"timezone": "<string>"', '"timezone": "Asia/Seoul"'),
    ('"start_time": "<string>"', '"start_time": "09:00"'),
    ('"end_time": "<string>"', '"end_time": "17:00"'),
)
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def run(house: House, printed: str, *filled: tuple[str, str]) -> Answer:
    for placeholder, value in (*FILLED, *filled):
        printed = printed.replace(placeholder, value)
    words = iter(shlex.split(printed.replace("\\\n", " "))[1:])
    method, url, body, headers = "GET", "", None, {}
    for word in words:
        match word:
            case "-X" | "--request":
                method = next(words)
            case "-H" | "--header":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d" | "--data":
                body = next(words)
            case "--url":
                url = next(words)
            case _:
                url = word
    path = "/" + url.removeprefix("https://").partition("/")[2]
    return await house.ask(method, path, body, headers=headers)


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_selftune(shared: House, number: int) -> None:
    answer = await run(shared, SELFTUNE.strip().split("\n\n")[number])
    assert answer.status == 201
    made = answer.body
    assert UUID.fullmatch(made.pop("id"))
    assert SECOND.fullmatch(made.pop("created_at"))
    skill = "550e8400-e29b-41d4-a716-446655440000"
    assert (
        made
        == [
            {"skill_id": skill, "type": "pass_rate_below", "threshold": 0.8, "channel": "slack"},
            {"skill_id": skill, "type": "no_data", "threshold": 7.0, "channel": "email"},
            {"skill_id": None, "type": "pass_rate_below", "threshold": 0.7, "channel": "slack"},
        ][number]
    )


async def test_checkrd_creates(shared: House) -> None:
    answer = await run(shared, CREATE_AGENT_ALERT)
    assert answer.status == 200
    made = answer.body
    assert UUID.fullmatch(made.pop("id"))
    assert SECOND.fullmatch(made.pop("created_at"))
    assert made == {
        "agent_id": AGENT,
        "condition_type": "error_rate",
        "threshold": 0.05,
        "window_minutes": 15,
        "channel": "email",
        "channel_target": "oncall@company.com",
        "cooldown_minutes": 60,
        "notification_count": 0,
        "is_enabled": True,
        "last_triggered_at": None,
        "muted_until": None,
        "alert_state": "ok",
        "last_value": None,
        "last_evaluated_at": None,
    }


async def test_checkrd_toggles(shared: House) -> None:
    made = (await run(shared, CREATE_AGENT_ALERT)).body
    answer = await run(shared, TOGGLE_AGENT_ALERT, ("01916d00-...", made["id"]))
    assert (answer.status, answer.body) == (200, {**made, "is_enabled": False})


@pytest.mark.parametrize("url", [None, "https://hooks.example.com/secret"])
async def test_vox_creates(shared: House, url: str | None) -> None:
    filled = [('"type": "webhook"', f'"type": "webhook", "url": "{url}"')] if url else []
    answer = await run(shared, CREATE_RULE, *filled)
    assert answer.status == 201
    made = answer.body
    assert isinstance(made.pop("id"), str)
    assert made.pop("created_at") == made.pop("updated_at") == 1771070400000
    masked = {"url": "https://hooks.example.com/..."} if url else {}
    assert made == {
        "name": "<string>",
        "metric_type": "call_count",
        "labels": {},
        "threshold_type": "absolute",
        "comparison_op": "gt",
        "threshold_value": 1,
        "time_window": "1m",
        "evaluation_frequency": "1m",
        "enabled": True,
        "status": "active",
        "notification_channels": [{"type": "webhook", **masked}],
        "paused": False,
        "description": "<string>",
        "active_schedule": {
            "enabled": True,
            "timezone": "Asia/Seoul",
            "windows": [{"days": ["Monday"], "start_time": "09:00", "end_time": "17:00"}],
        },
        "paused_until": None,
        "last_notified_at": None,
    }


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/alerts", "/compat/selftune/alerts"])
@pytest.mark.parametrize(
    ("kind", "threshold", "message"),
    [
        ("pass_rate_below", 75, "pass_rate_below threshold must be between 0 and 1"),
        ("no_data", 100, "no_data threshold must be between 0 and 90 days"),
    ],
)
async def test_the_errors_that_selftune_prints(
    shared: House, path: str, kind: str, threshold: float, message: str
) -> None:
    config = {"slack_webhook_url": "https://hooks.slack.com/services/..."}
    body = {"type": kind, "threshold": threshold, "channel": "slack", "config": config}
    answer = await shared.ask("POST", path, body)
    details = {"path": ["threshold"], "message": message}
    assert (answer.status, answer.body) == (400, {"error": "Validation failed", "details": details})


async def test_the_pages_print_six_commands_beside_the_nine_of_the_first() -> None:
    printed = SELFTUNE + CREATE_AGENT_ALERT + TOGGLE_AGENT_ALERT + CREATE_RULE
    assert len(re.findall(r"^curl ", printed, re.MULTILINE)) == 6


async def test_every_dialect_and_the_native_interface_see_the_same_alert(shared: House) -> None:
    made = (await run(shared, CREATE_AGENT_ALERT)).body
    native = next(
        each
        for each in (await shared.ask("GET", "/api/v1/alerts")).data["alerts"]
        if uuid_of(each["id"]) == made["id"]
    )
    assert (native["type"], native["threshold"], native["interval"]) == ("error_rate", 0.05, "1m")
    assert (native["window"], native["cooldown"], native["agent_id"]) == ("15m", "1h", AGENT)
    assert native["name"] == f"Error rate of {AGENT} above 0.05"
    changed = await shared.ask("PATCH", f"/api/v1/alerts/{native['id']}", {"threshold": 0.5, "window": "5m"})
    assert changed.status == 200, changed.raw
    seen = (await shared.ask("GET", f"/v1/alerts/{made['id']}")).body
    assert (seen["threshold"], seen["window_minutes"]) == (0.5, 5)
    assert (await shared.ask("GET", f"/v1/alerts/{native['id']}")).body == seen
    assert (await shared.ask("GET", f"/v3/alert-rules/{native['id']}")).status == 404
    gone = await shared.ask("DELETE", f"/v1/alerts/{made['id']}")
    assert (gone.status, json.loads(gone.raw)) == (200, {"success": True})
    assert (await shared.ask("GET", f"/api/v1/alerts/{native['id']}")).status == 404


async def test_a_native_alert_is_seen_by_the_dialect_of_its_type(shared: House) -> None:
    fields: dict[str, Any] = {"type": "no_data", "skill_name": "pdf", "interval": "5m"}
    body = {**fields, "channels": [shared.hook()]}
    native = (await shared.ask("POST", "/api/v1/alerts", body)).data
    seen = (await shared.ask("GET", f"/compat/selftune/alerts/{uuid_of(native['id'])}")).body
    assert (seen["type"], seen["threshold"], seen["channel"]) == ("no_data", 7.0, "webhook")
    assert seen in (await shared.ask("GET", "/compat/selftune/alerts")).body["alerts"]
