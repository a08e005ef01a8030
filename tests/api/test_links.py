"""Links in messages, followed: pages that change nothing, buttons that do, and who may press them."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from lynxalert.access import Role
from lynxalert.access.passes import Passes
from lynxalert.notify.chart import placeholder
from tests.api.house import CONFIG, House, living

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINKED = CONFIG.replace(
    "[server]", '[server]\nauth = "keys"\npublic_url = "https://alerts.example.com/lynx/"'
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory) -> Any:
    """A house that asks for keys, and the message of an alert that fires there."""
    async with living(tmp_path_factory.mktemp("linked"), LINKED) as house:
        house.session.headers["X-API-Key"] = house.first_key
        chat = {"type": "discord", "config": {"webhook_url": f"{house.provider.url}/api/webhooks/1/x"}}
        alert = await house.create(
            name="Errors <b>",
            q="level=error | stats count as errors by host | where errors > 100",
            channels=[house.hook(), chat],
        )
        await house.log(7, ago=60, host="<i>web</i>")
        await house.log(120, ago=0, host="<i>web</i>")
        await house.until(lambda: len(house.provider.requests) == 2, minutes=1)
        del house.session.headers["X-API-Key"]
        message = next(one for one in house.provider.requests if one.path == "/hook")
        yield house, alert, message.json


def path_of(message: dict[str, Any], kind: str) -> str:
    url = next((each["url"] for each in message["links"] if each["kind"] == kind), message["chart"])
    assert url.startswith(f"https://alerts.example.com/lynx/go/{kind}/")
    return urlsplit(url).path.removeprefix("/lynx")


async def state(house: House, alert: dict[str, Any]) -> tuple[Any, Any]:
    """Mute and acknowledgement, as the interface shows them to a key."""
    key = {"X-API-Key": house.first_key or ""}
    found = (await house.ask("GET", f"/api/v1/alerts/{alert['id']}", headers=key)).data
    (instance,) = (await house.ask("GET", f"/api/v1/alerts/{alert['id']}/instances", headers=key)).data[
        "instances"
    ]
    return found["muted"], instance["acked"]


@pytest.mark.parametrize("kind", ["alert", "query", "ack", "mute"])
async def test_opening_a_link_needs_no_key_and_changes_nothing(told: Any, kind: str) -> None:
    house, alert, message = told
    before = await state(house, alert)
    for method in ("GET", "HEAD"):
        answer = await house.ask(method, path_of(message, kind))
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = (await house.ask("GET", path_of(message, kind))).raw.decode()
    assert "Errors &lt;b&gt;" in page
    assert not re.search(r"<(b|i|script)\b", page)
    assert await state(house, alert) == before


async def test_the_page_of_an_alert_says_how_it_stands(told: Any) -> None:
    house, _, message = told
    page = (await house.ask("GET", path_of(message, "alert"))).raw.decode()
    assert "FIRING since" in page
    assert "host: <code>&lt;i&gt;web&lt;/i&gt;</code>" in page
    assert "value: <code>120</code>" in page
    assert "level=error | stats count as errors by host" in page


async def test_a_chart_is_sent_along_and_served(told: Any) -> None:
    house, alert, message = told
    chat = next(one for one in house.provider.requests if one.path.startswith("/api/webhooks"))
    assert 'filename="chart.png"' in chat.text
    linked = await house.ask("GET", path_of(message, "chart"))
    assert (linked.status, linked.headers["Content-Type"]) == (200, "image/png")
    assert linked.raw.startswith(b"\x89PNG")
    assert linked.raw != placeholder()
    page = (await house.ask("GET", path_of(message, "alert"))).raw.decode()
    (shown,) = re.findall(r'<img src="../../(chart/[^"]*)"', page)
    assert (await house.ask("GET", f"/go/{shown}")).raw.startswith(b"\x89PNG")

    key = {"X-API-Key": house.first_key or ""}
    path = f"/api/v1/alerts/{alert['id']}/chart.png"
    assert (await house.ask("GET", path)).status == 401
    assert (await house.ask("GET", path, headers=key)).raw.startswith(b"\x89PNG")
    own = path + "?key=%7B%22host%22%3A%22%3Ci%3Eweb%3C%2Fi%3E%22%7D"
    assert (await house.ask("GET", own, headers=key)).raw.startswith(b"\x89PNG")
    for wrong, status in (("?key=web", 422), ("?at=now", 422), ("?key=%7B%22host%22%3A%22x%22%7D", 404)):
        assert (await house.ask("GET", path + wrong, headers=key)).status == status


async def test_a_query_runs_when_somebody_asks(told: Any) -> None:
    house, _, message = told
    page = (await house.ask("GET", path_of(message, "query"))).raw.decode()
    assert "Run it" in page
    assert "<table>" not in page
    page = (await house.ask("GET", path_of(message, "query") + "?run=1")).raw.decode()
    assert "<td>&lt;i&gt;web&lt;/i&gt;</td><td>120</td>" in page


async def test_a_button_acknowledges(told: Any) -> None:
    house, alert, message = told
    assert (await state(house, alert))[1] is None
    answer = await house.ask("POST", path_of(message, "ack"), "who=Ada+%3Cb%3E&note=on+it")
    assert answer.status == 200
    assert "Acknowledged" in answer.raw.decode()
    acked = (await state(house, alert))[1]
    assert (acked["note"], acked["until"]) == ("on it", None)
    key = {"X-API-Key": house.first_key or ""}
    changes = (await house.ask("GET", "/api/v1/audit?action=alert.ack", headers=key)).data
    (row,) = next(iter(changes.values()))
    assert (row["who"], row["role"]) == ("Ada <b> (link)", str(Role.MEMBER))


async def test_a_button_mutes_and_ends_the_mute(told: Any) -> None:
    house, alert, message = told
    answer = await house.ask("POST", path_of(message, "mute"), "for=4h&note=deploying")
    assert "Muted until" in answer.raw.decode()
    mute = (await state(house, alert))[0]
    assert mute["reason"] == "deploying"
    until = dt.datetime.fromisoformat(mute["until"])
    assert until - house.clock.now() == dt.timedelta(hours=4)
    assert "End the mute" in (await house.ask("GET", path_of(message, "mute"))).raw.decode()
    answer = await house.ask("POST", path_of(message, "mute"), "for=0")
    assert answer.status == 200
    assert (await state(house, alert))[0] is None
    answer = await house.ask("POST", path_of(message, "mute"), "for=9y")
    assert (answer.status, "for must be one of" in answer.raw.decode()) == (422, True)


async def test_a_link_is_good_for_one_purpose(told: Any) -> None:
    house, alert, message = told
    for kind in ("alert", "mute"):
        stolen = path_of(message, kind).replace(f"/go/{kind}/", "/go/ack/")
        answer = await house.ask("POST", stolen, "")
        assert (answer.status, "not valid" in answer.raw.decode()) == (404, True)
    other = path_of(message, "ack").replace(alert["id"], "alt_0000000000000000")
    assert (await house.ask("POST", other, "")).status == 404
    assert (await house.ask("POST", path_of(message, "alert"), "")).status == 405


async def test_readers_of_messages_get_no_links_that_act(told: Any) -> None:
    house, alert, message = told
    key = {"X-API-Key": house.first_key or ""}
    shown = (await house.ask("GET", f"/api/v1/alerts/{alert['id']}/notifications", headers=key)).raw.decode()
    assert "/go/ack/" in shown
    assert path_of(message, "ack").rpartition(".")[2] not in shown


async def test_links_expire(told: Any) -> None:
    house, _, message = told
    with closing(sqlite3.connect(house.folder / "data" / "state.sqlite")) as state:
        (secret,) = state.execute("SELECT value FROM meta WHERE name = 'link_secret'").fetchone()
    subject = path_of(message, "ack").split("/")[3]
    ticket = Passes(bytes.fromhex(json.loads(secret))).sign("ack", subject, house.clock.now())
    for method in ("GET", "POST"):
        answer = await house.ask(method, f"/go/ack/{subject}/{ticket}")
        assert (answer.status, "has expired" in answer.raw.decode()) == (410, True)
