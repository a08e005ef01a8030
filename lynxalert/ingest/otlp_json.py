"""OTLP's JSON: text → records. Ids are hex (not base64), enums numbers, whole numbers texts or numbers, keys lowerCamelCase.

Source: OpenTelemetry Protocol specification, "JSON Protobuf Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lynxalert.events import Reject
from lynxalert.ingest.bodies import next_value, text_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.otlp_record import Record, Scope
from lynxalert.ingest.otlp_values import (
    Misfit,
    any_value,
    attributes,
    hex_at,
    list_at,
    object_at,
    text_at,
    whole_at,
)
from lynxalert.ingest.written import text_of_value

SHOWN = 10_000  # characters kept of a reject


def records(body: bytes) -> Iterator[Record | Reject]:
    """The records of an ExportLogsServiceRequest in JSON; a bad one is rejected alone.

    Raises:
        IngestError: *body* is no JSON object, or what stands around the records is broken.
    """
    text = text_of(body).text
    found = next_value(text, 0)
    if found is None or not isinstance(found[0], Mapping) or text[found[2] :].strip():
        raise IngestError(IngestCode.INVALID_JSON, "the body must be one JSON object")
    number = 0
    try:
        for of_resource in list_at(found[0], "resourceLogs"):
            resource = attributes(object_at(of_resource, "resource"))
            for of_scope in list_at(of_resource, "scopeLogs"):
                scope = object_at(of_scope, "scope")
                shared = Scope(resource, text_at(scope, "name"), text_at(scope, "version"), attributes(scope))
                for record in list_at(of_scope, "logRecords"):
                    number += 1
                    yield _tried(record, shared, number)
    except Misfit as error:
        raise IngestError(IngestCode.INVALID_JSON, str(error)) from None


def _tried(record: Mapping[str, Any], shared: Scope, number: int) -> Record | Reject:
    try:
        return _record(record, shared)
    except Misfit as error:
        return Reject(number, str(error), text_of_value(record)[:SHOWN], source="otlp")


def _record(record: Mapping[str, Any], shared: Scope) -> Record:
    return Record(
        shared,
        whole_at(record, "timeUnixNano"),
        whole_at(record, "observedTimeUnixNano"),
        whole_at(record, "severityNumber"),
        text_at(record, "severityText"),
        any_value(record.get("body")),
        attributes(record),
        hex_at(record, "traceId"),
        hex_at(record, "spanId"),
        whole_at(record, "flags"),
        text_at(record, "eventName"),
    )
