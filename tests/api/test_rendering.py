"""`/templates/render`: messages shown before they are sent, and never sent."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from lynxalert.alerts.model import Kind
from lynxalert.notify.channel import channels
from tests.api.house import House, living
from tests.notify.occasions import configs

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROW = {"host": "web1", "errors": 247}
QUERY = "level=error | stats count as errors by host | where errors > 100"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory) -> Any:
    async with living(tmp_path_factory.mktemp("rendered")) as house:
        yield house


async def rendered(house: House, **asked: Any) -> Any:
    before = len(house.provider.requests)
    answer = await house.ask("POST", "/api/v1/templates/render", asked)
    assert len(house.provider.requests) == before, "something was sent"
    return answer.data


def unsaved(*specs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "Errors", "q": QUERY, "interval": "5m", "channels": list(specs), **fields}


async def test_a_saved_alert_over_a_row(house: House) -> None:
    alert = await house.create(q=QUERY)
    for name in (alert["id"], "from-file"):
        (message,) = (await rendered(house, alert=name, row=ROW))["messages"]
        assert (message["type"], message["markup"], message["warnings"]) == ("webhook", "plain", [])
        assert "errors: 247" in message["text"]
    (message,) = (await rendered(house, alert=alert["id"], row=ROW))["messages"]
    assert message["title"] == "FIRING (error): High error rate — host=web1"
    assert "errors (247) > 100" in message["text"]
    (request,) = message["requests"]
    assert (request["method"], request["body"]["title"]) == ("POST", message["title"])


async def test_a_row_that_is_found_or_made_up(house: House) -> None:
    alert = await house.create(q="level=render | stats count as errors | where errors > 100")
    found = await rendered(house, alert=alert["id"])
    assert (found["sample"], found["row"]) == (False, {"errors": 0})
    assert "errors (0) > 100" in found["messages"][0]["text"]
    broken = unsaved(house.hook(), q="level=render | stats count as errors by host")
    assert (await rendered(house, alert=broken))["sample"] is True


@pytest.mark.parametrize("kind", [*map(str, Kind), "test"])
async def test_every_kind(house: House, kind: str) -> None:
    (message,) = (await rendered(house, alert=unsaved(house.hook()), kind=kind, row=ROW))["messages"]
    words = {"fired": "FIRING", "repeated": "STILL FIRING", "no_data": "NO DATA", "test": "[TEST] FIRING"}
    assert message["title"].startswith(words.get(kind, kind.upper()))


@pytest.mark.parametrize("kind", sorted({*channels()} - {"apprise", "email"}))
async def test_every_channel_shows_its_requests_without_secrets(house: House, kind: str) -> None:
    spec = {"type": kind, "config": configs("https://provider.example.com")[kind]}
    (message,) = (await rendered(house, alert=unsaved(spec), row=ROW))["messages"]
    assert message["requests"]
    assert "CANARY" not in str(message)


async def test_one_channel_of_several_and_a_template_to_try(house: House) -> None:
    chat = {"type": "telegram", "name": "Ops", "config": configs("https://t.example.com")["telegram"]}
    alert = unsaved(house.hook(), chat)
    (message,) = (
        await rendered(house, alert=alert, channel="Ops", row=ROW, template="<b>{{ result.errors }}</b>")
    )["messages"]
    assert (message["text"], message["warnings"]) == ("<b>247</b>", [])
    wrong = await rendered(house, alert=alert, channel="telegram", row=ROW, template="{{ result.eror }}")
    (remark,) = wrong["messages"][0]["warnings"]
    assert remark == {
        "path": "message_template:1:11", "message": "`eror` is not there and stays empty (did you mean `errors`?)",
    }  # fmt: skip
    plain = await rendered(
        house, alert=unsaved(), row=ROW, template="{{ result.errors }} at {{ alert.name }}"
    )
    assert plain["messages"][0]["text"] == "247 at Errors"


@pytest.mark.parametrize(
    ("asked", "status", "path", "text"),
    [
        ({}, 422, ["alert"], "is required"),
        ({"alert": "nobody"}, 404, None, "Alert not found"),
        ({"alert": "from-file", "kind": "fire"}, 422, ["kind"], "must be one of"),
        ({"alert": "from-file", "channel": "hok"}, 422, ["channel"], "did you mean `hook`?"),
        ({"alert": "from-file", "row": [1]}, 422, ["row"], "object"),
        ({"alert": {"name": "x", "q": "x | nope"}}, 422, None, ""),
        ({"alert": "from-file", "rows": {}}, 422, ["rows"], "`row`"),
    ],
)
async def test_mistakes_teach(house: House, asked: Any, status: int, path: Any, text: str) -> None:
    answer = await house.ask("POST", "/api/v1/templates/render", asked)
    assert answer.status == status
    assert text in str(answer.error)
    if path is not None:
        assert answer.error["details"][0]["path"] == path


async def test_a_channel_without_templates_says_so(house: House) -> None:
    spec = {"type": "pagerduty", "config": configs("https://p.example.com")["pagerduty"]}
    body = {"alert": unsaved(spec), "template": "x"}
    answer = await house.ask("POST", "/api/v1/templates/render", body)
    assert answer.status == 422
    assert "a channel of type 'pagerduty' has no template of its own" in answer.error["message"]
