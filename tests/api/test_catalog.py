"""What there is: fields, their values, sources, events over time. Against the whole daemon over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.api.house import MINUTE, House

HOSTS = [("web-1", "error", 500), ("web-1", "info", 200), ("web-2", "info", "none"), ("web-2", "info", None)]


@pytest.fixture
async def filled(house: House) -> House:
    """Four events of `shop`, 40, 30, 20 and 10 minutes ago, and one line of another sourcetype."""
    lines = []
    for number, (host, level, status) in enumerate(HOSTS):
        at = (house.clock.now() - MINUTE * (40 - 10 * number)).isoformat()
        event = {"timestamp": at, "host": host, "level": level, "status": status, "it's a.b": number}
        lines.append(json.dumps(event))
    await house.ask("POST", "/api/v1/ingest", "\n".join(lines), headers={"X-Source": "shop"})
    await house.ask("POST", "/api/v1/ingest", "a=1", headers={"X-Source": "file", "X-Source-Type": "kv"})
    house.clock.tick(MINUTE)
    await house.asked({"q": "*"})
    return house


async def test_fields_with_types_shares_times_and_values(filled: House) -> None:
    answer = await filled.ask("GET", "/api/v1/fields?q=source%3Dshop")
    found = {field["name"]: field for field in answer.data["fields"]}
    assert list(found) == sorted(found)
    assert answer.body["meta"] == {"events": 4, "has_more": False, "next_cursor": None}
    assert found["level"] == {
        "name": "level",
        "type": "text",
        "count": 4,
        "share": 1.0,
        "first_seen": "2026-02-14T11:20:00Z",
        "last_seen": "2026-02-14T11:50:00Z",
        "values": [{"value": "info", "count": 3}, {"value": "error", "count": 1}],
    }
    status = found["status"]
    assert (status["type"], status["count"], status["share"]) == ("any", 3, 0.75)
    assert (status["first_seen"], status["last_seen"]) == ("2026-02-14T11:20:00Z", "2026-02-14T11:40:00Z")
    assert (found["a"]["count"], found["a"]["first_seen"], found["a"]["values"]) == (0, None, [])
    assert found["it's a.b"]["count"] == 4
    assert found["host"]["values"] == [{"value": "web-1", "count": 2}, {"value": "web-2", "count": 2}]


async def test_fields_are_paged_and_picked_by_name(filled: House) -> None:
    names: list[str] = []
    path = "/api/v1/fields?limit=2&values=0"
    while True:
        answer = await filled.ask("GET", path)
        names += [field["name"] for field in answer.data["fields"]]
        if not answer.body["meta"]["has_more"]:
            break
        path = f"/api/v1/fields?limit=2&values=0&cursor={answer.body['meta']['next_cursor']}"
    assert names == ["a", "host", "index", "it's a.b", "level", "source", "sourcetype", "status", "timestamp"]
    picked = await filled.ask("GET", "/api/v1/fields?match=s*e")
    assert [field["name"] for field in picked.data["fields"]] == ["source", "sourcetype"]


async def test_values_of_a_field(filled: House) -> None:
    answer = await filled.ask("GET", "/api/v1/fields/level/values?limit=1")
    assert answer.data == {
        "name": "level",
        "type": "text",
        "values": [{"value": "info", "count": 3, "share": 0.75}],
    }
    odd = await filled.ask("GET", "/api/v1/fields/it's%20a.b/values?q=host%3Dweb-1")
    assert [each["value"] for each in odd.data["values"]] == [0, 1]
    assert (await filled.ask("GET", "/api/v1/fields/nothing/values")).status == 404


async def test_sources(filled: House) -> None:
    answer = await filled.ask("GET", "/api/v1/sources")
    assert answer.data["sources"] == [
        {
            "index": "main",
            "source": "file",
            "sourcetype": "kv",
            "events": 1,
            "first_seen": "2026-02-14T12:00:00Z",
            "last_seen": "2026-02-14T12:00:00Z",
        },
        {
            "index": "main",
            "source": "shop",
            "sourcetype": None,
            "events": 4,
            "first_seen": "2026-02-14T11:20:00Z",
            "last_seen": "2026-02-14T11:50:00Z",
        },
    ]
    page = await filled.ask("GET", "/api/v1/sources?limit=1")
    assert page.body["meta"]["has_more"] is True
    rest = await filled.ask("GET", f"/api/v1/sources?limit=1&cursor={page.body['meta']['next_cursor']}")
    assert [each["source"] for each in rest.data["sources"]] == ["shop"]


async def test_a_histogram_has_every_bucket(filled: House) -> None:
    window = "earliest=2026-02-14T11:20:00Z&latest=2026-02-14T12:00:00Z"
    answer = await filled.ask("GET", f"/api/v1/histogram?q=source%3Dshop&buckets=4&{window}")
    assert answer.data["span"] == "600s"
    assert [each["count"] for each in answer.data["buckets"]] == [1, 1, 1, 1]
    assert answer.data["buckets"][0]["start"] == "2026-02-14T11:20:00Z"
    narrow = await filled.ask("GET", f"/api/v1/histogram?q=source%3Dshop&span=5m&{window}")
    assert [each["count"] for each in narrow.data["buckets"]] == [1, 0, 1, 0, 1, 0, 1, 0]
    apart = await filled.ask("GET", f"/api/v1/histogram?q=source%3Dshop&span=20m&by=level&{window}")
    assert [each["counts"] for each in apart.data["buckets"]] == [
        {"error": 1, "info": 1},
        {"error": 0, "info": 2},
    ]


@pytest.mark.parametrize(
    ("path", "place", "message"),
    [
        ("/histogram?span=often", ["span"], "span must be a duration such as 30s, 5m, 1h or 1d"),
        ("/histogram?span=1s", ["span"], "span would make more than 2,000 buckets; take a wider one"),
        ("/histogram?buckets=0", ["buckets"], "buckets must be at least 1"),
        ("/fields?limit=1001", ["limit"], "limit must be at most 1000"),
        ("/fields?cursor=%3F", ["cursor"], "cursor is not a cursor of this list"),
        ("/sources?earliest=tomorrowish", ["earliest"], None),
        ("/fields?wat=1", ["wat"], None),
        ("/tail?q=*%20%7C%20stats%20count", ["q"], "q must be a search without pipes"),
    ],
)
async def test_mistakes_have_a_place(house: House, path: str, place: list[str], message: str | None) -> None:
    answer = await house.ask("GET", "/api/v1" + path)
    assert answer.status == 422, answer.raw
    assert answer.error["details"][0]["path"] == place
    assert message is None or answer.error["message"] == message


async def test_a_wrong_search_is_shown_where_it_is_wrong(house: House) -> None:
    for path in ("/fields", "/fields/host/values", "/sources", "/histogram", "/tail"):
        answer = await house.ask("GET", f"/api/v1{path}?q=level%3D%28")
        assert (answer.status, answer.error["code"]) == (422, "INVALID_QUERY"), path
        assert answer.error["details"][0]["path"] == ["q"]
