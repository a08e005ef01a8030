"""The ten types of alerts, each with data that came over HTTP: it fires, says so, and says when it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

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
    """An alert's fields; what is there *before* (two minutes earlier), what makes it fire, what ends it; what it says.

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
    return Sent("/v3/call-events", {"call_id": call, "event": event, "labels": {"region": region}})


def calls(kind: str, event: str) -> Case:
    return Case(
        {"type": kind, "threshold": 2, "comparison_op": "gt", "filter": {"region": kind}, "window": "2m"},
        bad=[called(f"{kind}-{n}", event, kind) for n in range(3)] + [called("other", event, "elsewhere")],
        said=f"{kind} (3) > 2",
    )


CASES = [
    Case(
        {"type": "pass_rate_below", "threshold": 0.75, "skill_name": "pdf"},
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
        {"type": "error_rate", "threshold": 0.25, "agent_id": "a-error", "window": "3m"},
        bad=[acted("a-error", error=True), acted("a-error", status="ok"), acted("a-other", status="ok")],
        good=[acted("a-error", status="ok")] * 4,
        said="error_rate (0.5) > 0.25",
    ),
    Case(
        {"type": "denied_rate", "threshold": 0.25, "agent_id": "a-denied", "window": "3m"},
        bad=[acted("a-denied", decision="deny"), acted("a-denied", decision="allow")],
        good=[acted("a-denied", denied=False)] * 4,
        said="denied_rate (0.5) > 0.25",
    ),
    Case(
        {"type": "latency_p99", "threshold": 500, "agent_id": "a-slow", "window": "3m"},
        bad=[acted("a-slow", latency_ms=900), acted("a-slow", latency_ms=900)],
        said="latency_p99 (900) > 500",
    ),
    Case(
        {"type": "volume_drop", "threshold": 0.5, "agent_id": "a-quiet", "window": "2m"},
        before=[acted("a-quiet", status="ok")] * 4,
        bad=[acted("a-quiet", status="ok")],
        said="events (1)",
    ),
    calls("call_count", "start"),
    calls("concurrency", "start"),
    calls("tool_call_count", "tool_call"),
    calls("api_call_count", "api_call"),
]
ENDS = [called(f"concurrency-{n}", "end", "concurrency") for n in range(2)]


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


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert["type"])
async def test_fires_tells_and_resolves(shared: House, case: Case) -> None:
    path = f"/hook/{case.alert['type']}"
    await send(shared, case.before)
    if case.before:
        await shared.clock.advance(2 * MINUTE)
    channel = {"type": "webhook", "config": {"url": shared.provider.url + path}}
    answer = await shared.ask(
        "POST", "/api/v1/alerts", {"interval": "1m", "channels": [channel], **case.alert}
    )
    alert = answer.data
    await send(shared, case.bad)
    message = await told(shared, alert["id"], path, "firing", 3)
    assert case.said in message["text"], message["text"]
    await send(shared, case.good or (ENDS if case.alert["type"] == "concurrency" else ()))
    await told(shared, alert["id"], path, "resolved", 5)
    assert len(of(shared, path, "firing")) == len(of(shared, path, "resolved")) == 1, "no other message"
