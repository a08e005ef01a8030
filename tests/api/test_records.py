from __future__ import annotations

import json

from tests.api.house import House


async def test_an_alert_fires_is_told_and_resolved_and_all_of_it_can_be_read(house: House) -> None:
    made = await house.create()
    path = f"/api/v1/alerts/{made['id']}"
    await house.log(247, ago=0)

    async def status(word: str) -> bool:
        return (await house.ask("GET", path)).data["status"] == word

    await house.until(lambda: status("triggered"), minutes=1)
    await house.until(lambda: len(house.provider.requests) == 1)
    fired = house.provider.requests[0].json
    assert fired["alert"]["name"] == "High error rate"
    assert fired["result"] == {"errors": 247}
    await house.until(lambda: status("ok"), minutes=2)
    await house.until(lambda: len(house.provider.requests) == 2)

    alert = (await house.ask("GET", path)).data
    assert alert["last_triggered"] is not None
    assert alert["last_checked"] > alert["last_triggered"]
    history = (await house.ask("GET", f"{path}/history")).data["history"]
    assert [each["kind"] for each in history] == ["resolved", "fired"]
    assert history[1]["result"] == {"errors": 247}
    page = await house.ask("GET", f"{path}/history?limit=1")
    rest = await house.ask("GET", f"{path}/history?limit=1&cursor={page.body['meta']['next_cursor']}")
    assert [each["kind"] for each in page.data["history"] + rest.data["history"]] == ["resolved", "fired"]
    assert rest.body["meta"] == {"has_more": False, "next_cursor": None}
    await the_other_way_round(house, path)

    async def delivered() -> bool:
        sent = (await house.ask("GET", f"{path}/notifications")).data["notifications"]
        return [(each["kind"], each["status"]) for each in sent] == [
            ("resolved", "delivered"),
            ("fired", "delivered"),
        ]

    await house.until(delivered)
    evaluations = (await house.ask("GET", f"{path}/evaluations")).data["evaluations"]
    assert {each["kind"] for each in evaluations} == {"judged"}
    assert evaluations[-1]["value"] is None or evaluations[-1]["rows"] >= 0
    metrics = (await house.ask("GET", "/metrics")).raw.decode()
    assert 'lynxalert_transitions_total{kind="fired"} 1.0' in metrics
    assert 'lynxalert_deliveries_total{status="delivered",type="webhook"} 2.0' in metrics


async def the_other_way_round(house: House, path: str) -> None:
    """Every list of what happened can begin with the oldest, page by page."""
    lists = [("history", "at"), ("notifications", "created_at"), ("evaluations", "at")]
    addresses = [(f"{path}/{name}", name, by) for name, by in lists]
    addresses += [
        ("/api/v1/notifications", "notifications", "created_at"),
        ("/api/v1/audit", "changes", "at"),
    ]
    for address, name, by in addresses:
        newest = (await house.ask("GET", f"{address}?limit=1000&sort=-{by}")).data[name]
        oldest: list[dict[str, object]] = []
        cursor = ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            page = await house.ask("GET", f"{address}?limit=1&sort={by}{after}")
            oldest += page.data[name]
            cursor = page.body["meta"]["next_cursor"]
        assert [each["number"] for each in oldest] == [each["number"] for each in reversed(newest)], address
        assert newest, address
        other = await house.ask("GET", f"{address}?sort=number")
        assert (other.status, other.error["details"][0]["path"]) == (422, ["sort"])


async def test_a_firing_instance_can_be_seen(house: House) -> None:
    made = await house.create(q="level=error | stats count as errors by service | where errors > 2")
    path = f"/api/v1/alerts/{made['id']}/instances"
    await house.log(3, ago=0, service="shop")

    async def instances() -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await house.ask("GET", path)).data["instances"]
        return found

    found = (await house.until(instances, minutes=1))[0]
    assert (found["key"], found["condition"]) == ({"service": "shop"}, "firing")
    assert found["result"] == {"service": "shop", "errors": 3}
    evidence = found["evidence"]
    assert isinstance(evidence, list)
    assert [json.loads(each)["n"] for each in evidence] == [2, 1, 0]
    (fired,) = (await house.ask("GET", path.replace("instances", "history"))).data["history"]
    assert fired["evidence"] == evidence


async def test_a_change_of_meaning_ends_what_fires(house: House) -> None:
    made = await house.create()
    path = f"/api/v1/alerts/{made['id']}"
    await house.log(247, ago=0)
    await house.until(lambda: len(house.provider.requests) == 1, minutes=1)
    changed = (
        await house.ask("PATCH", path, {"q": "level=error | stats count as errors | where errors > 500"})
    ).data
    assert (changed["version"], changed["status"]) == (2, "ok")
    await house.until(lambda: len(house.provider.requests) == 2)
    history = (await house.ask("GET", f"{path}/history")).data["history"]
    assert (history[0]["kind"], history[0]["reason"]) == ("resolved", "updated")


async def test_a_muted_alert_is_judged_and_stays_quiet(house: House) -> None:
    made = await house.create()
    path = f"/api/v1/alerts/{made['id']}"
    await house.ask("POST", f"{path}/mute", {"reason": "deploy"})
    await house.log(247, ago=0)

    async def suppressed() -> bool:
        sent = (await house.ask("GET", f"{path}/notifications")).data["notifications"]
        return [(each["status"], each["reason"]) for each in sent] == [("suppressed", "muted")]

    await house.until(suppressed, minutes=1)
    assert house.provider.requests == []
    unmuted = await house.ask("POST", f"{path}/unmute", {"notify": "still_firing"})
    assert unmuted.data["muted"] is None
    await house.until(lambda: len(house.provider.requests) == 1)
