"""Where events come in over HTTP: every address that the protocols' clients send to."""

from __future__ import annotations

from typing import TypeAlias

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

Route: TypeAlias = tuple[str, str, Endpoint]

# Clients are given the address of the daemon, or one with a prefix where they share it with others.
ELASTIC_PREFIXES = ("", "/es", "/api/v1/es")
ELASTIC: tuple[Route, ...] = (
    ("POST", "/_bulk", elasticsearch.bulk),
    ("PUT", "/_bulk", elasticsearch.bulk),
    ("POST", "/{index}/_bulk", elasticsearch.bulk),
    ("PUT", "/{index}/_bulk", elasticsearch.bulk),
    ("POST", "/{index}/{type}/_bulk", elasticsearch.bulk),
    ("PUT", "/{index}/{type}/_bulk", elasticsearch.bulk),
    ("POST", "/{index}/{operation:_doc|_create}", elasticsearch.document),
    ("POST", "/{index}/{operation:_doc|_create}/{id}", elasticsearch.document),
    ("PUT", "/{index}/{operation:_doc|_create}/{id}", elasticsearch.document),
    ("*", r"/{path:_[\s\S]*}", elastic_handshake.asked),  # line breaks included
)
# At the root these would answer for addresses that are not Elasticsearch's.
ELASTIC_PREFIXED: tuple[Route, ...] = (
    ("GET", "", elastic_handshake.greeting),
    ("GET", "/", elastic_handshake.greeting),
    ("HEAD", "/{index}", elastic_handshake.index),
    ("PUT", "/{index}", elastic_handshake.index),
)
HEC_PREFIXES = ("/services/collector", "/api/v1/ingest/hec", "/api/v1/ingest/hec/services/collector")
HEC: tuple[Route, ...] = (
    *(
        (method, path, endpoint)
        for path in ("", "/", "/{endpoint:event|raw}", "/{endpoint:event|raw}/1.0")
        for method, endpoint in (("POST", hec.collect), ("OPTIONS", hec.options))
    ),
    ("POST", "/ack", hec.acknowledged),
    ("POST", "/ack/1.0", hec.acknowledged),
    ("GET", "/health", hec.health),
    ("GET", "/health/1.0", hec.health),
)
INGEST_ROUTES: tuple[Route, ...] = (
    *((method, prefix + path, to) for prefix in ELASTIC_PREFIXES for method, path, to in ELASTIC),
    *(
        (method, prefix + path, to)
        for prefix in ELASTIC_PREFIXES[1:]
        for method, path, to in ELASTIC_PREFIXED
    ),
    *((method, prefix + path, to) for prefix in HEC_PREFIXES for method, path, to in HEC),
    ("POST", "/v1/logs", otlp.logs),
    ("POST", "/otlp/v1/logs", otlp.logs),
    ("POST", "/loki/api/v1/push", loki.push),
    ("POST", "/api/prom/push", loki.push),
    ("POST", "/api/v2/logs", datadog.logs),
    ("POST", "/v1/input", datadog.logs),
    ("POST", "/v1/input/{key}", datadog.logs),
    ("GET", "/api/v1/validate", datadog.validate),
    ("POST", "/cloudevents", cloudevents.events),
    ("OPTIONS", "/cloudevents", cloudevents.handshake),
    ("POST", "/api/v1/ingest/cloudevents", cloudevents.events),
    ("OPTIONS", "/api/v1/ingest/cloudevents", cloudevents.handshake),
    ("POST", "/upload", journal.upload),
)
