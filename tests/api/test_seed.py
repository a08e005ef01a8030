"""Every `curl` that the product's first page prints, with its documented status and shape.

Placeholders are filled in as this table says, and nothing else is changed:

| printed | stands for |
|---|---|
| `localhost:3100` | the daemon under test |
| `alt_xyz789` | the id of an alert that exists |
| providers' own hosts (`hooks.slack.com`, …) where a message is really sent or probed | a fake provider on loopback |
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.house import Answer, House

PAGE = r"""
curl -s localhost:3100/api/v1/alerts | jq .

curl -X POST localhost:3100/api/v1/alerts \
-d '{
"name": "High error rate",
"q": "level=error | stats count as errors | where errors > 100",
"interval": "5m",
"channels": [
{
"type": "webhook",
"name": "Slack Ops",
"config": {
"url": "https://hooks.slack.com/services/T00/B00/xxx"
}
},
{
"type": "telegram",
"name": "SRE Chat",
"config": {
"bot_token": "TOKEN",
"chat_id": "CHANNEL",
"message_template": "{{.alert.name}}: {{.result.errors}} errors in last {{.alert.interval}}"
}
},
{
"type": "pagerduty",
"name": "P1 Escalation",
"config": {
"routing_key": "R012ABCDEF...",
"severity": "critical"
}
}
]
}'

curl -X POST localhost:3100/api/v1/alerts \
-d '{
"name": "5xx spike",
"q": "source=nginx status>=500 | stats count as cnt | where cnt > 50",
"interval": "1m",
"channels": [
{
"type": "webhook",
"config": {
"url": "https://hooks.slack.com/services/T00/B00/xxx"
}
}
]
}'

curl -X POST localhost:3100/api/v1/alerts \
-d '{
"name": "Database connection failures",
"q": "source=api-gateway message=\"connection refused\" | stats count as failures | where failures > 10",
"interval": "2m",
"channels": [
{
"type": "slack",
"name": "DB Alerts",
"config": {
"webhook_url": "https://hooks.slack.com/services/T00/B00/yyy",
"channel": "#db-alerts",
"username": "LynxDB",
"icon_emoji": ":rotating_light:"
}
}
]
}'

curl -X POST localhost:3100/api/v1/alerts \
-d '{
"name": "Database connection failures",
"q": "source=api-gateway message=\"connection refused\" | stats count as failures | where failures > 10",
"interval": "2m",
"channels": [
{
"type": "incidentio",
"name": "DB Incident",
"config": {
"api_key": "inc_live_xxxx",
"severity": "major",
"mode": "real"
}
},
{
"type": "slack",
"name": "DB Alerts",
"config": {
"webhook_url": "https://hooks.slack.com/services/T00/B00/yyy",
"channel": "#db-alerts"
}
}
]
}'

curl -X PUT localhost:3100/api/v1/alerts/alt_xyz789 \
-d '{
"name": "High error rate (updated threshold)",
"q": "level=error | stats count as errors | where errors > 200",
"interval": "5m",
"channels": [
{
"type": "slack",
"config": {
"webhook_url": "https://hooks.slack.com/services/T00/B00/xxx"
}
}
]
}'

curl -X DELETE localhost:3100/api/v1/alerts/alt_xyz789

curl -X POST localhost:3100/api/v1/alerts/alt_xyz789/test | jq .

curl -X POST localhost:3100/api/v1/alerts/alt_xyz789/test-channels | jq .
"""
PRINTED = [block for block in PAGE.strip().split("\n\n") if block]


@dataclass
class Curl:
    method: str
    path: str
    body: str | None


def read(block: str) -> Curl:
    words = shlex.split(block.removesuffix(" | jq .").replace("\\\n", " "))
    method, body, url = None, None, ""
    rest = iter(words[1:])
    for word in rest:
        match word:
            case "-s":
                pass
            case "-X":
                method = next(rest)
            case "-d":
                body = next(rest)
            case _:
                url = word
    assert url.startswith("localhost:3100/")
    return Curl(method or ("POST" if body else "GET"), url.removeprefix("localhost:3100"), body)


async def run(house: House, number: int, alert_id: str = "") -> Answer:
    """Send what `curl` sends, its content type for `-d` included."""
    curl = read(PRINTED[number])
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if curl.body else {}
    return await house.ask(curl.method, curl.path.replace("alt_xyz789", alert_id), curl.body, headers=headers)


async def existing(house: House) -> str:
    """An alert like the printed one, its providers on loopback."""
    channels = [
        {
            "type": "webhook",
            "name": "Slack Ops",
            "config": {"url": f"{house.provider.url}/services/T00/B00/xxx"},
        },
        {
            "type": "telegram",
            "name": "SRE Chat",
            "config": {"bot_token": "TOKEN", "chat_id": "CHANNEL", "api_url": house.provider.url},
        },
        {
            "type": "pagerduty",
            "name": "P1 Escalation",
            "config": {"routing_key": "R012ABCDEF", "severity": "critical", "api_url": house.provider.url},
        },
    ]
    found: str = (await house.create(interval="5m", channels=channels))["id"]
    return found


OBJECT = {"id": str, "name": str, "q": str, "interval": str, "channels": list, "enabled": bool, "status": str}


def has_the_shape(alert: dict[str, Any]) -> None:
    assert {name: type(alert[name]) for name in OBJECT} == OBJECT
    assert alert["last_triggered"] is None
    assert alert["last_checked"] is None
    assert all({"type", "name", "enabled", "config"} <= set(channel) for channel in alert["channels"])


def test_the_page_prints_nine_commands() -> None:
    assert len(PRINTED) == 9


async def test_list(house: House) -> None:
    alert_id = await existing(house)
    answer = await run(house, 0)
    assert answer.status == 200
    assert set(answer.body) == {"data"}
    assert set(answer.data) == {"alerts"}
    has_the_shape(next(each for each in answer.data["alerts"] if each["id"] == alert_id))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
async def test_create(house: House, number) -> None:
    answer = await run(house, number)
    assert answer.status == 201
    has_the_shape(answer.data)
    assert answer.data["status"] == "ok"
    assert answer.data["enabled"] is True
    assert all(channel["enabled"] is True for channel in answer.data["channels"])


async def test_create_with_three_channels_answers_as_printed(house: House) -> None:
    made = (await run(house, 1)).data
    assert [(each["type"], each["name"]) for each in made["channels"]] == [
        ("webhook", "Slack Ops"),
        ("telegram", "SRE Chat"),
        ("pagerduty", "P1 Escalation"),
    ]
    assert made["channels"][2]["config"]["severity"] == "critical"
    assert made["channels"][1]["config"]["chat_id"] == "CHANNEL"


async def test_a_channel_without_a_name_is_called_by_its_type(house: House) -> None:
    assert (await run(house, 2)).data["channels"][0]["name"] == "webhook"


async def test_put(house: House) -> None:
    alert_id = await existing(house)
    answer = await run(house, 5, alert_id)
    assert answer.status == 200
    has_the_shape(answer.data)
    assert answer.data["id"] == alert_id
    assert answer.data["name"] == "High error rate (updated threshold)"
    gone = await run(house, 5, "alt_xyz789")
    assert (gone.status, gone.error) == (404, {"code": "NOT_FOUND", "message": "Alert not found"})


async def test_delete(house: House) -> None:
    alert_id = await existing(house)
    answer = await run(house, 6, alert_id)
    assert (answer.status, answer.raw) == (204, b"")
    assert (await run(house, 6, alert_id)).status == 404


async def test_test(house: House) -> None:
    alert_id = await existing(house)
    await house.log(247)
    answer = await run(house, 7, alert_id)
    assert answer.status == 200
    found = answer.data
    assert found["would_trigger"] is True
    assert found["result"] == {"errors": 247}
    assert [
        {key: each[key] for key in ("type", "name", "status")} for each in found["channels_that_would_fire"]
    ] == [
        {"type": "webhook", "name": "Slack Ops", "status": "reachable"},
        {"type": "telegram", "name": "SRE Chat", "status": "reachable"},
        {"type": "pagerduty", "name": "P1 Escalation", "status": "reachable"},
    ]
    assert found["message"] == "Condition met: errors (247) > 100. Notifications NOT sent (test mode)."


async def test_test_channels(house: House) -> None:
    alert_id = await existing(house)
    answer = await run(house, 8, alert_id)
    assert answer.status == 200
    assert [{key: each[key] for key in ("type", "name", "status")} for each in answer.data["results"]] == [
        {"type": "webhook", "name": "Slack Ops", "status": "ok"},
        {"type": "telegram", "name": "SRE Chat", "status": "ok"},
        {"type": "pagerduty", "name": "P1 Escalation", "status": "ok"},
    ]
    assert all(set(each) == {"type", "name", "status", "latency_ms"} for each in answer.data["results"])


async def test_the_printed_validation_error(house: House) -> None:
    channels = [house.hook(), {"type": "telegram", "config": {"chat_id": "1"}}]
    answer = await house.ask(
        "POST", "/api/v1/alerts", {"name": "x", "q": "a", "interval": "5m", "channels": channels}
    )
    assert answer.status == 422
    assert answer.error["code"] == "VALIDATION_ERROR"
    assert answer.error["message"] == "channels[1].config.bot_token is required for type 'telegram'"


async def test_without_the_prefix_the_same_alerts_answer(house: House) -> None:
    alert_id = await existing(house)
    for path in ("/alerts", f"/alerts/{alert_id}"):
        assert (await house.ask("GET", path)).data == (await house.ask("GET", f"/api/v1{path}")).data
    assert (await house.ask("POST", f"/alerts/{alert_id}/test")).status == 200
    assert (await house.ask("POST", f"/alerts/{alert_id}/test-channels")).status == 200
