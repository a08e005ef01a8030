"""Silences and acknowledgements over HTTP: what they keep from being sent, and what happens when they end."""

from __future__ import annotations

import pytest

from tests.api.house import House

BY_SERVICE = "level=error | stats count as errors by service | where errors > 2"


async def test_a_silence_keeps_what_it_matches_quiet_until_it_is_ended(house: House) -> None:
    made = await house.create(q=BY_SERVICE, window="1h", labels={"team": "sre"})
    wish = {"matchers": ["team=sre", 'service=~"shop|pay"'], "duration": "2h", "reason": "deploy"}
    answer = await house.ask("POST", "/api/v1/silences", wish)
    assert answer.status == 201
    silence = answer.data
    assert (silence["state"], silence["reason"], silence["alert_id"]) == ("active", "deploy", None)
    assert silence["matchers"][1] == {"name": "service", "op": "=~", "value": "shop|pay"}
    for service in ("shop", "search"):
        await house.log(3, ago=0, service=service)
    path = f"/api/v1/alerts/{made['id']}"

    async def notified() -> list[tuple[str, str, str | None]]:
        sent = (await house.ask("GET", f"{path}/notifications")).data["notifications"]
        return sorted((each["key"]["service"], each["status"], each["reason"]) for each in sent)

    async def both() -> bool:
        return await notified() == [("search", "delivered", None), ("shop", "suppressed", "silenced")]

    await house.until(both, minutes=1)
    ended = await house.ask("DELETE", f"/api/v1/silences/{silence['id']}?notify=still_firing")
    assert ended.status == 204

    async def told() -> bool:
        return [each[1] for each in await notified()] == ["delivered", "delivered"]

    await house.until(told)
    again = await house.ask("DELETE", f"/api/v1/silences/{silence['id']}")
    assert (again.status, again.error["code"]) == (409, "CONFLICT")
    listed = (await house.ask("GET", "/api/v1/silences?state=expired")).data["silences"]
    assert [each["id"] for each in listed] == [silence["id"]]
    assert (await house.ask("GET", f"/api/v1/silences/{silence['id']}")).data["ended_at"] is not None


async def test_an_episode_is_acknowledged_and_shown_as_such(house: House) -> None:
    pagers = [
        {"type": "pagerduty", "name": "P", "config": {"routing_key": "R", "api_url": house.provider.url}},
        {"type": "opsgenie", "name": "O", "config": {"api_key": "K", "api_url": house.provider.url}},
    ]
    made = await house.create(q=BY_SERVICE, window="1h", channels=[house.hook(), *pagers])
    path = f"/api/v1/alerts/{made['id']}"
    nothing = await house.ask("POST", f"{path}/ack")
    assert (nothing.status, nothing.error["message"]) == (409, "nothing of it fires")
    for service in ("shop", "search"):
        await house.log(3, ago=0, service=service)

    async def firing() -> bool:
        return len((await house.ask("GET", f"{path}/instances")).data["instances"]) == 2

    async def told() -> bool:
        sent = (await house.ask("GET", f"{path}/notifications")).data["notifications"]
        return [each["status"] for each in sent] == ["delivered"] * 6

    await house.until(firing, minutes=1)
    await house.until(told)
    other = await house.ask("POST", f"{path}/ack", {"key": {"service": "shopp"}})
    keys = '{"service":"search"}, {"service":"shop"}'
    assert (other.status, other.error["message"]) == (409, f"nothing with this key fires; there is {keys}")
    wish = {"key": {"service": "shop"}, "note": "on it"}
    (known,) = (await house.ask("POST", f"{path}/ack", wish)).data["acknowledged"]
    assert known["key"] == {"service": "shop"}
    instances = (await house.ask("GET", f"{path}/instances")).data["instances"]
    assert {each["key"]["service"]: each["acked"] and each["acked"]["note"] for each in instances} == {
        "shop": "on it",
        "search": None,
    }
    await house.until(lambda: len(house.provider.requests) == 8)
    event, close = sorted(house.provider.requests[6:], key=lambda one: one.path, reverse=True)
    episode = known["episode"]
    assert event.json == {"routing_key": "R", "event_action": "acknowledge", "dedup_key": episode}
    assert close.path == f"/v2/alerts/{episode}/acknowledge?identifierType=alias"
    assert close.json["note"].endswith(": on it")
    assert (await house.ask("POST", f"{path}/unack")).status == 204
    instances = (await house.ask("GET", f"{path}/instances")).data["instances"]
    assert {each["acked"] for each in instances} == {None}


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({}, "matchers must have at least one matcher"),
        ({"matchers": ["service"]}, "matchers[0] is no matcher"),
        (
            {"matchers": [{"name": "a", "value": "b", "isEqual": {}}]},
            "matchers[0] must have isRegex and isEqual, where they are there, as true or false",
        ),
        (
            {"matchers": [{"name": "a", "value": "b", "isRegexp": True}]},
            "matchers[0] has no setting isRegexp",
        ),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, "matchers[0] is no pattern that RE2"),
        ({"matchers": ["a=b"], "until": "2020-01-01T00:00:00Z"}, "until must be in the future"),
        ({"matchers": ["a=b"], "until": "2099-01-01T00:00:00Z", "duration": "1h"}, "duration cannot stand"),
        ({"matchers": ["a=b"], "untill": "1h"}, "untill is not a known setting"),
    ],
)
async def test_what_is_wrong_with_a_silence_is_told(house: House, wish, message) -> None:
    answer = await house.ask("POST", "/api/v1/silences", wish)
    assert answer.status == 422
    assert answer.error["message"].startswith(message)


async def test_silences_are_chosen_sorted_and_ended_only_as_they_were_seen(house: House) -> None:
    made = []
    for number, (reason, hours) in enumerate(
        [("deploy of shop", 3), ("deploy of search", 1), ("noise", None)]
    ):
        body = {"matchers": [f"n={number}"], "reason": reason, **({"duration": f"{hours}h"} if hours else {})}
        made.append((await house.ask("POST", "/api/v1/silences", body)).data["id"])

    async def listed(query: str) -> list[int]:
        found = (await house.ask("GET", f"/api/v1/silences?{query}")).data["silences"]
        return [made.index(each["id"]) for each in found]

    assert await listed("sort=until") == [1, 0, 2]
    assert await listed("sort=-until") == [2, 0, 1]
    assert sorted(await listed("q=DEPLOY")) == [0, 1]
    assert await listed("q=deploy&who=nobody") == []
    first = await house.ask("GET", "/api/v1/silences?sort=-until&limit=1")
    after = first.body["meta"]["next_cursor"]
    assert await listed(f"sort=-until&cursor={after}") == [0, 1]
    assert (await house.ask("GET", f"/api/v1/silences?cursor={after}")).status == 422
    assert (await house.ask("GET", "/api/v1/silences?status=active")).status == 422
    path = f"/api/v1/silences/{made[0]}"
    tag = (await house.ask("GET", path)).headers["ETag"]
    assert (await house.ask("GET", path, headers={"If-None-Match": tag})).status == 304
    assert (await house.ask("DELETE", path, headers={"If-Match": '"other"'})).status == 412
    assert (await house.ask("DELETE", path, headers={"If-Match": tag})).status == 204
    assert (await house.ask("DELETE", path, headers={"If-Match": tag})).status == 412
    assert (await house.ask("GET", path, headers={"If-None-Match": tag})).status == 200
