"""`/history` over HTTP: what an engineer asks the morning after."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from click.testing import CliRunner

from lynxalert.cli import main
from lynxalert.cli.history import go_on
from tests.api.house import MINUTE, House

BY_SERVICE = "level=error | stats count as errors by service | where errors > 2"


async def at(house: House, **asked: Any) -> dict[str, Any]:
    words = "&".join(f"{name}={value}" for name, value in asked.items())
    found: dict[str, Any] = (await house.ask("GET", f"/api/v1/history?{words}")).data
    return found


async def test_an_instant_is_told_as_it_was_after_edits_and_deletion(house: House) -> None:
    made = await house.create(q=BY_SERVICE, window="1h")
    path = f"/api/v1/alerts/{made['id']}"
    await house.ask("POST", "/api/v1/silences", {"matchers": ["service=shop"], "reason": "a deploy"})
    for service in ("shop", "search"):
        await house.log(3, ago=0, service=service)

    async def told() -> bool:
        sent = (await house.ask("GET", f"{path}/notifications")).data["notifications"]
        return sorted(each["status"] for each in sent) == ["delivered", "suppressed"]

    await house.until(told, minutes=1)
    firing = house.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    await house.clock.advance(MINUTE)
    await house.ask("POST", f"{path}/mute", {"duration": "1h", "reason": "enough"})
    muted = house.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    await house.clock.advance(MINUTE)
    await house.ask("DELETE", path)
    await house.clock.advance(MINUTE)

    (alert,) = (await at(house, at=firing))["alerts"]
    assert (alert["name"], alert["lifecycle"], alert["overlays"]) == ("High error rate", "enabled", [])
    search, shop = alert["instances"]
    assert (search["key"], search["condition"], search["value"]) == ({"service": "search"}, "firing", 3)
    assert search["result"] == {"service": "search", "errors": 3}
    assert [(one["channel"]["name"], one["status"]) for one in search["messages"]] == [("Hook", "delivered")]
    (silenced,) = shop["overlays"]
    assert (silenced["reason"], silenced["note"], silenced["until"]) == ("silenced", "a deploy", None)
    assert [(one["status"], one["reason"]) for one in shop["messages"]] == [("suppressed", "silenced")]

    (alert,) = (await at(house, at=muted, alert=made["id"]))["alerts"]
    (mute,) = alert["overlays"]
    assert (mute["reason"], mute["note"]) == ("muted", "enough")
    assert (await at(house))["alerts"] == []

    whole = await at(house, **{"from": "-10m"})
    kinds = [(each["type"], each.get("kind") or each.get("event")) for each in whole["entries"]]
    assert kinds.count(("transition", "fired")) == 2
    assert kinds[-1] == ("definition", "over")
    assert ("silence", "begun") in kinds
    assert {each["status"] for each in whole["entries"] if each["type"] == "message"} >= {
        "delivered",
        "suppressed",
    }
    pages, cursor = [], ""
    while cursor is not None:
        answer = await house.ask("GET", f"/api/v1/history?from=-10m&limit=3{cursor}")
        pages += answer.data["entries"]
        following = answer.body["meta"]["next_cursor"]
        cursor = following and f"&cursor={following}"
    assert pages == whole["entries"]


async def test_instances_are_paged_and_their_alert_goes_on(house: House) -> None:
    for name in ("one", "two"):
        await house.create(name=name, q=BY_SERVICE, window="1h")
    for service in ("shop", "search", "pay"):
        await house.log(3, ago=0, service=service)

    async def fired() -> bool:
        return bool((await at(house))["summary"]["firing"] == 6)

    await house.until(fired, minutes=2)
    instant = house.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    whole = await at(house, at=instant)
    merged: list[dict[str, Any]] = []
    pages, cursor = [], ""
    while cursor is not None:
        answer = await house.ask("GET", f"/api/v1/history?at={instant}&limit=2{cursor}")
        assert (answer.body["meta"]["total"], answer.data["summary"]) == (6, whole["summary"])
        pages.append([(each["name"], len(each["instances"])) for each in answer.data["alerts"]])
        go_on(merged, answer.data["alerts"])  # as the command line puts them together
        following = answer.body["meta"]["next_cursor"]
        cursor = following and f"&cursor={following}"
    assert pages == [[("one", 2)], [("one", 1), ("two", 1)], [("two", 2)]]
    stood = [(each["name"], [one["key"] for one in each["instances"]]) for each in merged]
    assert stood == [(each["name"], [one["key"] for one in each["instances"]]) for each in whole["alerts"]]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_time_of_day_is_the_last_one_that_was(shared: House) -> None:
    assert (await at(shared, at="11:59"))["at"] == "2026-02-14T11:59:00Z"
    assert (await at(shared, at="12:01"))["at"] == "2026-02-13T12:01:00Z"
    assert (await at(shared, at="12:30", timezone="Europe/Berlin"))["at"] == "2026-02-14T11:30:00Z"


@pytest.mark.parametrize(
    ("asked", "status", "message"),
    [
        ("at=25:00", 422, "at: `25:00` is no time"),
        ("at=2027-01-01", 422, "at must not be in the future"),
        ("at=2001-01-01", 422, "at is older than what is remembered"),
        ("at=-1h&from=-2h", 422, "at cannot stand beside from and to: ask for an instant or for a range"),
        ("to=-1h", 422, "from is required beside to"),
        ("from=-1h&to=-2h", 422, "from must be before to"),
        ("from=-1h&cursor=W10", 422, "cursor is not a cursor of this list"),
        ("at=-1h&cursor=W10", 422, "cursor is not a cursor of this list"),
        ("from=-1h&limit=0", 422, "limit must be a whole number from 1 to 1000"),
        ("from=-1h&timezone=Mars", 422, "timezone must be a time zone such as UTC or Europe/Berlin"),
        ("when=now", 422, "when is not a known setting"),
        ("alert=nobody", 404, "Alert not found"),
    ],
)
async def test_what_cannot_be_answered_is_said(shared: House, asked: str, status: int, message: str) -> None:
    answer = await shared.ask("GET", f"/api/v1/history?{asked}")
    assert (answer.status, answer.error["message"]) == (status, message)


test_what_cannot_be_answered_is_said = pytest.mark.asyncio(loop_scope="module")(
    test_what_cannot_be_answered_is_said
)


async def test_the_command_line_says_it_in_words(house: House) -> None:
    await house.create(name="Shops", q=BY_SERVICE, window="1h")
    await house.ask("POST", "/api/v1/silences", {"matchers": ["service=shop"], "reason": "a deploy"})
    for service in ("shop", "search"):
        await house.log(3, ago=0, service=service)
    await house.until(lambda: house.provider.requests, minutes=1)

    async def said(*asked: str) -> str:
        words = ["history", "--server", house.url, "--timezone", "Europe/Berlin", *asked]
        result = await asyncio.to_thread(CliRunner().invoke, main, words)
        return re.sub(r"\d\d:\d\d:\d\d|(alt|sil)_\w+", "*", result.output)

    async def told() -> bool:
        return "delivered" in await said()

    await house.until(told)
    assert await said() == (
        "2026-02-14 * Europe/Berlin: 2 firing, 1 kept quiet\n\n"
        "Shops (*, error)\n"
        "  firing     service=search since *  3\n"
        "    fired → Hook delivered *\n"
        "  firing     service=shop since *  3\n"
        "    silenced by api: a deploy\n"
        "    fired → Hook suppressed (silenced) *\n"
    )
    await house.clock.advance(MINUTE / 60)
    lines = (await said("--from", "-1h")).splitlines()
    assert '*  silence by api: a deploy [service="shop"]' in lines
    assert "*  Shops: service=shop fired → Hook suppressed (silenced)" in lines
    assert "*  Shops: service=search fired 3" in lines
    assert "*  Shops: service=search fired → Hook delivered" in lines
    assert await said("--at", "25:00") == "lynxalert: at: `25:00` is no time\n"
    assert "--to needs --from" in await said("--to", "-1h")
