"""Without a key, or with one that may not: each dialect says so in its own words."""

from __future__ import annotations

from typing import Any

from tests.api.house import CONFIG, living

LOCKED = CONFIG.replace("[server]", '[server]\nauth = "keys"')
RULE: dict[str, Any] = {
    "agent_id": "01916a3e-7b2c-7000-8000-000000000001",
    "condition_type": "error_rate",
    "threshold": 0.5,
    "channel": "email",
    "channel_target": "oncall@example.com",
}


SILENT = """
[alerts.silent]
type = "error_rate"
threshold = 0.5
interval = "1m"
window = "5m"
channels = []
"""


async def test_an_alert_of_the_file_without_channels_is_not_given_half_a_channel(tmp_path) -> None:
    async with living(tmp_path, CONFIG + SILENT) as house:
        [listed] = (await house.ask("GET", "/v1/alerts")).body["data"]
        assert listed["channel"] is None
        for change, status in (({"channel_target": "a@example.com"}, 400), ({"threshold": 0.2}, 409)):
            answer = await house.ask("PUT", f"/v1/alerts/{listed['id']}", change)
            assert (answer.status, set(answer.body)) == (status, {"error"}), change


async def test_refusals_are_worded_by_the_dialect(tmp_path) -> None:
    async with living(tmp_path, LOCKED) as house:
        for method, path in (("POST", "/v2/push"), ("GET", "/compat/selftune/alerts")):
            answer = await house.ask(method, path, "{}")
            assert (answer.status, answer.body) == (401, {"error": "Unauthorized"})
        for method, path in (("GET", "/v1/alerts"), ("POST", "/v1/telemetry")):
            answer = await house.ask(method, path, "{}")
            assert (answer.status, answer.body["error"]["type"]) == (401, "authentication_error")
        for method, path in (("GET", "/v3/alert-rules"), ("POST", "/v3/call-events")):
            answer = await house.ask(method, path, "{}", headers={"Authorization": "Bearer wrong"})
            assert (answer.status, set(answer.body)) == (401, {"detail"})
        admin = {"Authorization": f"Bearer {house.first_key}"}
        key = (await house.ask("POST", "/api/v1/keys", {"name": "m", "role": "member"}, headers=admin)).data[
            "key"
        ]
        member = {"Authorization": f"Bearer {key}"}
        made = await house.ask("POST", "/v1/alerts", RULE, headers=member)
        path = f"/v1/alerts/{made.body['id']}"
        refused = await house.ask("DELETE", path, headers=member)
        assert (refused.status, refused.body["error"]["type"]) == (403, "permission_error")
        assert (await house.ask("DELETE", path, headers=admin)).body == {"success": True}
