"""selftune's alerts over HTTP: read, deleted, refused; the skills they name; what a channel without an address comes to."""

from __future__ import annotations

from typing import Any

import pytest

from lynxalert.api.dialects.ids import native_id
from tests.api.house import MINUTE, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALERTS = "/compat/selftune/alerts"
DISCORD = {
    "type": "no_data",
    "channel": "discord",
    "config": {"discord_webhook_url": "https://discordapp.com/api/webhooks/YOUR/WEBHOOK"},
}


async def test_an_alert_from_beginning_to_end(shared: House) -> None:
    made = (await shared.ask("POST", ALERTS, DISCORD)).body
    assert (made["threshold"], made["channel"], made["skill_id"]) == (7.0, "discord", None)
    native = (await shared.ask("GET", f"/api/v1/alerts/{native_id(made['id'])}")).data
    assert [each["type"] for each in native["channels"]] == ["discord"]
    assert (await shared.ask("GET", f"{ALERTS}/{made['id']}")).body == made
    assert made in (await shared.ask("GET", ALERTS)).body["alerts"]
    assert (await shared.ask("DELETE", f"{ALERTS}/{made['id']}")).status == 204
    gone = await shared.ask("DELETE", f"{ALERTS}/{made['id']}")
    assert (gone.status, gone.body) == (404, {"error": "Alert not found"})


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"config": {}}, ["config", "discord_webhook_url"], "Required"),
        ({"config": {"discord_webhook_url": 7}}, ["config", "discord_webhook_url"], "must be a text"),
        ({"channel": "email", "config": {"email": ""}}, ["config", "email"], None),
        (
            {"channel": "email", "config": {"email": "nobody"}},
            ["config", "email"],
            "must be e-mail addresses",
        ),
        ({"channel": "webhook", "config": {"webhook_url": "x"}}, ["config", "webhook_url"], None),
        ({"channel": "webhook", "config": {"webhook_url": ""}}, ["config", "webhook_url"], None),
        ({"threshold": "7"}, ["threshold"], None),
    ],
)
async def test_a_body_that_is_refused(
    shared: House, change: dict[str, Any], path: list[str], message: str | None
) -> None:
    for address in (ALERTS, "/api/v1/alerts"):
        answer = await shared.ask("POST", address, {**DISCORD, **change})
        assert (answer.status, answer.body["error"]) == (400, "Validation failed"), answer.raw
        assert answer.body["details"]["path"] == path
        assert message in (None, answer.body["details"]["message"])


async def test_json_errors_are_native_where_both_products_make_alerts(shared: House) -> None:
    broken = '{"type": "no_data", "threshold": 1e309'
    assert (await shared.ask("POST", "/api/v1/alerts", broken)).body["error"]["code"] == "INVALID_JSON"
    answer = await shared.ask("POST", ALERTS, broken)
    assert answer.status == 400
    assert isinstance(answer.body["error"], str)


async def test_skills_have_ids(shared: House) -> None:
    given = "550e8400-e29b-41d4-a716-446655440000"
    at = "2026-02-14T11:59:00Z"
    data = {
        "skill_invocations": [
            {"session_id": "s", "skill_name": "pdf", "occurred_at": at},
            {"session_id": "s", "skill_name": "csv", "skill_id": given, "occurred_at": at},
        ]
    }
    assert (await shared.ask("POST", "/v2/push", {"workspace_id": "ws-1", "data": data})).status == 200
    await shared.asked({"q": "*"})
    skills = (await shared.ask("GET", "/compat/selftune/skills")).body["skills"]
    assert [(each["skill_name"], each["skill_id"]) for each in skills] == [
        ("csv", given),
        ("pdf", "858b3421-7569-5802-94f2-943ddc63ed4e"),
    ]


async def test_a_channel_without_an_address_fails_and_says_why(shared: House) -> None:
    rule = {
        "name": "Silent",
        "metric_type": "call_count",
        "comparison_op": "gte",
        "threshold_value": 0,
        "time_window": "1m",
        "evaluation_frequency": "1m",
        "notification_channels": [{"type": "webhook"}],
    }
    made = (await shared.ask("POST", "/v3/alert-rules", rule)).body
    await shared.clock.advance(MINUTE)

    async def failed() -> Any:
        path = f"/api/v1/alerts/{made['id']}/notifications"
        return (await shared.ask("GET", path)).data["notifications"]

    (owed,) = await shared.until(failed)
    assert (owed["status"], owed["reason"]) == ("failed", "unconfigured")
    assert (await shared.ask("GET", f"/v3/alert-rules/{made['id']}")).body["last_notified_at"] is None
