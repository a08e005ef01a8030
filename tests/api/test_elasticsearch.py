"""Elasticsearch's clients against a whole daemon: replies, handshakes, refusals, and what a query reads back."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

BULK = b'{"create":{"_index":"logs","_id":"7"}}\n{"@timestamp":"2026-02-14T11:59:50.25Z","n":1,"host":{"name":"web1"}}\n'
BROKEN = BULK + b'{"index":{"_index":"logs"}}\n{"n":\n{"delete":{"_index":"logs","_id":"7"}}\n'


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    "path",
    ["/_bulk", "/logs/_bulk", "/es/_bulk", "/api/v1/es/logs/_bulk/", "/logs/doc/_bulk", "/alerts/_bulk"],
)
async def test_a_bulk_is_taken_by_either_method_at_any_prefix(shared: House, method: str, path: str) -> None:
    answer = await shared.ask(method, path.rstrip("/"), BULK)
    assert answer.status == 200
    assert answer.headers["X-Elastic-Product"] == "Elasticsearch"
    assert answer.body["errors"] is False
    assert b'"errors":false,"items":[' in answer.raw
    assert answer.body["items"] == [
        {
            "create": {
                "_index": "logs",
                "_id": "7",
                "_version": 1,
                "result": "created",
                "_shards": {"total": 1, "successful": 1, "failed": 0},
                "_seq_no": 0,
                "_primary_term": 1,
                "status": 201,
            }
        }
    ]


async def test_each_action_has_its_own_answer(shared: House) -> None:
    answer = await shared.ask("PUT", "/_bulk", BROKEN)
    assert answer.status == 200
    assert b'"errors":true,"items":[' in answer.raw
    found = [
        (op, item["status"], item.get("error", {}).get("type"))
        for each in answer.body["items"]
        for op, item in each.items()
    ]
    assert found == [
        ("create", 201, None),
        ("index", 400, "document_parsing_exception"),
        ("delete", 400, "illegal_argument_exception"),
    ]


async def test_documents_read_back_as_they_were_sent(shared: House) -> None:
    document = {
        "@timestamp": "2026-02-14T11:59:50.123456Z",
        "n": 9007199254740993,
        "ratio": 0.1,
        "ok": True,
        "text": "5",
        "tags": ["a", "b"],
        "user": {"name": "ä"},
        "host": {"name": "web1"},
        "source": "shop",
    }
    body = json.dumps({"index": {"_index": "back", "_id": "id-1"}}) + "\n" + json.dumps(document) + "\n"
    packed = gzip.compress(body.encode())
    await shared.ask("POST", "/_bulk", packed, headers={"Content-Encoding": "gzip"})
    fields = "_time, host, source, index, _id, n, ratio, ok, text, tags{}, user.name"
    found = await shared.asked({"q": f"index=back | table {fields}"})
    assert found.data["rows"] == [
        {
            "_time": "2026-02-14T11:59:50.123456Z",
            "host": "web1",
            "source": "shop",
            "index": "back",
            "_id": "id-1",
            "n": 9007199254740993,
            "ratio": 0.1,
            "ok": True,
            "text": "5",
            "tags{}": ["a", "b"],
            "user.name": "ä",
        }
    ]


async def test_single_documents(shared: House) -> None:
    for method, path in (("POST", "/one/_doc"), ("PUT", "/one/_doc/x"), ("PUT", "/es/one/_create/x")):
        answer = await shared.ask(method, path, b'{"a":1}')
        assert (answer.status, answer.body["result"], answer.body["_index"]) == (201, "created", "one")
        assert answer.body["_id"] == "x" or len(answer.body["_id"]) == 20
    answer = await shared.ask("POST", "/one/_doc", b"[]")
    assert (answer.status, answer.body["error"]["type"]) == (400, "document_parsing_exception")
    assert answer.body["status"] == 400


async def test_the_greeting_has_a_version_and_the_product(shared: House) -> None:
    for path in ("/", "/es", "/es/", "/api/v1/es"):
        answer = await shared.ask("GET", path, headers={"Accept": "application/json"})
        assert answer.body["tagline"] == "You Know, for Search"
        assert int(answer.body["version"]["number"].partition(".")[0]) >= 9
        head = await shared.ask("HEAD", path)
        assert (head.status, head.headers["X-Elastic-Product"], head.raw) == (200, "Elasticsearch", b"")


@pytest.mark.parametrize(
    ("method", "path", "holds"),
    [
        ("GET", "/_license", {"license": {"status": "active"}}),
        ("GET", "/_xpack?human=false", {"features": {}}),
        ("GET", "/_cluster/health/logs?wait_for_status=yellow", {"status": "green"}),
        ("GET", "/_nodes/http", {"nodes": {}}),
        ("GET", "/_nodes/_all/http", {"nodes": {}}),
        ("GET", "/_cluster/settings", {"persistent": {}}),
        ("PUT", "/_index_template/filebeat", {"acknowledged": True}),
        ("PUT", "/_ilm/policy/filebeat", {"acknowledged": True}),
        ("PUT", "/_ingest/pipeline/p", {"acknowledged": True}),
        ("PUT", "/_data_stream/logs-app-default", {"acknowledged": True}),
        ("POST", "/_aliases", {"acknowledged": True}),
        ("GET", "/_ilm/policy/filebeat", {}),
        ("PUT", "/es/made", {"acknowledged": True}),
    ],
)
async def test_handshakes(shared: House, method: str, path: str, holds: dict) -> None:
    answer = await shared.ask(method, path, b"{}" if method in {"PUT", "POST"} else None)
    assert (answer.status, answer.headers["X-Elastic-Product"]) == (200, "Elasticsearch")
    for name, value in holds.items():
        found = answer.body[name]
        assert value.items() <= found.items() if isinstance(value, dict) else found == value


@pytest.mark.parametrize(
    "path",
    [
        "/_index_template/x",
        "/_template/x%0Ay",
        "/_template/x",
        "/_ilm/policy/x",
        "/_ingest/pipeline/x",
        "/_alias/x",
        "/es/made",
    ],
)
async def test_whatever_is_looked_for_is_there(shared: House, path: str) -> None:
    answer = await shared.ask("HEAD", path)
    assert (answer.status, answer.headers["X-Elastic-Product"]) == (200, "Elasticsearch")


async def test_cat_health_is_a_line(shared: House) -> None:
    answer = await shared.ask("GET", "/_cat/health")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert b" green " in answer.raw


@pytest.mark.parametrize(
    ("body", "headers", "status", "type_"),
    [
        (b"", {}, 400, "parse_exception"),
        (b"no action\n", {}, 400, "parse_exception"),
        (b"x", {"Content-Encoding": "br"}, 415, "parse_exception"),
        (gzip.compress(BULK)[:-4], {"Content-Encoding": "gzip"}, 400, "parse_exception"),
    ],
)
async def test_refusals_are_elasticsearchs_own(shared: House, body: bytes, headers, status, type_) -> None:
    answer = await shared.ask("PUT", "/_bulk", body, headers=headers)
    assert (answer.status, answer.body["status"], answer.body["error"]["type"]) == (status, status, type_)
    assert answer.body["error"]["root_cause"] == [
        {key: answer.body["error"][key] for key in ("type", "reason")}
    ]
    assert answer.headers["X-Elastic-Product"] == "Elasticsearch"


async def test_what_is_not_offered_is_said_as_elasticsearch_does(shared: House) -> None:
    for method, path in (("GET", "/_search"), ("DELETE", "/_bulk"), ("GET", "/es/_nonsense")):
        answer = await shared.ask(method, path)
        assert (answer.status, answer.headers["X-Elastic-Product"]) == (400, "Elasticsearch")
        assert answer.body["error"].startswith("no handler found for uri [/_")


async def test_the_media_type_is_the_one_asked_for(shared: House) -> None:
    accept = "application/vnd.elasticsearch+json; compatible-with=8"
    answer = await shared.ask("PUT", "/_bulk", BULK, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/vnd.elasticsearch+json;compatible-with=8"


async def test_filter_path_reduces_the_answer(shared: House) -> None:
    wanted = "errors,items.*.error,items.*.status"
    answer = await shared.ask("POST", f"/_bulk?filter_path={wanted}", BULK)
    assert answer.body == {"errors": False, "items": [{"create": {"status": 201}}]}
