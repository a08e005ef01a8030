"""What is said of Elasticsearch's protocol."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract.operation import JSON, TEXT, Operation
from lynxalert.api.contract.shippers import ANY, OBJECT, PAYLOAD, ok, refusing
from lynxalert.api.errors import Endpoint
from lynxalert.api.protocols import (
    elastic_handshake,
    elasticsearch,
)

COMPATIBLE = "application/vnd.elasticsearch+json"
ELASTIC_WORDS: Mapping[Endpoint, Operation] = {
    elasticsearch.bulk: Operation(
        name="elastic_bulk",
        says="Store documents, one action and one line each",
        more="A busy store answers 200 with 429 for every item: hardly any client retries a whole request well.",
        takes=PAYLOAD,
        media=("application/x-ndjson", JSON),
        replies=ok(OBJECT, 200, JSON, COMPATIBLE),
    ),
    elasticsearch.document: Operation(
        name="elastic_document",
        says="Store one document",
        takes=PAYLOAD,
        replies=ok(OBJECT, 201, JSON, COMPATIBLE),
    ),
    elastic_handshake.greeting: Operation(
        name="elastic_greeting",
        says="Who is there: an Elasticsearch of the configured version",
        replies=ok(OBJECT, 200, JSON, COMPATIBLE),
    ),
    elastic_handshake.asked: Operation(
        name="elastic_handshake",
        says="What clients ask before they send: licence, health, nodes, templates, policies",
        takes=PAYLOAD,
        optional=True,
        replies=ok(ANY, 200, JSON, COMPATIBLE, TEXT),
    ),
    elastic_handshake.index: Operation(
        name="elastic_index",
        says="Every index is there already, and may be made",
        takes=PAYLOAD,
        optional=True,
        replies=ok(OBJECT, 200, JSON, COMPATIBLE),
    ),
}
ELASTIC_ERROR = refusing(OBJECT, JSON, COMPATIBLE)  # `filter_path` reduces these too
