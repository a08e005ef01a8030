"""OTLP, Loki, Datadog, CloudEvents and journald against a whole daemon: what is sent reads back, replies are their own."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import cramjam
import pytest
from google.protobuf.wrappers_pb2 import Int32Value
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from lynxalert.ingest.loki_messages import PushRequest
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
NANOSECONDS = 1771070390250000999
TIME = "2026-02-14T11:59:50.25Z"


async def read_back(house: House, query: str) -> list[dict[str, Any]]:
    """The rows of *query* without the fields that are null."""
    found = await house.asked({"q": query})
    return [{name: value for name, value in row.items() if value is not None} for row in found.data["rows"]]


def otlp_json(**record: Any) -> bytes:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return json.dumps(
        {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]}
    ).encode()


def otlp_protobuf(index: str) -> bytes:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value="shop")))
    record = resource.scope_logs.add().log_records.add(time_unix_nano=NANOSECONDS, severity_number=17)
    record.body.string_value = "payment failed"
    for key, value in (
        ("n", AnyValue(int_value=2**53 + 1)),
        ("com.splunk.index", AnyValue(string_value=index)),
    ):
        record.attributes.append(KeyValue(key=key, value=value))
    record.trace_id = bytes(range(16))
    return request.SerializeToString()


async def test_otlp_reads_back_alike_in_both_encodings(shared: House) -> None:
    record = {
        "timeUnixNano": str(NANOSECONDS),
        "severityNumber": 17,
        "body": {"stringValue": "payment failed"},
        "attributes": [
            {"key": "n", "value": {"intValue": str(2**53 + 1)}},
            {"key": "com.splunk.index", "value": {"stringValue": "otlp_json"}},
        ],
        "traceId": bytes(range(16)).hex(),
    }
    answer = await shared.ask("POST", "/v1/logs", otlp_json(**record), headers=JSON)
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, {}, "application/json")
    packed = gzip.compress(otlp_protobuf("otlp_protobuf"))
    answer = await shared.ask("POST", "/v1/logs", packed, headers={**PROTOBUF, "Content-Encoding": "gzip"})
    assert (answer.status, answer.raw, answer.headers["Content-Type"]) == (200, b"", "application/x-protobuf")
    for index in ("otlp_json", "otlp_protobuf"):
        rows = await read_back(
            shared, f"index={index} | table _time, source, _raw, n, level, severity_number, trace_id"
        )
        assert rows == [
            {
                "_time": TIME,
                "source": "shop",
                "_raw": "payment failed",
                "n": 2**53 + 1,
                "level": "error",
                "severity_number": 17,
                "trace_id": "000102030405060708090a0b0c0d0e0f",
            }
        ]


async def test_otlp_says_which_records_were_none(shared: House) -> None:
    answer = await shared.ask("POST", "/v1/logs", otlp_json(traceId="zz"), headers=JSON)
    message = "record 1: `traceId` must be hexadecimal"
    assert answer.body == {"partialSuccess": {"rejectedLogRecords": "1", "errorMessage": message}}
    request = ExportLogsServiceRequest.FromString(otlp_protobuf("a"))
    record = request.resource_logs[0].scope_logs[0].log_records[0]
    record.body.string_value = "x" * (4 * 2**20 + 1)
    answer = await shared.ask(
        "POST", "/v1/logs", gzip.compress(request.SerializeToString()), headers=PROTOBUF
    )
    partial = ExportLogsServiceResponse.FromString(answer.raw).partial_success
    assert (partial.rejected_log_records, partial.error_message) == (
        1,
        "record 1: longer than 4194304 characters",
    )


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", JSON, 400, 3),
        (b"\xff", PROTOBUF, 400, 3),
        (b"{}", {"Content-Type": "text/plain"}, 415, 3),
        (b"{}", {**JSON, "Content-Encoding": "br"}, 415, 3),
        (b"x", {**PROTOBUF, "Content-Encoding": "gzip"}, 400, 3),
    ],
)
async def test_otlp_refuses_in_the_encoding_of_the_request(
    shared: House, body, headers, status, code
) -> None:
    answer = await shared.ask("POST", "/otlp/v1/logs", body, headers=headers)
    assert answer.status == status
    if headers["Content-Type"] == "application/x-protobuf":
        assert answer.headers["Content-Type"] == "application/x-protobuf"
        status_of = Int32Value.FromString(
            answer.raw
        )  # a google.rpc.Status, whose text is an unknown field here
        assert status_of.value == code
        assert b"body" in answer.raw or b"ExportLogsServiceRequest" in answer.raw
    else:
        assert answer.body["code"] == code
        assert answer.body["message"]


def loki_protobuf(labels: str, line: str) -> bytes:
    request = PushRequest()
    stream = request.streams.add(labels=labels)
    entry = stream.entries.add(line=line)
    entry.timestamp.seconds, entry.timestamp.nanos = divmod(NANOSECONDS, 10**9)
    entry.metadata.add(name="trace_id", value="abc")
    return bytes(cramjam.snappy.compress_raw(request.SerializeToString()))


async def test_loki_reads_back_alike_in_both_encodings(shared: House) -> None:
    values = [[str(NANOSECONDS), "level=error n=5 failed", {"trace_id": "abc"}]]
    body = json.dumps({"streams": [{"stream": {"job": "app", "host": "web1"}, "values": values}]}).encode()
    headers = {**JSON, "X-Index": "loki_json", "Content-Encoding": "gzip"}
    answer = await shared.ask("POST", "/loki/api/v1/push", gzip.compress(body), headers=headers)
    assert (answer.status, answer.raw) == (204, b"")
    packed = loki_protobuf('{job="app", host="web1"}', "level=error n=5 failed")
    for declared in ({}, {"Content-Encoding": "snappy"}):
        headers = {**PROTOBUF, **declared, "X-Index": f"loki_protobuf{len(declared)}"}
        answer = await shared.ask("POST", "/api/prom/push", packed, headers=headers)
        assert (answer.status, answer.raw) == (204, b"")
    for index in ("loki_json", "loki_protobuf0", "loki_protobuf1"):
        rows = await read_back(
            shared, f"index={index} | table _time, host, source, job, level, n, trace_id, _raw"
        )
        assert rows == [
            {
                "_time": TIME,
                "host": "web1",
                "source": "app",
                "job": "app",
                "level": "error",
                "n": "5",
                "trace_id": "abc",
                "_raw": "level=error n=5 failed",
            }
        ]


@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        (b"{", JSON, 400, "line 1, column 2"),
        (b"[]", JSON, 400, "a list of streams"),
        (b"\x05\x10hello", PROTOBUF, 400, "PushRequest"),
        (b"no snappy", PROTOBUF, 400, "decompressed"),
        (b"{}", {**JSON, "Content-Encoding": "br"}, 415, "`br` is not known"),
        (b"{}", {**JSON, "X-Index": "a b"}, 400, "cannot be the name of an index"),
    ],
)
async def test_loki_refuses_with_a_line_of_text(shared: House, body, headers, status, text) -> None:
    answer = await shared.ask("POST", "/loki/api/v1/push", body, headers=headers)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert text in answer.raw.decode()


async def test_datadog_reads_back_as_it_was_sent(shared: House) -> None:
    log = {
        "message": "payment failed",
        "status": "warning",
        "timestamp": NANOSECONDS // 10**6,
        "hostname": "web1",
        "service": "shop",
        "ddsource": "python",
        "ddtags": "env:prod,team:a,team:b,urgent",
        "n": 2**53 + 1,
        "user": {"name": "ä"},
    }
    body = zlib.compress(json.dumps([log]).encode())
    headers = {**JSON, "Content-Encoding": "deflate", "X-Index": "datadog"}
    answer = await shared.ask("POST", "/api/v2/logs", body, headers=headers)
    assert (answer.status, answer.body) == (202, {})
    names = "_time, host, source, service, status, level, env, team{}, tags, n, user.name, _raw"
    assert await read_back(shared, f"index=datadog | table {names}") == [
        {
            "_time": TIME,
            "host": "web1",
            "source": "python",
            "service": "shop",
            "status": "warning",
            "level": "warn",
            "env": "prod",
            "team{}": ["a", "b"],
            "tags": "urgent",
            "n": 2**53 + 1,
            "user.name": "ä",
            "_raw": "payment failed",
        }
    ]


async def test_datadog_refuses_with_a_list_of_errors(shared: House) -> None:
    assert (await shared.ask("GET", "/api/v1/validate")).body == {"valid": True}
    for body, headers, status in (
        (b"[{", JSON, 400),
        (b"1", JSON, 400),
        (b"x", {"Content-Encoding": "br"}, 415),
    ):
        answer = await shared.ask("POST", "/api/v2/logs", body, headers=headers)
        assert (answer.status, answer.body["errors"][0]["status"]) == (status, str(status))
        assert answer.body["errors"][0]["detail"]


async def test_a_cloud_event_reads_alike_whichever_way_it_came(shared: House) -> None:
    attributes = {
        "specversion": "1.0",
        "id": "1",
        "source": "/shop",
        "type": "paid",
        "time": TIME,
        "subject": "é",
    }
    data = {"order": {"id": 2**53 + 1}, "ok": True}
    whole = json.dumps({**attributes, "datacontenttype": "application/json", "data": data}).encode()
    headers = {f"ce-{name}": quote(value, safe="/:") for name, value in attributes.items()} | JSON
    ways = {
        "ce_one": (whole, {"Content-Type": "application/cloudevents+json"}),
        "ce_batch": (b"[" + whole + b"]", {"Content-Type": "application/cloudevents-batch+json"}),
        "ce_binary": (json.dumps(data).encode(), headers),
    }
    for index, (body, own) in ways.items():
        answer = await shared.ask("POST", "/cloudevents", body, headers={**own, "X-Index": index})
        assert (answer.status, answer.raw) == (204, b"")
        names = "_time, source, sourcetype, id, subject, data.order.id, data.ok"
        assert await read_back(shared, f"index={index} | table {names}") == [
            {
                "_time": TIME,
                "source": "/shop",
                "sourcetype": "paid",
                "id": "1",
                "subject": "é",
                "data.order.id": 2**53 + 1,
                "data.ok": True,
            }
        ]


async def test_cloud_events_that_are_none(shared: House) -> None:
    good = {"specversion": "1.0", "id": "1", "source": "s", "type": "t"}
    batch = {"Content-Type": "application/cloudevents-batch+json"}
    answer = await shared.ask("POST", "/cloudevents", json.dumps([good, {}]), headers=batch)
    assert (answer.data["accepted"], answer.data["rejected"]) == (1, 1)
    answer = await shared.ask("POST", "/cloudevents", json.dumps([{}]), headers=batch)
    assert (answer.status, answer.error["message"]) == (
        400,
        "the attribute `id` is missing or no text of sensible length",
    )
    answer = await shared.ask("POST", "/cloudevents", "x", headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.error["code"]) == (415, "UNSUPPORTED_TYPE")
    answer = await shared.ask("OPTIONS", "/cloudevents", headers={"WebHook-Request-Origin": "example.com"})
    assert (answer.status, answer.headers["WebHook-Allowed-Origin"]) == (200, "*")


JOURNAL = {"Content-Type": "application/vnd.fdo.journal"}


def entry(index: int, message: bytes) -> bytes:
    head = f"__REALTIME_TIMESTAMP={NANOSECONDS // 1000 + index}\n_HOSTNAME=web1\nSYSLOG_IDENTIFIER=nginx\nPRIORITY=3\n"
    return head.encode() + b"MESSAGE\n" + len(message).to_bytes(8, "little") + message + b"\n\n"


async def test_an_endless_journal_is_stored_as_it_arrives(shared: House) -> None:
    """What has arrived can be queried while the request still runs; the answer comes at its end."""
    query = "index=journal | sort _time | table _time, host, source, sourcetype, PRIORITY, n, _raw"

    async def body() -> AsyncIterator[bytes]:
        first = entry(0, b"two\nlines n=1")
        yield first[:40]
        yield first[40:] + entry(1, b"second n=2")[:-1]
        await shared.until(lambda: rows_are(1))
        yield b"\n"
        await shared.until(lambda: rows_are(2))

    async def rows_are(count: int) -> bool:
        return len(await read_back(shared, query)) == count

    answer = await shared.ask("POST", "/upload", headers={**JOURNAL, "X-Index": "journal"}, data=body())
    assert (answer.status, answer.raw) == (202, b"OK.\n")
    first, second = await read_back(shared, query)
    assert second["n"] == "2"
    assert first == {
        "_time": TIME,
        "host": "web1",
        "source": "nginx",
        "sourcetype": "journald",
        "PRIORITY": "3",
        "n": "1",
        "_raw": "two\nlines n=1",
    }


async def test_compressed_and_broken_journals(shared: House) -> None:
    packed = gzip.compress(entry(0, b"x"))
    answer = await shared.ask("POST", "/upload", packed, headers={**JOURNAL, "Content-Encoding": "gzip"})
    assert answer.status == 202
    for body, headers, status in (
        (entry(0, b"x") + b"MESSAGE=cut", JOURNAL, 400),
        (b"x" * 2_000 + b"\n", JOURNAL, 400),
        (b"x", JSON, 415),
        (b"x", {**JOURNAL, "Content-Encoding": "br"}, 415),
    ):
        answer = await shared.ask("POST", "/upload", body, headers=headers)
        assert (answer.status, answer.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
        assert answer.raw.endswith(b"\n")
