"""What is said of Splunk's HTTP Event Collector."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract.operation import JSON, TEXT, Operation, Reply
from lynxalert.api.contract.shippers import PAYLOAD, ok, refusing, required
from lynxalert.api.errors import Endpoint
from lynxalert.api.protocols import hec
from lynxalert.ingest.hec_codes import HecCode

HEC_WORDS: Mapping[Endpoint, Operation] = {
    hec.collect: Operation(
        name="hec_collect",
        says="Send events, or raw lines",
        takes=PAYLOAD,
        media=(JSON, TEXT),
        headers=("X-Splunk-Request-Channel",),
        replies=ok(required("text", "code")),
    ),
    hec.options: Operation(
        name="hec_options", says="That there is a collector", replies={200: Reply("There is.")}
    ),
    hec.acknowledged: Operation(
        name="hec_acknowledged",
        says="Whether the events behind each id are stored",
        takes={"type": "object", "properties": {"acks": {"type": "array", "items": {"type": "integer"}}}},
        headers=("X-Splunk-Request-Channel",),
        replies=ok(required("acks")),
    ),
    hec.health: Operation(
        name="hec_health", says="Whether events are taken", replies=ok(required("text", "code"))
    ),
}
HEC_ERROR = refusing(required("text", "code"))
HEC_STATUSES = tuple(sorted({code.status for code in HecCode} - {200} | {413, 415}))
