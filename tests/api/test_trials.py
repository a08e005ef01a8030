from __future__ import annotations

import datetime as dt

from tests.api.house import ALERT, House
from tests.notify.provider import Answer

CHAT = {"type": "telegram", "name": "SRE Chat"}


async def test_a_dry_run_says_what_would_happen_and_sends_nothing(house: House) -> None:
    made = await house.create()
    await house.log(247)
    answer = await house.ask("POST", f"/api/v1/alerts/{made['id']}/test")
    found = answer.data
    assert found["would_trigger"] is True
    assert found["result"] == {"errors": 247}
    assert found["rows"] == [{"errors": 247}]
    assert found["message"] == "Condition met: errors (247) > 100. Notifications NOT sent (test mode)."
    assert found["window"] == {"start": "2026-02-14T11:59:00Z", "end": "2026-02-14T12:00:00Z"}
    assert found["channels_that_would_fire"][0]["status"] == "reachable"
    assert [(each["type"], each["name"]) for each in found["channels_that_would_fire"]] == [
        ("webhook", "Hook")
    ]
    assert len(found["evidence"]) == 10
    assert "High error rate" in found["messages"][0]["text"]
    assert found["overlays"] == []
    assert all(request.method != "POST" for request in house.provider.requests)
    instances = await house.ask("GET", f"/api/v1/alerts/{made['id']}/instances")
    assert instances.data == {"instances": []}, "nothing is remembered"


async def test_a_quiet_alert_shows_what_its_condition_judged(house: House) -> None:
    made = await house.create()
    await house.log(42)
    found = (await house.ask("POST", f"/api/v1/alerts/{made['id']}/test")).data
    assert found["would_trigger"] is False
    assert found["result"] == {"errors": 42}
    assert found["channels_that_would_fire"] == []
    assert found["message"] == "Condition not met: errors (42) > 100. Notifications NOT sent (test mode)."


async def test_a_dry_run_shows_the_message_as_it_is_sent(house: House) -> None:
    """Named by its instance and graver by its tier; and as lost data where that is what the alert tells."""
    tiers = {"type": "threshold", "field": "errors", "op": "gt", "tiers": {"warn": 2, "critical": 10}}
    made = await house.create(
        q="level=error | stats count as errors by service", when=tiers, window="2m", no_data="nodata"
    )
    await house.log(12, ago=0, service="shop")

    async def tried() -> str:
        found = (await house.ask("POST", f"/api/v1/alerts/{made['id']}/test")).data
        title: str = found["messages"][0]["title"]
        return title

    async def told(count: int) -> str:
        await house.until(lambda: len(house.provider.requests) >= count, minutes=1)
        title: str = house.provider.requests[count - 1].json["title"]
        return title

    assert await told(1) == "FIRING (critical): High error rate — service=shop"
    assert await tried() == "FIRING (critical): High error rate — service=shop"
    await house.until(lambda: True, minutes=3)
    assert await told(2) == "NO DATA (critical): High error rate — service=shop"
    assert await tried() == "NO DATA (error): High error rate — service=shop"


async def test_fields_in_the_body_stand_for_the_stored_ones(house: House) -> None:
    made = await house.create()
    await house.log(42)
    path = f"/api/v1/alerts/{made['id']}/test"
    changed = {"q": "level=error | stats count as errors | where errors > 40"}
    assert (await house.ask("POST", path, changed)).data["would_trigger"] is True
    assert (await house.ask("POST", path, {**changed, "at": "2026-02-14T10:00:00Z"})).data["result"] == {
        "errors": 0
    }
    assert (await house.ask("POST", path, {"at": "noon"})).status == 422
    bad = await house.ask("POST", path, {"q": "level=error | stattts count"})
    assert (bad.status, bad.error["code"]) == (422, "INVALID_QUERY")


async def test_an_alert_that_is_not_saved_can_be_tried(house: House) -> None:
    await house.log(3, service="shop")
    by = {"q": "level=error | stats count as errors by service | where errors > 2"}
    answer = await house.ask("POST", "/api/v1/alerts/test", {**ALERT, **by, "channels": [house.hook()]})
    assert answer.data["result"] == {"service": "shop", "errors": 3}
    assert answer.data["message"].startswith("Condition met: errors (3) > 2.")


async def test_structured_conditions_say_their_values(house: House) -> None:
    await house.log(7)
    fields = {
        **ALERT,
        "q": "level=error | stats count as errors",
        "when": {"type": "threshold", "field": "errors", "op": "gt", "value": 5},
        "channels": [house.hook(enabled=False)],
    }
    found = (await house.ask("POST", "/alerts/test", fields)).data
    assert found["message"] == "Condition met: errors (7) > 5. Notifications NOT sent (test mode)."
    assert found["channels_that_would_fire"] == [], "disabled channels are left out"
    quiet = {**fields, "when": {**fields["when"], "value": 50}}
    assert (await house.ask("POST", "/alerts/test", quiet)).data["result"] == {"errors": 7}


async def test_why_it_would_stay_quiet_is_told_apart(house: House) -> None:
    weekday = {"days": ["Monday"], "start_time": "09:00", "end_time": "18:00"}
    made = await house.create(enabled=False, active_schedule={"timezone": "UTC", "windows": [weekday]})
    await house.ask("POST", f"/alerts/{made['id']}/mute", {"duration": "1h", "reason": "maintenance"})
    await house.log(247)
    found = (await house.ask("POST", f"/alerts/{made['id']}/test")).data
    assert found["would_trigger"] is True, "a disabled alert can be tried"
    assert found["overlays"] == [
        {"reason": "disabled", "until": None},
        {"reason": "muted", "until": "2026-02-14T13:00:00Z", "note": "maintenance"},
        {"reason": "off_schedule", "until": "2026-02-16T09:00:00Z"},
    ]


async def test_test_messages_arrive_marked_in_order_and_failures_say_why(house: House) -> None:
    chat = {
        **CHAT,
        "config": {"bot_token": "1:s3cret-canary", "chat_id": "-1", "api_url": house.provider.url},
    }
    off = house.hook(name="Off", enabled=False)
    made = await house.create(channels=[house.hook(), off, chat])
    await house.log(247)
    results = (await house.ask("POST", f"/api/v1/alerts/{made['id']}/test-channels")).data["results"]
    assert [(each["name"], each["status"]) for each in results] == [("Hook", "ok"), ("SRE Chat", "ok")]
    assert all(isinstance(each["latency_ms"], int) and "error" not in each for each in results)
    assert all("[TEST]" in request.text for request in house.provider.requests)
    assert any("247" in request.text for request in house.provider.requests), "with the present result"
    refusal = {"ok": False, "error_code": 401, "description": "Unauthorized: 1:s3cret-canary"}
    house.provider.otherwise = Answer(401, refusal)
    results = (await house.ask("POST", f"/api/v1/alerts/{made['id']}/test-channels")).data["results"]
    assert [set(each) for each in results] == [{"type", "name", "status", "error"}] * 2
    assert results[1]["error"].startswith("HTTP 401: Unauthorized")
    assert "s3cret-canary" not in str(results[1])


async def test_channels_that_cannot_be_reached_are_said_to_be(house: House) -> None:
    made = await house.create(channels=[house.hook(config={"url": "http://127.0.0.1:1/hook"})])
    await house.log(247)
    found = (await house.ask("POST", f"/api/v1/alerts/{made['id']}/test")).data
    assert found["channels_that_would_fire"][0]["status"] == "unreachable"


SPIKE = {"q": "source=nginx status>=500 | stats count as cnt | where cnt > 50"}


async def test_events_of_the_body_are_judged_instead_of_those_that_are_stored(house: House) -> None:
    made = await house.create(**SPIKE)
    await house.log(200, status=500)
    path = f"/api/v1/alerts/{made['id']}/test"

    async def tried(*events: object) -> dict[str, object]:
        found: dict[str, object] = (await house.ask("POST", path, {"events": events})).data
        return found

    broken = {"event": {"status": 500}, "source": "nginx", "repeat": 51}
    found = await tried(broken)
    assert found["would_trigger"] is True
    assert found["message"] == "Condition met: cnt (51) > 50. Notifications NOT sent (test mode)."
    assert len(found["evidence"]) == 10
    assert (await tried({**broken, "repeat": 50}))["would_trigger"] is False
    assert (await tried())["result"] == {"cnt": 0}, "nothing of what is stored"
    elsewhere = {**broken, "source": "apache"}
    assert (await tried(elsewhere))["result"] == {"cnt": 0}
    stored = await house.asked({"q": "* | stats count by source"})
    assert stored.data["rows"] == [{"source": "http", "count": 200}], "and nothing is stored"


async def test_injected_events_happen_when_they_say(house: House) -> None:
    await house.clock.advance(dt.timedelta(days=1))  # 12:00:00 of the 15th
    made = await house.create(q="* | stats count as n | where n > 0")
    path = f"/api/v1/alerts/{made['id']}/test"

    async def counted(*events: object, **more: object) -> object:
        return (await house.ask("POST", path, {"events": events, **more})).data["result"]

    at = "2026-02-14T13:25:00Z"
    window = (await house.ask("POST", path, {"at": at})).data["window"]
    assert window["end"] <= at
    assert await counted("a text", {"an": "object"}, {"timestamp": window["start"]}, at=at) == {"n": 3}
    assert await counted({"timestamp": window["end"]}, {"timestamp": "2026-02-14T10:00:00Z"}, at=at) == {
        "n": 0
    }
    lines = {"event": "{time} one of {n}", "at": "10s", "every": "10s", "repeat": 10}
    assert await counted(lines, at=at) == {"n": 5}, "those behind the end of the minute are not in it"


async def test_what_is_no_event_is_told_with_its_place(house: House) -> None:
    made = await house.create()
    path = f"/api/v1/alerts/{made['id']}/test"
    answer = await house.ask(
        "POST", path, {"events": [7, "x", "", {"event": 1, "at": "0s"}, {"event": "x", "at": "soon"}]}
    )
    assert answer.status == 422
    assert [each["path"] for each in answer.error["details"]] == [
        ["events", 0],
        ["events", 2],
        ["events", 3],
        ["events", 4],
    ]
    assert (await house.ask("POST", path, {"events": "x"})).error["message"] == "events must be a list"
    many = {"event": "x", "repeat": 10_001}
    assert (await house.ask("POST", path, {"events": [many]})).error[
        "message"
    ] == "events must be at most 10,000"


async def test_an_alert_that_is_not_saved_is_tried_over_events_of_its_own(house: House) -> None:
    body = {
        **ALERT,
        **SPIKE,
        "channels": [house.hook()],
        "events": [{"event": {"status": "503"}, "source": "nginx", "repeat": 60}],
    }
    found = (await house.ask("POST", "/alerts/test", body)).data
    assert found["result"] == {"cnt": 60}


async def test_who_sent_test_messages_stands_in_the_audit(house: House) -> None:
    made = await house.create()
    await house.ask("POST", f"/api/v1/alerts/{made['id']}/test-channels")
    [row] = (await house.ask("GET", "/api/v1/audit?action=alert.test_channels")).data["changes"]
    assert row["object_id"] == made["id"]
    assert row["after"] == {"results": [{"type": "webhook", "name": "Hook", "status": "ok"}]}


async def test_silence_is_met_also_while_it_fires_already(house: House) -> None:
    silent = {
        "q": "source=beat | stats count by agent",
        "when": {"type": "no_data"},
        "expect": [{"agent": "a1"}],
    }
    said = "Condition met: no data in the window. Notifications NOT sent (test mode)."
    unsaved = (await house.ask("POST", "/alerts/test", {**ALERT, **silent, "channels": [house.hook()]})).data
    assert (unsaved["would_trigger"], unsaved["message"]) == (True, said)
    made = await house.create(**silent)
    await house.until(lambda: house.provider.requests, minutes=2)
    firing = (await house.ask("POST", f"/alerts/{made['id']}/test")).data
    assert (firing["would_trigger"], firing["message"], firing["rows"]) == (True, said, [{"agent": "a1"}])
