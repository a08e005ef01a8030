"""What is said of the protocols of shippers. Their bodies are their makers' affair: what they say is said there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lynxalert.api.contract.operation import JSON, TEXT, Family, Operation, Reply
from lynxalert.api.contract.refusals import CODES, RETRIED, refusal
from lynxalert.api.errors import Endpoint
from lynxalert.api.protocols import (
    cloudevents,
    datadog,
    elastic_handshake,
    elasticsearch,
    hec,
    journal,
    loki,
    otlp,
)
from lynxalert.ingest.hec_codes import HecCode

PAYLOAD = {"description": "As the protocol has it; gzip, deflate, zstd or snappy."}
OBJECT = {"type": "object"}
ANY: Mapping[str, Any] = {}
REFUSING = (400, 401, 403, 413, 415, 429, 500, 503)
PROTOBUF = "application/x-protobuf"
COMPATIBLE = "application/vnd.elasticsearch+json"


def _required(*names: str) -> dict[str, Any]:
    return {"type": "object", "required": list(names)}


def _refusing(shape: Any, *media: str) -> Callable[[int], Reply]:
    def said(status: int) -> Reply:
        headers = ("Retry-After",) if status in RETRIED else ()
        return Reply(CODES[status][0], shape, media or (JSON,), headers)

    return said


def _ok(shape: Any, status: int = 200, *media: str) -> dict[int, Reply]:
    return {status: Reply("Done.", shape, media or (JSON,))}


ELASTIC_WORDS: Mapping[Endpoint, Operation] = {
    elasticsearch.bulk: Operation(
        name="elastic_bulk",
        says="Store documents, one action and one line each",
        more="A busy store answers 200 with 429 for every item: hardly any client retries a whole request well.",
        takes=PAYLOAD,
        media=("application/x-ndjson", JSON),
        replies=_ok(OBJECT, 200, JSON, COMPATIBLE),
    ),
    elasticsearch.document: Operation(
        name="elastic_document",
        says="Store one document",
        takes=PAYLOAD,
        replies=_ok(OBJECT, 201, JSON, COMPATIBLE),
    ),
    elastic_handshake.greeting: Operation(
        name="elastic_greeting",
        says="Who is there: an Elasticsearch of the configured version",
        replies=_ok(OBJECT, 200, JSON, COMPATIBLE),
    ),
    elastic_handshake.asked: Operation(
        name="elastic_handshake",
        says="What clients ask before they send: licence, health, nodes, templates, policies",
        takes=PAYLOAD,
        optional=True,
        replies=_ok(ANY, 200, JSON, COMPATIBLE, TEXT),
    ),
    elastic_handshake.index: Operation(
        name="elastic_index",
        says="Every index is there already, and may be made",
        takes=PAYLOAD,
        optional=True,
        replies=_ok(OBJECT, 200, JSON, COMPATIBLE),
    ),
}
HEC_WORDS: Mapping[Endpoint, Operation] = {
    hec.collect: Operation(
        name="hec_collect",
        says="Send events, or raw lines",
        takes=PAYLOAD,
        media=(JSON, TEXT),
        headers=("X-Splunk-Request-Channel",),
        replies=_ok(_required("text", "code")),
    ),
    hec.options: Operation(
        name="hec_options", says="That there is a collector", replies={200: Reply("There is.")}
    ),
    hec.acknowledged: Operation(
        name="hec_acknowledged",
        says="Whether the events behind each id are stored",
        takes={"type": "object", "properties": {"acks": {"type": "array", "items": {"type": "integer"}}}},
        headers=("X-Splunk-Request-Channel",),
        replies=_ok(_required("acks")),
    ),
    hec.health: Operation(
        name="hec_health", says="Whether events are taken", replies=_ok(_required("text", "code"))
    ),
}
LOKI_WORDS: Mapping[Endpoint, Operation] = {
    loki.push: Operation(
        name="loki_push",
        says="Send streams",
        takes=PAYLOAD,
        media=(JSON, PROTOBUF),
        replies={204: Reply("They are stored.")},
    )
}
OTLP_WORDS: Mapping[Endpoint, Operation] = {
    otlp.logs: Operation(
        name="otlp_logs",
        says="Send log records",
        takes=PAYLOAD,
        media=(JSON, PROTOBUF),
        replies=_ok(ANY, 200, JSON, PROTOBUF),
    )
}
DATADOG_WORDS: Mapping[Endpoint, Operation] = {
    datadog.logs: Operation(name="datadog_logs", says="Send logs", takes=PAYLOAD, replies=_ok(OBJECT, 202)),
    datadog.validate: Operation(
        name="datadog_validate", says="Whether the key is one of ours", replies=_ok(_required("valid"))
    ),
}
CLOUDEVENTS_WORDS: Mapping[Endpoint, Operation] = {
    cloudevents.events: Operation(
        name="cloudevents",
        says="Send one event, or a batch",
        takes=PAYLOAD,
        media=(JSON, "application/cloudevents+json", "application/cloudevents-batch+json"),
        refuses=(422, 507),
        replies={204: Reply("All are stored."), 200: Reply("Some are; why the others are not.", OBJECT)},
    ),
    cloudevents.handshake: Operation(
        name="cloudevents_handshake",
        says="Whoever asks may deliver",
        headers=("WebHook-Request-Origin",),
        replies={200: Reply("It may.", headers=("Allow",))},
    ),
}
JOURNAL_WORDS: Mapping[Endpoint, Operation] = {
    journal.upload: Operation(
        name="journal_upload",
        says="Send a journal; entries are stored as they arrive",
        takes=PAYLOAD,
        media=("application/vnd.fdo.journal",),
        replies=_ok({"type": "string"}, 202, TEXT),
    )
}
ELASTIC_ERROR = _refusing(OBJECT, JSON, COMPATIBLE)  # `filter_path` reduces these too
HEC_ERROR = _refusing(_required("text", "code"))
LINE = _refusing({"type": "string"}, TEXT)
HEC_STATUSES = tuple(sorted({code.status for code in HecCode} - {200} | {413, 415}))


def _family(
    name: str,
    operations: Mapping[Endpoint, Operation],
    error: Callable[[int], Reply],
    usual: tuple[int, ...] = REFUSING,
) -> Family:
    return Family(
        name=name, says=f"What {name} clients send.", operations=operations, refusal=error, usual=usual
    )


PROTOCOLS: tuple[Family, ...] = (
    _family("Elasticsearch", ELASTIC_WORDS, ELASTIC_ERROR),
    _family("Splunk HEC", HEC_WORDS, HEC_ERROR, HEC_STATUSES),
    _family("OTLP", OTLP_WORDS, _refusing(ANY, JSON, PROTOBUF)),
    _family("Loki", LOKI_WORDS, LINE),
    _family("Datadog", DATADOG_WORDS, _refusing(_required("errors"))),
    _family("CloudEvents", CLOUDEVENTS_WORDS, refusal),
    _family("systemd journal", JOURNAL_WORDS, LINE),
)
