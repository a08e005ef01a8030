"""Checkrd's telemetry: what agents did, and whether they were let. Source: Checkrd's OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lynxalert.events import Event
from lynxalert.ingest import batches
from lynxalert.ingest.batches import FILLED, FLAG, NOT_NEGATIVE, TEXT, Rule, wrong
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import stamp

SOURCE = "checkrd/telemetry"
MOMENT = Rule(
    "must be an RFC 3339 time or an epoch",
    lambda value: (
        isinstance(value, str | int | float) and not isinstance(value, bool) and stamp(value) is not None
    ),
)
STATUS = Rule(
    "must be a text or a whole number",
    lambda value: isinstance(value, str | int) and not isinstance(value, bool),
)
RULES = {
    "agent_id": FILLED.always,
    "agent_name": TEXT,
    "timestamp": MOMENT,
    "status": STATUS,
    "error": FLAG,
    "latency_ms": NOT_NEGATIVE,
    "decision": TEXT,
    "denied": FLAG,
}


@protocol("telemetry")
@dataclass(frozen=True, slots=True)
class Telemetry:
    """Batches of what agents did: `{"events": […]}`, each an event of source `checkrd/telemetry`.

    `agent_id`, `timestamp`, `status` or `error`, `latency_ms`, `decision` or `denied`; anything else is kept. One
    event that is wrong refuses the batch. *most*: how many a batch may have.
    """

    most: int = 1_000

    def decode(self, payload: Payload) -> Decoded:
        """The events of *payload*, all of them.

        Raises:
            IngestError: malformed, too many, or one is wrong; with the path to it.
        """
        body = batches.document_of(payload.body)
        if not isinstance(body, Mapping):
            raise wrong((), "the body must be an object")
        if "events" not in body:
            raise wrong(("events",), "is required")
        records = batches.records_of(body["events"], ("events",))
        if len(records) > self.most:
            raise wrong(("events",), f"must be at most {self.most:,}")
        beside = {} if body.get("sdk_version") is None else {"sdk_version": body["sdk_version"]}
        return Decoded(tuple(_event(record, place, beside) for place, record in enumerate(records)))


def _event(record: Mapping[str, Any], place: int, beside: Mapping[str, Any]) -> Event:
    path: batches.Path = ("events", place)
    batches.check(record, RULES, path)
    return Event(
        batches.written(record, path),
        source=SOURCE,
        sourcetype="checkrd",
        time=stamp(record.get("timestamp")),
        fields=beside,
    )
