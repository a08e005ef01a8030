"""OpenTelemetry's logs over HTTP: protobuf or JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lynxalert.events import Event, Reject, Unreadable
from lynxalert.ingest import otlp_json
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.origin import Origin, origin_of
from lynxalert.ingest.otlp_record import Record, event_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol

PROTOBUF, JSON = "application/x-protobuf", "application/json"
SHOWN = 10_000  # characters kept of a reject


@protocol("otlp")
@dataclass(frozen=True, slots=True)
class Otlp:
    """What OpenTelemetry's SDKs and the Collector send.

    The body is the text of the event, or its JSON. Attributes of record, scope and resource are fields by their own
    names; what else a record says is `severity_text`, `severity_number`, `trace_id`, `span_id`, `event_name`, …;
    `level` is the severity in one word, unless the event has a level of its own.
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Decoded:
        """The records of *payload*; bad ones are rejected one by one.

        Raises:
            IngestError: the body is neither form, or the content type names another.
        """
        origin = origin_of(payload, Origin(source="otlp"))
        events: list[Event] = []
        rejects: list[Reject] = []
        for number, record in enumerate(_records(payload), 1):
            found = record if isinstance(record, Reject) else self._event(number, record, origin)
            if isinstance(found, Event):
                events.append(found)
            else:
                rejects.append(found)
        return Decoded(tuple(events), tuple(rejects))

    def _event(self, number: int, record: Record, origin: Origin) -> Event | Reject:
        try:
            event = event_of(record, origin)
        except Unreadable as error:
            return Reject(number, str(error), "", origin.index, origin.source)
        if len(event.raw) > self.longest_event:
            reason = f"longer than {self.longest_event} characters"
            return Reject(number, reason, event.raw[:SHOWN], origin.index, origin.source)
        return event


def _records(payload: Payload) -> Iterable[Record | Reject]:
    match payload.content_type.partition(";")[0].strip().lower():
        case "application/x-protobuf":
            from lynxalert.ingest import otlp_messages  # protobuf is loaded by those who use it

            return otlp_messages.records(payload.body)
        case "application/json":
            return otlp_json.records(payload.body) if payload.body.strip() else ()
    raise IngestError(IngestCode.UNSUPPORTED_TYPE, f"the content type must be {PROTOBUF} or {JSON}")
