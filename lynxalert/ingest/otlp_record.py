"""A log record of OTLP, whichever encoding it came in → an event."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from lynxalert.clock import rfc3339
from lynxalert.events import Event, parse_object
from lynxalert.ingest.origin import Origin, is_index
from lynxalert.ingest.taken import named, nanoseconds, taken
from lynxalert.ingest.written import text_of_value

SOURCES = ("source", "com.splunk.source", "log.file.path", "service.name")
SOURCETYPES = ("sourcetype", "com.splunk.sourcetype")
HOSTS = ("host", "host.name")
LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")  # four severity numbers each, from 1
SPOKEN = {"information": "info", "warning": "warn", "err": "error"}


class Scope(NamedTuple):
    """What records of one resource and instrumentation scope share."""

    resource: Mapping[str, Any]
    name: str
    version: str
    attributes: Mapping[str, Any]


class Record(NamedTuple):
    """A record: times in ns since 1970 (0: none), *body* and attributes as plain values, ids in hex."""

    scope: Scope
    time: int
    observed: int
    severity: int
    severity_text: str
    body: Any
    attributes: Mapping[str, Any]
    trace_id: str
    span_id: str
    flags: int
    event_name: str


def event_of(record: Record, origin: Origin) -> Event:
    """The event of *record*; attributes of the record win over the scope's, these over the resource's.

    Raises:
        Unreadable: its body is nested too deep.
    """
    fields = {**record.scope.resource, **record.scope.attributes, **record.attributes}
    host, source, sourcetype = taken(fields, HOSTS), taken(fields, SOURCES), taken(fields, SOURCETYPES)
    index = named(fields, ("com.splunk.index",))
    fields.update(_own(record))
    fields = {name: value for name, value in fields.items() if _holds(value)}
    raw = "" if record.body is None else text_of_value(record.body)
    if not raw.strip():
        raw = text_of_value(fields)
    document = parse_object(raw)
    level = _level(record)
    if level and "level" not in fields and "level" not in (document or ()) and "level=" not in raw:
        fields["level"] = level
    return Event(
        raw,
        index if index is not None and is_index(index) else origin.index,
        source or origin.source,
        sourcetype or origin.sourcetype,
        host or origin.host,
        nanoseconds(record.time) or nanoseconds(record.observed),
        fields,
        document,
    )


def _own(record: Record) -> dict[str, Any]:
    """What the record says beside its attributes, by the names OpenTelemetry gives it outside of OTLP."""
    observed = nanoseconds(record.observed) if record.time else None
    own = {
        "severity_text": record.severity_text,
        "severity_number": record.severity,
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        "trace_flags": record.flags & 0xFF,
        "event_name": record.event_name,
        "observed_timestamp": rfc3339(observed) if observed else None,
        "otel.scope.name": record.scope.name,
        "otel.scope.version": record.scope.version,
    }
    return {name: value for name, value in own.items() if value}


def _holds(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def _level(record: Record) -> str:
    if 1 <= record.severity <= 24:
        return LEVELS[(record.severity - 1) // 4]
    text = record.severity_text.lower()
    return SPOKEN.get(text, text)
