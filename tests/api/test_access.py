"""Who did what, where a key may send, and that no key stands anywhere."""

from __future__ import annotations

import datetime as dt
import logging
import pathlib

from tests.api.house import ALERT, House, living
from tests.api.test_rules import LOCKED


async def made(house: House, **fields: object) -> dict[str, str]:
    """The headers that show a new key."""
    answer = await house.ask("POST", "/api/v1/keys", fields, headers={"X-API-Key": house.first_key})
    return {"Authorization": f"Bearer {answer.data['key']}"}


async def test_changes_bear_the_name_of_their_key_and_no_secret(tmp_path: pathlib.Path, caplog) -> None:
    caplog.set_level(logging.INFO)
    async with living(tmp_path, LOCKED) as house:
        admin = {"X-API-Key": house.first_key}
        ada = await made(house, name="ada", role="member")
        body = {**ALERT, "channels": [house.hook(config={"url": "https://h.example/s3cret-canary?k=s3cret"})]}
        alert = (await house.ask("POST", "/api/v1/alerts", body, headers=ada)).data
        where = f"/api/v1/alerts/{alert['id']}"
        await house.ask("PATCH", where, {"severity": "critical"}, headers=ada)
        await house.ask("POST", f"{where}/mute", {"duration": "1h", "reason": "work"}, headers=ada)
        await house.ask("POST", f"{where}/unmute", headers=ada)
        made_silence = await house.ask("POST", "/api/v1/silences", {"matchers": ["host=a"]}, headers=ada)
        assert made_silence.data["who"] == "ada"
        await house.ask("DELETE", f"/api/v1/silences/{made_silence.data['id']}", headers=ada)
        assert (await house.ask("DELETE", where, headers=ada)).error["code"] == "FORBIDDEN"
        await house.ask("DELETE", where, headers=admin)
        found = await house.ask("GET", "/api/v1/audit?limit=100", headers=admin)
        told = [(each["who"], each["action"]) for each in reversed(found.data["changes"])]
        assert told == [
            ("lynxalert", "key.create"),
            ("first", "key.create"),
            ("ada", "alert.create"),
            ("ada", "alert.update"),
            ("ada", "alert.mute"),
            ("ada", "alert.unmute"),
            ("ada", "silence.create"),
            ("ada", "silence.end"),
            ("first", "alert.delete"),
        ]
        update = found.data["changes"][5]
        assert update["after"]["severity"] == "critical"
        assert set(update["before"]) <= set(update["after"]) <= {"severity", "version"}
        assert (update["role"], update["address"]) == ("member", "127.0.0.1")
        first = await house.ask("GET", "/api/v1/audit?limit=1&who=ada", headers=admin)
        assert first.data["changes"][0]["action"] == "silence.end"
        after = first.body["meta"]["next_cursor"]
        second = await house.ask("GET", f"/api/v1/audit?limit=1&who=ada&cursor={after}", headers=admin)
        assert second.data["changes"][0]["action"] == "silence.create"
        assert (await house.ask("GET", "/api/v1/audit?whom=ada", headers=admin)).status == 422
        shown = found.raw + (await house.ask("GET", "/metrics")).raw
        shown += (await house.ask("GET", "/api/v1/keys", headers=admin)).raw
        shown += (await house.ask("GET", "/api/v1/alerts", headers={"X-API-Key": "lx_canary"})).raw
        secrets = (house.first_key, ada["Authorization"][-43:], "s3cret-canary", "lx_canary")
    logged = caplog.text.encode()
    for secret in secrets:
        assert secret is not None
        assert secret.encode() not in shown
        assert secret.encode() not in logged
        stored = b"".join(each.read_bytes() for each in (tmp_path / "data").glob("state.sqlite*"))
        assert secret == "s3cret-canary" or secret.encode() not in stored


async def test_a_key_sends_where_it_may_and_is_forgotten_at_once(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path, LOCKED) as house:
        admin = {"X-API-Key": house.first_key}
        web = await made(house, name="web", role="ingest", indexes=["web*"], duration="1h")
        line = '{"message": "x"}'
        found = [
            (await house.ask("POST", "/api/v1/ingest", line, headers={**web, "X-Index": index})).status
            for index in ("web", "main")
        ]
        assert found == [200, 403]
        event = '{"event": "x", "index": "main"}'
        collected = await house.ask("POST", "/services/collector", event, headers=web)
        assert (collected.status, collected.body["code"]) == (400, 7)
        bulk = '{"create": {"_index": "other"}}\n{"n": 1}\n'
        assert (await house.ask("POST", "/_bulk", bulk, headers=web)).status == 403
        listed = (await house.ask("GET", "/api/v1/keys", headers=admin)).data["keys"]
        listed.sort(key=lambda each: each["name"])  # both were made at the same instant
        assert [(each["name"], each["role"]) for each in listed] == [("first", "admin"), ("web", "ingest")]
        assert listed[1]["last_used_at"] is not None
        assert "hash" not in listed[1]
        path = f"/api/v1/keys/{listed[1]['id']}"
        assert (await house.ask("DELETE", path, headers=admin)).status == 204
        assert (await house.ask("DELETE", path, headers=admin)).status == 404
        gone = await house.ask("POST", "/api/v1/ingest", line, headers={**web, "X-Index": "web"})
        assert (gone.status, gone.error["code"]) == (401, "INVALID_TOKEN")
        for body, path in (
            ({"name": "x", "role": "root"}, "role"),
            ({"name": "", "role": "admin"}, "name"),
            ({"name": "x", "role": "viewer", "indexes": ["a"]}, "indexes"),
            ({"name": "x", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ):
            refused = await house.ask("POST", "/api/v1/keys", body, headers=admin)
            assert (refused.status, refused.error["details"][0]["path"][0]) == (422, path)
        await house.clock.advance(dt.timedelta(minutes=1))
