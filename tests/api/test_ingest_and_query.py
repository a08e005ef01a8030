from __future__ import annotations

import gzip
import json

import pytest

from tests.api.house import CONFIG, MINUTE, House, living


async def test_what_was_acknowledged_can_be_asked_for(house: House) -> None:
    await house.log(3, service="shop")
    await house.log(1, level="info", service="shop")
    body = {"q": "service=shop | stats count by level"}
    answer = await house.asked(body)
    assert answer.data == {
        "columns": [{"name": "level", "type": "text"}, {"name": "count", "type": "integer"}],
        "rows": [{"level": "error", "count": 3}, {"level": "info", "count": 1}],
        "truncated": False,
        "window": {"start": "2026-02-13T12:00:00Z", "end": "2026-02-14T12:00:00Z"},
    }
    assert answer.body["meta"]["row_count"] == 2
    assert answer.body["meta"]["warnings"] == []
    by_url = await house.ask("GET", "/api/v1/query?q=service%3Dshop+%7C+stats+count+by+level&limit=1")
    assert by_url.data["rows"] == [{"level": "error", "count": 3}]
    assert by_url.data["truncated"] is True
    none = await house.asked({**body, "earliest": "-1h@h", "latest": "2026-02-14T11:30:00Z"})
    assert none.data["rows"] == []


async def test_headers_and_query_say_where_events_come_from(house: House) -> None:
    await house.ask(
        "POST", "/api/v1/ingest?source=b", "one line", headers={"X-Source": "a", "X-Index": "web"}
    )
    house.clock.tick(MINUTE)
    found = await house.asked({"q": "index=web | table source, index, _raw"})
    assert found.data["rows"] == [{"source": "b", "index": "web", "_raw": "one line"}]


async def test_events_keep_whole_numbers_and_times(house: House) -> None:
    await house.ask(
        "POST", "/api/v1/ingest", '{"big": 123456789012345678901234567890, "n": 9007199254740993}'
    )
    house.clock.tick(MINUTE)
    found = await house.asked({"q": "| table _time, n, big"})
    assert found.data["rows"][0]["n"] == 9007199254740993
    assert found.data["rows"][0]["_time"] == "2026-02-14T12:00:00Z"


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (gzip.compress(b"a\n" * 100, mtime=0)[:-9], {"Content-Encoding": "gzip"}, 400, "INVALID_ENCODING"),
        (b"x", {"Content-Encoding": "br"}, 415, "UNSUPPORTED_ENCODING"),
        (b"x", {"X-Index": "../etc"}, 422, "VALIDATION_ERROR"),
        (b'{"a": ', {"Content-Type": "application/json"}, 400, "INVALID_JSON"),
    ],
)
async def test_what_cannot_be_decoded_is_refused_whole(house: House, body, headers, status, code) -> None:
    answer = await house.ask("POST", "/api/v1/ingest", body, headers=headers)
    assert (answer.status, answer.error["code"]) == (status, code)
    if status == 415:
        assert answer.headers["Accept-Encoding"] == "gzip, deflate, zstd, snappy"


async def test_compressed_bodies_are_decoded_under_a_cap(tmp_path) -> None:
    config = CONFIG.replace("[channels.hook]", '[ingest]\nmax_body = "100KB"\n[channels.hook]')
    async with living(tmp_path, config) as house:
        lines = b'{"a":1}\n' * 5000
        answer = await house.ask(
            "POST", "/api/v1/ingest", gzip.compress(lines, mtime=0), headers={"Content-Encoding": "gzip"}
        )
        assert answer.data == {"accepted": 5000, "rejected": 0, "errors": [], "repaired": 0}
        bomb = gzip.compress(b"x" * 10_000_000, mtime=0)
        for body, headers in ((bomb, {"Content-Encoding": "gzip"}), (b"x" * 200_000, {})):
            answer = await house.ask("POST", "/api/v1/ingest", body, headers=headers)
            assert (answer.status, answer.error["code"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_explain_shows_every_stage(house: House) -> None:
    await house.log(1, host="a")
    answer = await house.ask("POST", "/api/v1/query/explain", {"q": "level=error|stats count by host"})
    assert answer.data["canonical"] == "search level=error | stats count by host"
    assert answer.data["key_fields"] == ["host"]
    assert "SELECT" in answer.data["sql"]
    assert "Aggregate" in answer.data["relation"]
    by_url = await house.ask("GET", "/api/v1/query/explain?q=level%3Derror")
    assert by_url.status == 200


async def test_explain_counts_rows_when_asked(house: House) -> None:
    await house.log(2, host="a", level="error")
    await house.asked({"q": "x"})  # until they can be queried
    url = "/api/v1/query/explain"
    asked = {"q": "level=error|stats count by host|where count>5", "rows": True}
    found = (await house.ask("POST", url, asked)).data
    assert [step["rows"] for step in found["rows"]["steps"]] == [2, 2, 1, 0]
    assert found["rows"]["empty"] == 3
    assert found["rows"]["reasons"] == [
        "`count > 5` does not fit the only row",
        "`count` is 2 wherever it is there",
    ]
    by_url = (await house.ask("GET", f"{url}?q=level%3Derror&rows=true&earliest=-2h&latest=-1h")).data
    assert [step["rows"] for step in by_url["rows"]["steps"]] == [0, 0]
    assert (await house.ask("POST", url, {"q": "x"})).data["rows"] is None
    assert (await house.ask("GET", f"{url}?q=x&rows=perhaps")).status == 422


async def test_the_front_greets_people_and_programs(house: House) -> None:
    page = await house.ask("GET", "/", headers={"Accept": "text/html,*/*"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"LynxAlert" in page.raw
    greeting = await house.ask("GET", "/")
    assert greeting.headers["X-Elastic-Product"] == "Elasticsearch"
    assert greeting.body["tagline"] == "You Know, for Search"


async def test_health_names_every_part(house: House) -> None:
    found = (await house.ask("GET", "/health")).data
    assert found["status"] == "ok"
    assert {name for name, part in found.items() if isinstance(part, dict)} == {
        "store",
        "scheduler",
        "outbox",
        "configuration",
        "channels",
    }
    assert (await house.ask("GET", "/ready")).data == {"ready": True, "waiting_for": []}
    metrics = await house.ask("GET", "/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b'lynxalert_http_requests_total{method="GET",route="/health",status="200"}' in metrics.raw
    assert json.loads((await house.ask("GET", "/health")).raw)["data"]["version"]
