"""OTLP's protobuf: bytes ↔ plain values. The only place that knows the generated classes; imported when first needed."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.otlp_record import Record, Scope


def records(body: bytes) -> Iterator[Record]:
    """The records of an ExportLogsServiceRequest.

    Raises:
        IngestError: *body* is none.
    """
    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError as error:
        raise IngestError(IngestCode.INVALID_BODY, f"not an ExportLogsServiceRequest: {error}") from None
    for of_resource in request.resource_logs:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_logs:
            scope = of_scope.scope
            shared = Scope(resource, scope.name, scope.version, _attributes(scope.attributes))
            for record in of_scope.log_records:
                yield _record(record, shared)


def response(rejected: int, message: str) -> bytes:
    """An ExportLogsServiceResponse; of a full success, nothing."""
    if not rejected and not message:
        return b""
    partial = ExportLogsPartialSuccess(rejected_log_records=rejected, error_message=message)
    return ExportLogsServiceResponse(partial_success=partial).SerializeToString()


def _record(record: LogRecord, shared: Scope) -> Record:
    return Record(
        shared,
        record.time_unix_nano,
        record.observed_time_unix_nano,
        record.severity_number,
        record.severity_text,
        _value(record.body),
        _attributes(record.attributes),
        record.trace_id.hex(),
        record.span_id.hex(),
        record.flags,
        record.event_name,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    match kind:
        case None:
            return None
        case "array_value":
            return [_value(each) for each in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind)
