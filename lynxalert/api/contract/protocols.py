"""What is said of the protocols of shippers. Their bodies are their makers' affair: what they say is said there."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract.elastic import ELASTIC_ERROR, ELASTIC_WORDS
from lynxalert.api.contract.hec import HEC_ERROR, HEC_STATUSES, HEC_WORDS
from lynxalert.api.contract.operation import JSON, TEXT, Family, Operation, Reply
from lynxalert.api.contract.refusals import refusal
from lynxalert.api.contract.shippers import (
    ANY,
    LINE,
    OBJECT,
    PAYLOAD,
    PROTOBUF,
    family,
    ok,
    refusing,
    required,
)
from lynxalert.api.errors import Endpoint
from lynxalert.api.protocols import (
    cloudevents,
    datadog,
    journal,
    loki,
    otlp,
)

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
        replies=ok(ANY, 200, JSON, PROTOBUF),
    )
}
DATADOG_WORDS: Mapping[Endpoint, Operation] = {
    datadog.logs: Operation(name="datadog_logs", says="Send logs", takes=PAYLOAD, replies=ok(OBJECT, 202)),
    datadog.validate: Operation(
        name="datadog_validate", says="Whether the key is one of ours", replies=ok(required("valid"))
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
        replies=ok({"type": "string"}, 202, TEXT),
    )
}
PROTOCOLS: tuple[Family, ...] = (
    family("Elasticsearch", ELASTIC_WORDS, ELASTIC_ERROR),
    family("Splunk HEC", HEC_WORDS, HEC_ERROR, HEC_STATUSES),
    family("OTLP", OTLP_WORDS, refusing(ANY, JSON, PROTOBUF)),
    family("Loki", LOKI_WORDS, LINE),
    family("Datadog", DATADOG_WORDS, refusing(required("errors"))),
    family("CloudEvents", CLOUDEVENTS_WORDS, refusal),
    family("systemd journal", JOURNAL_WORDS, LINE),
)
