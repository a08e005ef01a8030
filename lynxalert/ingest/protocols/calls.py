"""Vox's calls: when they start and end, what tools and APIs they call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lynxalert.events import Event
from lynxalert.ingest import batches
from lynxalert.ingest.batches import COUNT, FILLED, Rule, wrong
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import stamp

SOURCE = "vox/calls"
KINDS = ("start", "end", "tool_call", "api_call")
RULES = {
    "call_id": FILLED.always,
    "event": Rule(f"must be one of {', '.join(KINDS)}", lambda value: value in KINDS, required=True),
    "timestamp": Rule("must be unix milliseconds", COUNT.holds, required=True),
    "labels": Rule(
        "must be an object of texts",
        lambda value: isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()),
    ),
}


@protocol("calls")
@dataclass(frozen=True, slots=True)
class Calls:
    """What happens in calls: one object, an array of them, or `{"events": […]}`; each an event of source `vox/calls`.

    `call_id`, `event` (start, end, tool_call, api_call), `timestamp` in milliseconds, `labels`; anything else is kept.
    One event that is wrong refuses the batch. *most*: how many a batch may have.
    """

    most: int = 1_000

    def decode(self, payload: Payload) -> Decoded:
        """The events of *payload*, all of them.

        Raises:
            IngestError: malformed, too many, or one is wrong; with the path to it.
        """
        found = _placed(batches.document_of(payload.body))
        if len(found) > self.most:
            raise wrong(found[0][0][:-1], f"must be at most {self.most:,}")
        return Decoded(tuple(_event(record, path) for path, record in found))


def _placed(body: Any) -> Sequence[tuple[batches.Path, Mapping[str, Any]]]:
    """The events, each with its path."""
    if isinstance(body, Mapping) and "events" not in body:
        return [((), body)]
    path: batches.Path = () if isinstance(body, list) else ("events",)
    if not isinstance(body, Mapping | list):
        raise wrong((), "the body must be an object or an array of objects")
    records = batches.records_of(body if isinstance(body, list) else body["events"], path)
    return [((*path, place), record) for place, record in enumerate(records)]


def _event(record: Mapping[str, Any], path: batches.Path) -> Event:
    batches.check(record, RULES, path)
    time = stamp(record["timestamp"])
    if time is None:
        raise wrong((*path, "timestamp"), "must be unix milliseconds")
    return Event(batches.written(record, path), source=SOURCE, sourcetype="vox", time=time)
