"""Checkrd's alerts over HTTP: partial changes, mutes, pages, errors; and what the native interface makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from lynxalert.api.dialects.ids import native_id
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT = "01916a3e-7b2c-7000-8000-000000000009"


async def create(house: House, **change: Any) -> dict[str, Any]:
    fields = {
        "agent_id": AGENT,
        "condition_type": "latency_p99",
        "threshold": 500,
        "channel": "webhook",
        "channel_target": f"{house.provider.url}/secret-path",
    }
    answer = await house.ask("POST", "/v1/alerts", {**fields, **change})
    assert answer.status == 200, answer.raw
    found: dict[str, Any] = answer.body
    return found


async def put(house: House, alert: dict[str, Any], change: Any) -> dict[str, Any]:
    answer = await house.ask("PUT", f"/v1/alerts/{alert['id']}", change)
    assert answer.status == 200, answer.raw
    found: dict[str, Any] = answer.body
    return found


async def test_a_change_leaves_the_rest(shared: House) -> None:
    made = await create(shared, window_minutes=5, cooldown_minutes=10)
    assert await put(shared, made, {}) == made
    assert await put(shared, made, {"threshold": 900}) == {**made, "threshold": 900}
    changed = await put(shared, made, {"window_minutes": None, "cooldown_minutes": None})
    assert (changed["window_minutes"], changed["cooldown_minutes"]) == (15, 60)
    same = await put(shared, made, {**changed, "threshold": 900})
    assert same == changed, "what was read may be sent back, its mask included"
    config = (await shared.ask("GET", f"/api/v1/alerts/{native_id(made['id'])}")).data["channels"][0][
        "config"
    ]
    assert config["url"] == same["channel_target"] != f"{shared.provider.url}/secret-path"


async def test_a_change_of_the_condition(shared: House) -> None:
    made = await create(shared)
    changed = await put(shared, made, {"condition_type": "volume_drop", "threshold": 0.5})
    assert (changed["condition_type"], changed["threshold"]) == ("volume_drop", 0.5)
    assert changed["channel_target"] == made["channel_target"]


async def test_what_the_dialect_does_not_know_stays(shared: House) -> None:
    made = await create(shared)
    path = f"/api/v1/alerts/{native_id(made['id'])}"
    assert (await shared.ask("PATCH", path, {"labels": {"team": "a"}, "severity": "critical"})).status == 200
    await put(shared, made, {"threshold": 1})
    native = (await shared.ask("GET", path)).data
    assert (native["labels"], native["severity"], native["threshold"]) == ({"team": "a"}, "critical", 1)


async def test_a_mute_and_its_end(shared: House) -> None:
    made = await create(shared)
    path = f"/v1/alerts/{made['id']}"
    muted = await shared.ask("POST", f"{path}/mute", {"until": "2030-01-01T00:00:00Z", "reason": "deploy"})
    assert (muted.status, muted.body["muted_until"]) == (200, "2030-01-01T00:00:00Z")
    native = (await shared.ask("GET", f"/api/v1/alerts/{native_id(made['id'])}")).data
    assert native["muted"]["reason"] == "deploy"
    assert (await shared.ask("POST", f"{path}/unmute")).body["muted_until"] is None
    refused = await shared.ask("POST", f"{path}/mute", {})
    error = {
        "type": "invalid_request_error",
        "code": "missing_required_field",
        "message": "until is required",
        "param": "until",
    }
    assert (refused.status, refused.body) == (400, {"error": error})


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"channel_target": "not an address"}, "channel_target"),
        ({"channel": "email"}, "channel_target"),
        ({"channel": "email", "channel_target": "nobody"}, "channel_target"),
        ({"channel_target": "ftp://example.com/x"}, "channel_target"),
        ({"threshold": 0}, "threshold"),
    ],
)
async def test_a_change_that_is_refused(shared: House, change: dict[str, Any], param: str) -> None:
    made = await create(shared)
    answer = await shared.ask("PUT", f"/v1/alerts/{made['id']}", change)
    assert (answer.status, answer.body["error"]["param"]) == (400, param), answer.raw
    assert (await shared.ask("GET", f"/v1/alerts/{made['id']}")).body == made


async def test_a_list_in_pages(shared: House) -> None:
    agent = AGENT[:-1] + "8"
    made = [await create(shared, agent_id=agent) for _ in range(3)]
    event = {"agent_id": agent, "agent_name": "Booker", "timestamp": "2026-02-14T11:59:00Z"}
    await shared.ask("POST", "/v1/telemetry", {"events": [event]})
    await shared.asked({"q": "*"})
    found: list[dict[str, Any]] = []
    path = "/v1/alerts?limit=2"
    while path:
        page = (await shared.ask("GET", path)).body
        assert len(page["data"]) <= 2
        found += page["data"]
        path = f"/v1/alerts?limit=2&cursor={page['next_cursor']}" if page["has_more"] else ""
    assert len(found) == len({each["id"] for each in found})
    names = {each["id"]: each["agent_name"] for each in found if each["agent_id"] == agent}
    assert names == {each["id"]: "Booker" for each in made}


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", ""])
async def test_a_limit_that_is_none(shared: House, limit: str) -> None:
    made = await create(shared)
    for path in ("/v1/alerts", f"/v1/alerts/{made['id']}/history", f"/v1/alerts/{made['id']}/notifications"):
        answer = await shared.ask("GET", f"{path}?limit={limit}")
        assert (answer.status, answer.body["error"]["param"]) == (400, "limit")
    assert (await shared.ask("GET", "/v1/alerts?limit=100000")).status == 200
    for path in ("/v1/alerts", f"/v1/alerts/{made['id']}/history"):
        for cursor in (
            "???",
            "e30",
            "MTg0NDY3NDQwNzM3MDk1NTE2MTU",
        ):  # no base64, an object, a number beyond all
            answer = await shared.ask("GET", f"{path}?cursor={cursor}")
            assert (answer.status, answer.body["error"]["message"]) == (
                400,
                "cursor is not a cursor of this list",
            )


@pytest.mark.parametrize(
    "name", ["alt_0000000000000000", "01916d00-aaaa-bbbb-cccc-dddddddddddd", "from-file"]
)
async def test_an_alert_that_is_not_there(shared: House, name: str) -> None:
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/toggle"), ("GET", "/history")):
        answer = await shared.ask(method, f"/v1/alerts/{name}{path}", "{}")
        error = {"type": "not_found", "code": "not_found", "message": "Alert not found"}
        assert (answer.status, answer.body) == (404, {"error": error})


async def test_errors_before_any_field_is_looked_at(shared: House) -> None:
    for body, status, code in (
        ("{", 400, "invalid_json"),
        ("[]", 400, "invalid_field"),
        ("1e400", 400, "invalid_json"),
    ):
        answer = await shared.ask("POST", "/v1/alerts", body)
        assert (answer.status, answer.body["error"]["code"]) == (status, code), answer.raw
    large = await shared.ask("POST", "/v1/alerts", b" " * 1_000_001)
    assert (large.status, large.body["error"]["type"]) == (413, "invalid_request_error")
    wrong = await shared.ask("DELETE", "/v1/alerts")
    assert (wrong.status, wrong.body["error"]["code"]) == (405, "method_not_allowed")
    twice = '{"is_enabled": true, "is_enabled": false}'
    made = await create(shared)
    toggled = await shared.ask(
        "POST", f"/v1/alerts/{made['id']}/toggle", twice, headers={"Content-Type": "text/plain"}
    )
    assert toggled.body["is_enabled"] is False
