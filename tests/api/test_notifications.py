from __future__ import annotations

from typing import Any

from tests.api.house import House
from tests.notify.provider import Answer

OPS = """
[channels.ops]
type = "webhook"
url = "{url}/ops"
"""


async def with_error_channel(house: House) -> None:
    """Reload with `ops` hearing what goes wrong."""
    written = house.file.read_text(encoding="utf-8")
    changed = written.replace("[server]", '[server]\nerror_channels = ["ops"]', 1)
    house.file.write_text(changed + OPS.format(url=house.provider.url), encoding="utf-8")
    assert (await house.ask("POST", "/api/v1/config/reload")).status == 200


def at_ops(house: House) -> list[Any]:
    """What the error channel was told."""
    return [request.json for request in house.provider.requests if request.path == "/ops"]


async def failed(house: House) -> dict[str, Any]:
    """A delivery that its provider refused."""
    await house.create()
    await house.log(247, ago=0)

    async def found() -> list[dict[str, Any]]:
        answer = await house.ask("GET", "/api/v1/notifications?status=failed,suppressed&channel=Hook")
        rows: list[dict[str, Any]] = answer.data["notifications"]
        return rows

    row: dict[str, Any] = (await house.until(found, minutes=1))[0]
    return row


async def test_a_refused_message_turns_its_channel_red_and_can_be_sent_again(house: House) -> None:
    await with_error_channel(house)
    house.provider.answers = [Answer(401, "no CANARY-secret")]
    row = await failed(house)
    assert (row["status"], row["reason"], row["alert"]["name"]) == (
        "failed",
        "unauthorized",
        "High error rate",
    )

    (trouble,) = await house.until(lambda: at_ops(house))
    assert trouble["kind"] == "channel_failed"
    assert trouble["title"] == "TROUBLE: Channel Hook (webhook) refuses messages"
    channels = {each["name"]: each for each in (await house.ask("GET", "/api/v1/channels")).data["channels"]}
    assert channels["Hook"]["state"] == "red"
    assert channels["Hook"]["last_error"]["reason"] == "unauthorized"
    assert channels["ops"]["error_channel"] is True
    health = (await house.ask("GET", "/health")).data["channels"]
    assert (health["status"], health["red"]) == ("degraded", 1)
    counted = (await house.ask("GET", "/metrics")).raw.decode()
    assert 'lynxalert_channels{state="red"} 1.0' in counted
    assert 'lynxalert_delivery_oldest_waiting_seconds{channel="Hook",type="webhook"} 0.0' in counted

    again = await house.ask("POST", f"/api/v1/notifications/{row['id']}/retry")
    assert (again.status, again.data["status"]) == (202, "retrying")
    [change] = (await house.ask("GET", "/api/v1/audit?action=notification.retry")).data["changes"]
    assert change["object_id"] == row["id"]

    async def delivered() -> bool:
        one = await house.ask("GET", f"/api/v1/notifications/{row['id']}")
        return [each["status"] for each in one.data["log"]] == ["failed", "delivered"]

    await house.until(delivered)
    refused = await house.ask("POST", f"/api/v1/notifications/{row['id']}/retry")
    assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
    await house.until(lambda: len(at_ops(house)) == 2)
    assert [each["state"] for each in at_ops(house)] == ["firing", "resolved"]


async def test_lists_of_all_alerts_page_and_refuse_unknown_words(house: House) -> None:
    house.provider.answers = [Answer(403, "no")]
    row = await failed(house)
    page = await house.ask("GET", "/api/v1/notifications?limit=1")
    assert page.body["meta"] == {"has_more": False, "next_cursor": None}
    assert (await house.ask("GET", f"/api/v1/notifications?alert={row['alert']['id']}")).data[
        "notifications"
    ] == page.data["notifications"]
    assert (await house.ask("GET", "/api/v1/notifications?alert=alt_none")).data["notifications"] == []
    assert (await house.ask("GET", "/api/v1/notifications?status=lost")).status == 422
    assert (await house.ask("GET", "/api/v1/notifications/dlv_none")).status == 404
    assert (await house.ask("POST", "/api/v1/notifications/dlv_none/retry")).status == 404


async def test_a_refused_reload_and_its_mending_are_told_once_each(house: House) -> None:
    await with_error_channel(house)
    good = house.file.read_text(encoding="utf-8")
    house.file.write_text(good + "\n[alerts.x]\nq = '''| whre'''\n", encoding="utf-8")
    for _ in range(2):
        assert (await house.ask("POST", "/api/v1/config/reload")).status == 422
    await house.until(lambda: len(house.provider.requests) == 1)
    house.file.write_text(good, encoding="utf-8")
    assert (await house.ask("POST", "/api/v1/config/reload")).status == 200
    await house.until(lambda: len(house.provider.requests) == 2)
    titles = [request.json["title"] for request in house.provider.requests]
    assert titles == ["TROUBLE: The configuration was refused", "OK: The configuration is in force again"]


async def test_an_alert_that_cannot_do_its_work_is_told_to_the_error_channel(house: House) -> None:
    await with_error_channel(house)
    await house.create(name="crowd", q="* | stats count by n", max_instances=1)
    await house.log(3, ago=0)

    told = await house.until(lambda: at_ops(house), minutes=1)
    assert told[0]["kind"] == "alert_error"
    assert told[0]["title"] == "TROUBLE: crowd: cannot do its work"
    assert told[0]["text"].startswith("TROUBLE: crowd: cannot do its work\ntoo many instances: more than 1")


async def test_a_test_message_is_remembered(house: House) -> None:
    made = await house.create()
    known = {each["name"]: each for each in (await house.ask("GET", "/api/v1/channels")).data["channels"]}
    assert (known["Hook"]["state"], known["Hook"]["last_test"], known["Hook"]["alerts"]) == (
        "untried",
        None,
        1,
    )
    await house.ask("POST", f"/api/v1/alerts/{made['id']}/test-channels")
    known = {each["name"]: each for each in (await house.ask("GET", "/api/v1/channels")).data["channels"]}
    assert known["Hook"]["last_test"]["status"] == "ok"


async def test_the_fate_of_news_is_no_news(house: House) -> None:
    await with_error_channel(house)
    house.provider.otherwise = Answer(403, "no")
    await failed(house)

    async def red() -> bool:
        health = (await house.ask("GET", "/health")).data["channels"]
        return bool(health["red"] == 2)

    await house.until(red)
    assert len(at_ops(house)) == 1
    found = (await house.ask("GET", "/api/v1/notifications?channel=ops")).data["notifications"]
    assert [(each["status"], each["key"].split(":")[0]) for each in found] == [("failed", "channel_failed")]
