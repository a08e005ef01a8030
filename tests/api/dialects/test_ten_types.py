"""The ten types of alerts, made and fed as their products' clients do it: each fires, says so, and says when it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from lynxalert.api.dialects.ids import native_id
from tests.api.house import MINUTE, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Sent:
    """Something that is sent: to which address, what, and how many seconds ago it happened."""

    path: str
    what: dict[str, Any]
    ago: float = 1


@dataclass(frozen=True)
class Case:
    """An alert as its product has it; what is there *before* it, what makes it fire, what ends it; what it says.

    Without an end it is over because time passes.
    """

    alert: dict[str, Any]
    bad: Sequence[Sent]
    said: str
    before: Sequence[Sent] = ()
    good: Sequence[Sent] = ()


def graded(number: int, passed: int, total: int, skill: str = "pdf") -> Sent:
    what = {"grading_id": f"g-{number}", "session_id": f"s-{number}", "skill_name": skill}
    return Sent("/v2/push", {"grading_results": what | {"passed_count": passed, "total_count": total}})


def invoked(number: int) -> Sent:
    what = {"session_id": f"i-{number}", "skill_name": "csv", "skill_invocation_id": f"k-{number}"}
    return Sent("/api/v1/push", {"skill_invocations": what})


def acted(agent: str, **what: Any) -> Sent:
    return Sent("/v1/telemetry", {"agent_id": agent, **what})


def called(call: str, event: str, region: str) -> Sent:
    return Sent("/v3/call-events", {"call_id": call, "event": event, "labels": {"region": region}}, ago=0)


def agent(number: int) -> str:
    return f"01916a3e-7b2c-7000-8000-00000000000{number}"


def calls(kind: str, event: str) -> Case:
    return Case(
        {
            "name": kind,
            "metric_type": kind,
            "threshold_value": 2,
            "comparison_op": "gt",
            "labels": {"region": [kind, "nowhere"]},
            "time_window": "1m",
            "evaluation_frequency": "1m",
        },
        bad=[called(f"{kind}-{n}", event, kind) for n in range(3)] + [called("other", event, "elsewhere")],
        said=f"{kind} (3) > 2",
    )


CASES = [
    Case(
        {"type": "pass_rate_below", "threshold": 0.75, "skill_name": "pdf"},
        before=[graded(0, 0, 0)],
        bad=[graded(1, 1, 4), graded(2, 3, 6), graded(2, 3, 6)],
        good=[graded(3, 40, 40)],
        said="pass_rate (0.4) < 0.75",
    ),
    Case(
        {"type": "no_data", "threshold": 0.002, "skill_name": "csv"},
        before=[invoked(1)],
        bad=[],
        good=[invoked(2)],
        said="days (0.0",
    ),
    Case(
        {"condition_type": "error_rate", "threshold": 0.25, "agent_id": agent(1), "window_minutes": 3},
        bad=[acted(agent(1), error=True), acted(agent(1), status="ok"), acted(agent(5), status="ok")],
        good=[acted(agent(1), status="ok")] * 4,
        said="error_rate (0.5) > 0.25",
    ),
    Case(
        {"condition_type": "denied_rate", "threshold": 0.25, "agent_id": agent(2), "window_minutes": 3},
        bad=[acted(agent(2), decision="deny"), acted(agent(2), decision="allow")],
        good=[acted(agent(2), denied=False)] * 4,
        said="denied_rate (0.5) > 0.25",
    ),
    Case(
        {"condition_type": "latency_p99", "threshold": 500, "agent_id": agent(3), "window_minutes": 3},
        bad=[acted(agent(3), latency_ms=900), acted(agent(3), latency_ms=900)],
        said="latency_p99 (900) > 500",
    ),
    Case(
        {"condition_type": "volume_drop", "threshold": 0.5, "agent_id": agent(4), "window_minutes": 2},
        before=[acted(agent(4), status="ok")] * 4,
        bad=[acted(agent(4), status="ok")],
        said="events (1)",
    ),
    calls("call_count", "start"),
    calls("concurrency", "start"),
    calls("tool_call_count", "tool_call"),
    calls("api_call_count", "api_call"),
]
ENDS = [called(f"concurrency-{n}", "end", "concurrency") for n in range(2)]


async def make(house: House, alert: dict[str, Any], url: str) -> tuple[str, str]:
    """The native id of the new alert, and the dialect's address of it."""
    match alert:
        case {"condition_type": _}:
            path, channel = "/v1/alerts", {"channel": "webhook", "channel_target": url}
        case {"metric_type": _}:
            path, channel = "/v3/alert-rules", {"notification_channels": [{"type": "webhook", "url": url}]}
        case _:
            skills = (await house.ask("GET", "/compat/selftune/skills")).body["skills"]
            known = {each["skill_name"]: each["skill_id"] for each in skills}
            channel = {"skill_id": known[alert["skill_name"]], "channel": "webhook"}
            path, channel = "/compat/selftune/alerts", {**channel, "config": {"webhook_url": url}}
    answer = await house.ask("POST", path, {**alert, **channel})
    assert answer.status < 300, answer.raw
    return native_id(answer.body["id"]), f"{path}/{answer.body['id']}"


def name_of(alert: dict[str, Any]) -> str:
    return str(alert.get("type") or alert.get("condition_type") or alert.get("metric_type"))


async def send(house: House, things: Sequence[Sent]) -> None:
    """Send *things* as their senders do, and wait until they can be queried."""
    for each in things:
        at = house.clock.now() - dt.timedelta(seconds=each.ago)
        answer = await house.ask("POST", each.path, body_of(each, at))
        assert answer.status == 200, answer.raw

    async def stored() -> bool:
        health: dict[str, Any] = (await house.ask("GET", "/health")).data
        return health["store"]["queued"] == 0

    await house.until(stored)


def body_of(each: Sent, at: dt.datetime) -> dict[str, Any]:
    text = at.isoformat().replace("+00:00", "Z")
    match each.path:
        case "/v1/telemetry":
            return {"events": [{**each.what, "timestamp": text}]}
        case "/v3/call-events":
            return {**each.what, "timestamp": int(at.timestamp() * 1000)}
    ((kind, record),) = each.what.items()
    name = "graded_at" if kind == "grading_results" else "occurred_at"
    if each.path == "/v2/push":
        return {"workspace_id": "w", "pushed_at": text, "data": {kind: [{**record, name: text}]}}
    push = f"{record['session_id']}-{text}"
    return {"schema_version": "2.0", "push_id": push, "canonical": {kind: [{**record, name: text}]}}


async def told(house: House, alert_id: str, path: str, status: str, minutes: int) -> dict[str, Any]:
    """The first message of this *status*, within so many *minutes*; each is looked at before the next comes."""
    for _ in range(minutes):
        alert = (await house.ask("GET", f"/api/v1/alerts/{alert_id}")).data
        await house.clock.advance(MINUTE)

        async def judged(before: Any = alert["last_checked"]) -> bool:
            now = (await house.ask("GET", f"/api/v1/alerts/{alert_id}")).data
            assert now["status"] != "error", now["health"]
            return bool(now["last_checked"] != before)

        await house.until(judged)
        rows = (await house.ask("GET", f"/api/v1/alerts/{alert_id}/history")).data["history"]
        if rows and rows[0]["condition"] == ("firing" if status == "firing" else "ok"):
            messages = await house.until(lambda: of(house, path, status))
            found: dict[str, Any] = messages[0]
            return found
    raise AssertionError(f"no {status} message within {minutes} minutes")


def of(house: House, path: str, status: str) -> list[dict[str, Any]]:
    return [
        each.json for each in house.provider.requests if each.path == path and each.json["status"] == status
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: name_of(case.alert))
async def test_fires_tells_and_resolves(shared: House, case: Case) -> None:
    name = name_of(case.alert)
    path = f"/hook/{name}"
    await send(shared, case.before)
    if case.before:
        await shared.clock.advance(2 * MINUTE)
    alert, address = await make(shared, case.alert, shared.provider.url + path)
    await send(shared, case.bad)
    message = await told(shared, alert, path, "firing", 3)
    assert case.said in message["text"], message["text"]
    await send(shared, case.good or (ENDS if name == "concurrency" else ()))
    await told(shared, alert, path, "resolved", 8)
    assert len(of(shared, path, "firing")) == len(of(shared, path, "resolved")) == 1, "no other message"
    seen = (await shared.ask("GET", address)).body
    if address.startswith("/v1/"):
        await recorded(shared, address, seen)
    if address.startswith("/v3/"):
        now = int(shared.clock.now().timestamp() * 1000)

        async def settled() -> bool:
            return bool((await shared.ask("GET", address)).body["last_notified_at"] == now)

        await shared.until(settled)


async def recorded(house: House, address: str, seen: dict[str, Any]) -> None:
    """What Checkrd's routes say of an alert that fired and is over."""
    assert (seen["notification_count"], seen["alert_state"]) == (1, "ok")
    assert seen["last_triggered_at"] is not None
    history = (await house.ask("GET", address + "/history?limit=1")).body
    assert [each["new_state"] for each in history["data"]] == ["resolved"]
    assert history["has_more"] is True
    rest = (await house.ask("GET", f"{address}/history?cursor={history['next_cursor']}")).body
    assert [(each["previous_state"], each["new_state"]) for each in rest["data"]] == [("ok", "firing")]
    assert rest["data"][0]["threshold"] == seen["threshold"]

    async def settled() -> list[dict[str, Any]] | None:
        sent: list[dict[str, Any]] = (await house.ask("GET", address + "/notifications")).body["data"]
        return sent if [each["status"] for each in sent] == ["delivered", "delivered"] else None

    sent = await house.until(settled)
    assert [each["alert_state"] for each in sent] == ["resolved", "firing"]
    assert sent[1]["observed_value"] == rest["data"][0]["observed_value"] is not None
    assert sent[1]["channel_target"] == seen["channel_target"]
