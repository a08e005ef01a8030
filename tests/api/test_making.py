"""What is made under an `Idempotency-Key` is made once: asked again, at the same time, after a restart."""

from __future__ import annotations

import asyncio
import pathlib

import pytest

from tests.api.dialects.test_boundaries import CHECKRD, VOX
from tests.api.house import ALERT, MINUTE, House, living
from tests.api.test_access import made as key_of
from tests.api.test_rules import LOCKED

ONCE = {"Idempotency-Key": "5b0d9f0e once"}
HOOK = {"type": "webhook", "config": {"url": "https://example.com/s3cret"}}
BODY = {**ALERT, "channels": [HOOK]}


async def count(house: House) -> int:
    return len((await house.ask("GET", "/api/v1/alerts?source=api")).data["alerts"])


async def test_an_alert_is_made_once_whoever_was_faster_and_across_a_restart(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path) as house:
        answers = await asyncio.gather(
            *(house.ask("POST", "/api/v1/alerts", BODY, headers=ONCE) for _ in range(5))
        )
        assert [each.status for each in answers] == [201] * 5
        assert len({each.raw for each in answers}) == 1
        first = answers[0].data
        assert await count(house) == 1
        assert (await house.ask("POST", "/api/v1/alerts", BODY)).data["id"] != first["id"], "without a key"
    async with living(tmp_path) as house:
        again = await house.ask("POST", "/alerts", BODY, headers=ONCE)
        assert (again.status, again.data["id"]) == (201, first["id"])
        other = await house.ask("POST", "/alerts", {**BODY, "name": "Another"}, headers=ONCE)
        assert (other.status, other.error["code"]) == (409, "ALREADY_EXISTS")
        assert first["id"] in other.error["message"]
        assert await count(house) == 2
        changes = (await house.ask("GET", f"/api/v1/audit?object_id={first['id']}")).data["changes"]
        assert [each["action"] for each in changes] == ["alert.create"]


async def test_a_refused_body_uses_up_no_key(house: House) -> None:
    wrong = await house.ask("POST", "/alerts", {**BODY, "q": "| nonsense"}, headers=ONCE)
    assert wrong.status == 422
    assert (await house.ask("POST", "/alerts", BODY, headers=ONCE)).status == 201
    long = await house.ask("POST", "/alerts", BODY, headers={"Idempotency-Key": "x" * 201})
    assert (long.status, long.error["details"][0]["path"]) == (422, ["Idempotency-Key"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/alerts", {**CHECKRD, "channel": "webhook", "channel_target": "https://example.com/x"}),
        ("/v3/alert-rules", VOX),
        (
            "/compat/selftune/alerts",
            {"type": "no_data", "channel": "webhook", "config": {"webhook_url": "https://example.com/x"}},
        ),
    ],
)
async def test_each_dialect_keeps_to_it(house: House, path: str, body: dict[str, object]) -> None:
    first = await house.ask("POST", path, body, headers=ONCE)
    again = await house.ask("POST", path, body, headers=ONCE)
    assert first.status in {200, 201}
    assert (again.status, again.body) == (first.status, first.body)
    assert await count(house) == 1


async def test_a_silence_is_made_once(house: House) -> None:
    wish = {"matchers": ["host=a"], "duration": "1h", "reason": "work"}
    first = await house.ask("POST", "/api/v1/silences", wish, headers=ONCE)
    await house.clock.advance(MINUTE)
    again = await house.ask("POST", "/api/v1/silences", wish, headers=ONCE)
    assert (again.status, again.data) == (201, first.data)
    assert len((await house.ask("GET", "/api/v1/silences")).data["silences"]) == 1
    other = await house.ask("POST", "/api/v1/silences", {**wish, "matchers": ["host=b"]}, headers=ONCE)
    assert (other.status, other.error["code"]) == (409, "ALREADY_EXISTS")


async def test_a_key_is_made_once_and_its_text_is_not_told_again(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path, LOCKED) as house:
        admin = {"X-API-Key": str(house.first_key)}
        wish = {"name": "web", "role": "member"}
        made = (await house.ask("POST", "/api/v1/keys", wish, headers={**admin, **ONCE})).data
        again = await house.ask("POST", "/api/v1/keys", wish, headers={**admin, **ONCE})
        assert (again.status, again.error["code"]) == (409, "ALREADY_EXISTS")
        assert made["id"] in again.error["message"]
        assert made["key"][-43:].encode() not in again.raw
        own = {"Authorization": f"Bearer {made['key']}"}
        assert (await house.ask("GET", "/api/v1/alerts", headers=own)).status == 200, "the first one holds"
        mine = await house.ask("POST", "/alerts", BODY, headers={**own, **ONCE})
        other = await key_of(house, name="other", role="member")
        theirs = await house.ask("POST", "/alerts", {**BODY, "name": "Theirs"}, headers={**other, **ONCE})
        assert mine.data["id"] != theirs.data["id"], "keys of one are none of others"
