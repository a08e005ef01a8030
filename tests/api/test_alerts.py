from __future__ import annotations

import json

import pytest

from tests.api.house import ALERT, House

TELEGRAM = {
    "type": "telegram",
    "name": "Chat",
    "config": {"bot_token": "110201543:AAHdqTcvCH1vGWJxfSe", "chat_id": -100},
}


async def test_a_new_alert_is_shown_with_everything_that_defines_it(house: House) -> None:
    answer = await house.ask("POST", "/api/v1/alerts", {**ALERT, "channels": [house.hook(), TELEGRAM]})
    assert answer.status == 201
    made = answer.data
    assert answer.headers["Location"] == f"/api/v1/alerts/{made['id']}"
    assert made["id"].startswith("alt_")
    assert len(made["id"]) == 20
    assert made["channels"] == [
        {
            "type": "webhook",
            "name": "Hook",
            "enabled": True,
            "send_resolved": True,
            "config": {"url": f"{house.provider.url}/..."},
        },
        {
            "type": "telegram",
            "name": "Chat",
            "enabled": True,
            "send_resolved": True,
            "config": {"bot_token": "110201543:AAH...", "chat_id": -100},
        },
    ]
    assert {key: made[key] for key in ("enabled", "last_triggered", "last_checked", "status")} == {
        "enabled": True,
        "last_triggered": None,
        "last_checked": None,
        "status": "ok",
    }
    assert list(made)[:9] == [
        "id",
        "name",
        "q",
        "interval",
        "channels",
        "enabled",
        "last_triggered",
        "last_checked",
        "status",
    ]
    again = await house.ask("GET", f"/api/v1/alerts/{made['id']}")
    assert again.data == made
    assert again.headers["ETag"] == answer.headers["ETag"]


async def test_what_was_read_can_be_sent_back_and_secrets_stay(house: House) -> None:
    made = await house.create(channels=[house.hook(), TELEGRAM], labels={"team": "sre"})
    path = f"/api/v1/alerts/{made['id']}"
    answer = await house.ask("PUT", path, made)
    assert answer.data == made, "nothing changed"
    del made["channels"][1]["config"]["bot_token"]
    changed = await house.ask("PUT", path, {**made, "name": "Renamed"})
    assert changed.data["name"] == "Renamed"
    assert changed.data["version"] == 1, "a new name is no new meaning"
    assert changed.data["channels"][1]["config"]["bot_token"] == "110201543:AAH..."
    assert changed.headers["ETag"] != answer.headers["ETag"]
    await house.ask("POST", f"{path}/test-channels")
    assert [request.path for request in house.provider.requests] == ["/hook"], "the whole address was kept"


async def test_a_mask_of_nothing_stored_is_refused(house: House) -> None:
    made = await house.create()
    mask = {"type": "telegram", "name": "New", "config": {"bot_token": "110201543:AAH...", "chat_id": "1"}}
    fields = {**ALERT, "channels": [house.hook(), mask]}
    answer = await house.ask("PUT", f"/api/v1/alerts/{made['id']}", fields)
    assert answer.status == 422
    assert answer.error["message"] == "channels[1].config.bot_token is a mask of no stored value"
    created = await house.ask("POST", "/api/v1/alerts", fields)
    assert created.status == 201, "a new alert takes it literally, as the first page's own example needs"
    assert created.body["meta"]["warnings"][0]["path"] == ["channels", 1, "config", "bot_token"]


async def test_put_replaces_everything_and_patch_what_it_names(house: House) -> None:
    made = await house.create(severity="critical", cooldown="5m", enabled=False, window="10m")
    path = f"/api/v1/alerts/{made['id']}"
    patched = (await house.ask("PATCH", path, {"interval": "2m", "cooldown": None})).data
    assert (patched["interval"], patched["window"], patched["cooldown"]) == ("2m", "10m", "0s")
    assert (patched["severity"], patched["enabled"]) == ("critical", False)
    replaced = (await house.ask("PUT", path, {**ALERT, "channels": [house.hook()]})).data
    assert (replaced["severity"], replaced["enabled"], replaced["window"]) == ("error", True, "1m")
    followed = (await house.ask("PATCH", path, {"interval": "3m"})).data
    assert followed["window"] == "3m", "a window that followed the interval still does"
    by_cron = (await house.ask("PATCH", path, {"cron": "*/10 * * * *", "window": "10m"})).data
    assert (by_cron["interval"], by_cron["cron"]) == (None, "*/10 * * * *")
    other = (await house.ask("PATCH", path, {"query": "level=warn"})).data
    assert (other["q"], other["version"]) == ("level=warn", replaced["version"] + 3)


async def test_an_alert_that_was_changed_meanwhile_is_not_overwritten(house: House) -> None:
    made = await house.create()
    path = f"/api/v1/alerts/{made['id']}"
    tag = (await house.ask("GET", path)).headers["ETag"]
    assert (await house.ask("PATCH", path, {"name": "First"}, headers={"If-Match": tag})).status == 200
    for method in ("PATCH", "DELETE"):
        late = await house.ask(method, path, {"name": "Second"}, headers={"If-Match": tag})
        assert (late.status, late.error["code"]) == (412, "CONFLICT")
    assert (await house.ask("PATCH", path, {"name": "Third"}, headers={"If-Match": "*"})).data[
        "name"
    ] == "Third"


async def test_deleted_is_gone(house: House) -> None:
    made = await house.create()
    answer = await house.ask("DELETE", f"/api/v1/alerts/{made['id']}")
    assert (answer.status, answer.raw) == (204, b"")
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        gone = await house.ask(method, f"/api/v1/alerts/{made['id']}", ALERT)
        assert (gone.status, gone.body) == (
            404,
            {"error": {"code": "NOT_FOUND", "message": "Alert not found"}},
        )


async def test_alerts_of_the_file_are_found_by_their_key_and_cannot_be_changed(house: House) -> None:
    found = (await house.ask("GET", "/api/v1/alerts/from-file")).data
    assert (found["key_in_file"], found["source"]) == ("from-file", "file")
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await house.ask(method, f"/api/v1/alerts/{found['id']}", {"name": "x"})
        assert (answer.status, answer.error["code"]) == (409, "READ_ONLY")
    assert (await house.ask("POST", "/api/v1/alerts/from-file/toggle")).status == 409
    muted = await house.ask("POST", "/api/v1/alerts/from-file/mute", {"duration": "1h", "reason": "known"})
    assert muted.data["muted"] == {
        "since": "2026-02-14T12:00:00Z",
        "until": "2026-02-14T13:00:00Z",
        "reason": "known",
        "who": "api",
    }
    assert (await house.ask("POST", "/api/v1/alerts/from-file/unmute")).data["muted"] is None


async def test_toggling_switches_an_alert_on_and_off(house: House) -> None:
    path = f"/api/v1/alerts/{(await house.create())['id']}/toggle"
    assert (await house.ask("POST", path)).data["enabled"] is False
    assert (await house.ask("POST", path)).data["enabled"] is True
    assert (await house.ask("POST", path, {"enabled": True})).data["enabled"] is True


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"until": "2026-02-14T11:00:00Z"}, "until must be in the future"),
        ({"until": "soon"}, "until must be a time with its zone such as 2026-02-14T13:25:00Z"),
        (
            {"until": "2027-01-01T00:00:00Z", "duration": "1h"},
            "duration cannot stand beside until: keep one of them",
        ),
    ],
)
async def test_a_mute_that_means_nothing_is_refused(house: House, body, message) -> None:
    answer = await house.ask("POST", "/api/v1/alerts/from-file/mute", body)
    assert (answer.status, answer.error["message"]) == (422, message)


async def test_the_list_is_whole_or_paged(house: House) -> None:
    for name in ("c", "a", "b"):
        await house.create(name=name)
    whole = await house.ask("GET", "/api/v1/alerts")
    assert [each["name"] for each in whole.data["alerts"]] == ["From the file", "a", "b", "c"]
    assert "meta" not in whole.body
    names, cursor = [], ""
    while cursor is not None:
        page = await house.ask("GET", f"/alerts?limit=3&cursor={cursor}" if cursor else "/alerts?limit=3")
        names += [each["name"] for each in page.data["alerts"]]
        cursor = page.body["meta"]["next_cursor"]
        assert page.body["meta"]["has_more"] is (cursor is not None)
    assert names == ["From the file", "a", "b", "c"]
    for query in ("limit=0", "limit=x", "limit=1001", "limit=1&cursor=x", "limit=1&cursor=MQ"):
        assert (await house.ask("GET", f"/alerts?{query}")).status == 422


async def test_filters_choose_and_sort_orders(house: House) -> None:
    await house.create(name="Shop errors", labels={"team": "shop"})
    await house.create(name="Search errors", labels={"team": "search"}, enabled=False)

    async def listed(query: str) -> list[str]:
        found = (await house.ask("GET", f"/api/v1/alerts?{query}")).data["alerts"]
        return [each["name"] for each in found]

    assert await listed("label=team=shop") == ["Shop errors"]
    assert await listed("label=team&sort=-name") == ["Shop errors", "Search errors"]
    assert await listed("enabled=false") == ["Search errors"]
    assert await listed("q=SEARCH") == ["Search errors"]
    assert await listed("source=file") == ["From the file"]
    assert await listed("status=ok,error") == ["From the file", "Search errors", "Shop errors"]
    assert await listed("status=triggered") == []
    await house.log(200, ago=0)
    await house.until(lambda: house.provider.requests, minutes=1)
    assert await listed("status=triggered") == ["Shop errors"]
    assert (await listed("sort=-last_triggered"))[0] == "Shop errors"
    first = await house.ask("GET", "/alerts?sort=-name&limit=1&label=team")
    assert first.body["meta"]["total"] == 2
    rest = await house.ask("GET", f"/alerts?sort=-name&label=team&cursor={first.body['meta']['next_cursor']}")
    assert [each["name"] for each in rest.data["alerts"]] == ["Search errors"]
    other = await house.ask("GET", f"/alerts?sort=created_at&cursor={first.body['meta']['next_cursor']}")
    assert (other.status, other.error["message"]) == (422, "cursor is not a cursor of this list")
    refused = await house.ask("GET", "/alerts?statu=ok")
    assert (refused.status, refused.error["suggestion"]) == (422, "did you mean `status`?")
    for query in ("status=bad", "enabled=maybe", "label==x", "sort=size", "source=api2"):
        assert (await house.ask("GET", f"/alerts?{query}")).status == 422, query


async def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    made = await house.create()
    path = f"/api/v1/alerts/{made['id']}"
    first = await house.ask("GET", path)
    tag = first.headers["ETag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = await house.ask("GET", path, headers={"If-None-Match": header})
        assert (same.status, same.raw, same.headers["ETag"]) == (304, b"", tag)
    assert (await house.ask("GET", path, headers={"If-None-Match": '"other"'})).data == first.data
    await house.until(lambda: True, minutes=2)

    async def checked() -> bool:
        return (await house.ask("GET", path, headers={"If-None-Match": tag})).status == 200

    await house.until(checked)  # it was evaluated since: that is no change of the definition
    answer = await house.ask("PATCH", path, {"name": "Renamed"}, headers={"If-Match": tag})
    assert answer.status == 200
    stale = await house.ask("PATCH", path, {"name": "Late"}, headers={"If-Match": tag})
    assert (stale.status, stale.error["code"]) == (412, "CONFLICT")
    assert stale.headers["ETag"].strip('"') in answer.headers["ETag"]


async def test_history_is_chosen_from(house: House) -> None:
    made = await house.create()
    await house.log(200, ago=0)
    await house.until(lambda: house.provider.requests, minutes=1)
    path = f"/api/v1/alerts/{made['id']}"
    fired = (await house.ask("GET", f"{path}/history?kind=fired")).data["history"]
    assert [each["kind"] for each in fired] == ["fired"]
    assert (await house.ask("GET", f"{path}/history?kind=resolved")).data["history"] == []
    assert (await house.ask("GET", f"{path}/evaluations?kind=error,gap")).data["evaluations"] == []
    assert (await house.ask("GET", f"{path}/evaluations?kind=judged")).data["evaluations"]
    assert (await house.ask("GET", f"{path}/notifications?status=failed")).data["notifications"] == []
    for query in ("history?kind=x", "evaluations?status=error", "notifications?status=sent"):
        assert (await house.ask("GET", f"{path}/{query}")).status == 422, query


async def test_no_answer_and_no_list_shows_a_secret(house: House) -> None:
    await house.create(channels=[house.hook(config={"url": f"{house.provider.url}/s3cret-canary"}), TELEGRAM])
    for path in ("/api/v1/alerts", "/api/v1/config", "/health", "/metrics", "/api/v1/alerts/from-file"):
        raw = (await house.ask("GET", path)).raw.decode()
        assert "s3cret-canary" not in raw, path
        assert "dqTcvCH1vGWJxfSe" not in raw, path


async def test_warnings_come_beside_the_alert(house: House) -> None:
    chat = {**TELEGRAM, "config": {**TELEGRAM["config"], "message_template": "{{.alert.name}}"}}
    answer = await house.ask("POST", "/alerts", {**ALERT, "channels": [chat]})
    assert answer.status == 201
    assert [each["path"] for each in answer.body["meta"]["warnings"]] == [
        ["channels", 0, "config", "message_template"],
        ["channels", 0],
    ]
    assert json.loads(answer.raw)["data"]["channels"][0]["config"]["message_template"] == "{{.alert.name}}"


async def test_a_metric_shows_what_it_stands_for(house: House) -> None:
    fields = {"type": "error_rate", "threshold": 0.1, "agent_id": "a", "interval": "1m"}
    made = (await house.ask("POST", "/api/v1/alerts", {**fields, "channels": [house.hook()]})).data
    assert made["name"] == "Error rate of a above 0.1"
    assert made["q"].startswith('source="checkrd/telemetry" | where')
    assert made["when"] == {"type": "threshold", "field": "error_rate", "op": "gt", "value": 0.1}
    path = f"/api/v1/alerts/{made['id']}"
    same = await house.ask("PUT", path, made)
    assert {**same.data, "updated_at": None} == {**made, "updated_at": None}
    looser = (await house.ask("PATCH", path, {"threshold": 0.2})).data
    assert (looser["threshold"], looser["when"]["value"], looser["version"]) == (0.2, 0.2, 2)
    own = (await house.ask("PATCH", path, {"q": "level=error", "when": None})).data
    assert (own["q"], own["when"]) == ("level=error", {"type": "any_rows"})
    assert "threshold" not in own
