"""Backtests over HTTP: what an alert would have told from what is stored, beside another version, per threshold."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.api.house import House

COUNTS = [0, 3, 0, 0, 12, 12, 0, 0, 0, 30, 0]  # errors of each of the last minutes but one


async def stored(house: House) -> None:
    start = house.clock.now() - dt.timedelta(minutes=len(COUNTS) + 1)
    lines = [
        json.dumps({"timestamp": (start + dt.timedelta(minutes=n, seconds=30)).isoformat(), "level": "error"})
        for n, count in enumerate(COUNTS)
        for _ in range(count)
    ]
    assert (await house.ask("POST", "/api/v1/ingest", "\n".join(lines))).data["accepted"] == sum(COUNTS)


async def test_an_alert_is_tried_on_what_is_stored(house: House) -> None:
    await stored(house)
    made = await house.create(q="level=error | stats count as errors | where errors > 10", interval="1m")
    path = f"/api/v1/alerts/{made['id']}/backtest"
    wish = {"earliest": "-15m", "against": {"q": "level=error | stats count as errors | where errors > 20"}}
    found = (await house.ask("POST", path, {**wish, "sweep": "threshold=1,10,50"})).data
    assert (found["slots"], found["errors"], found["episodes"], found["messages"]) == (15, 0, 2, 4)
    assert found["by_channel"] == {"Hook": {"fired": 2, "resolved": 2}}
    assert [(each["value"], each["ended"] is not None) for each in found["list"]] == [(12, True), (30, True)]
    assert "errors (12) > 10" in found["first"]["text"]
    assert sum(point["firing"] for point in found["curve"]) == 3
    assert (found["against"]["episodes"], len(found["gained"]), len(found["lost"])) == (1, 0, 1)
    assert [(each["threshold"], each["episodes"]) for each in found["sweep"]] == [(1, 3), (10, 2), (50, 0)]
    assert house.provider.requests == []
    assert (await house.ask("GET", f"/api/v1/alerts/{made['id']}/history")).data["history"] == []


async def test_a_definition_that_is_not_saved_can_be_tried(house: House) -> None:
    await stored(house)
    fields = {"name": "New", "q": "level=error | stats count as n | where n > 2", "interval": "1m"}
    body = {**fields, "channels": [house.hook()], "earliest": "-15m", "latest": "-3m"}
    assert (await house.ask("POST", "/api/v1/alerts/backtest", body)).data["episodes"] == 2
    assert [each["name"] for each in (await house.ask("GET", "/api/v1/alerts")).data["alerts"]] == [
        "From the file"
    ]


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"sweep": "often"}, "sweep: `often` is no range of thresholds"),
        ({"sweep": 5}, "sweep must be a text"),
        ({"against": []}, "against must be an object"),
        ({"against": {"q": "level=error | where x >"}}, None),
        (
            {"earliest": "-2y"},
            "earliest: there are more than 50,000 slots in that stretch of time: with one every 1m it may be 34d",
        ),
        ({"earliest": "-3s", "latest": "-2s"}, "earliest: there is no slot in that stretch of time"),
        ({"earliest": "soon"}, "earliest: "),
        ({"since": "7d"}, "since is not a known setting"),
    ],
)
async def test_what_is_wrong_with_a_backtest_is_told(house: House, wish, message) -> None:
    answer = await house.ask("POST", "/api/v1/alerts/from-file/backtest", wish)
    assert answer.status == 422
    assert message is None or answer.error["message"].startswith(message)
