"""CloudEvents over HTTP: in headers and body, as one JSON object, or as a batch of them.

Source: CloudEvents 1.0, "HTTP Protocol Binding" and "JSON Event Format".
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lynxalert.events import Event, Reject, Unreadable, parse_object
from lynxalert.ingest.bodies import compact, elements, next_value, text_of, why_not_json
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.origin import LONGEST_NAME, Origin, origin_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import stamp
from lynxalert.ingest.written import text_of_value

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
REQUIRED = ("id", "source", "specversion", "type")
SHOWN = 10_000  # characters kept of a reject


class Bad(Exception):
    """Something that is no CloudEvent."""


@protocol("cloudevents")
@dataclass(frozen=True, slots=True)
class CloudEvents:
    """CloudEvents 1.0 in the three modes of HTTP.

    An event reads alike whichever way it came: as the object that the structured mode sends. `source` is the source,
    `type` the sourcetype, `time` the time; attributes and `data` are fields (`subject`, `data.order.id`).
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Decoded:
        """The events of *payload*; those of a batch that are none are rejected one by one.

        Raises:
            IngestError: neither a known content type nor `ce-` headers; a batch that is no array.
        """
        origin = origin_of(payload, Origin(source="cloudevents"))
        events: list[Event] = []
        rejects: list[Reject] = []
        for number, text in enumerate(_texts(payload), 1):
            try:
                events.append(self._event(text, origin))
            except (Bad, Unreadable) as error:
                rejects.append(Reject(number, str(error), text[:SHOWN], origin.index, origin.source))
        return Decoded(tuple(events), tuple(rejects))

    def _event(self, text: str, origin: Origin) -> Event:
        document = parse_object(text)
        if document is None:
            raise Bad(why_not_json(text))
        for name in REQUIRED:
            value = document.get(name)
            if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
                raise Bad(f"the attribute `{name}` is missing or no text of sensible length")
        if not document["specversion"].startswith("1."):
            raise Bad(f"specversion `{document['specversion'][:20]}` is not known")
        if len(text) > self.longest_event:
            raise Bad(f"longer than {self.longest_event} characters")
        return Event(
            text,
            origin.index,
            document["source"],
            document["type"],
            origin.host,
            stamp(document.get("time")),
            document=document,
        )


def _texts(payload: Payload) -> Iterable[str]:
    """The JSON of each event."""
    media = payload.content_type.partition(";")[0].strip().lower()
    if media == ONE:
        return [compact(text_of(payload.body).text.strip())]
    if media == BATCH:
        return _batch(text_of(payload.body).text)
    if "ce-specversion" in payload.headers:
        return [text_of_value(_envelope(payload, media))]
    raise IngestError(
        IngestCode.UNSUPPORTED_TYPE,
        f"neither {ONE}, nor {BATCH}, nor an event whose attributes are ce- headers",
    )


def _batch(text: str) -> Iterator[str]:
    if not text.lstrip().startswith("["):
        raise IngestError(IngestCode.INVALID_JSON, "a batch is an array")
    return (own for _, own in elements(text))


def _envelope(payload: Payload, media: str) -> Mapping[str, Any]:
    """What an event of the binary mode would be in the structured one."""
    envelope: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(_header(value))
        for name, value in payload.headers.items()
        if name.startswith("ce-")
    }
    if payload.content_type:
        envelope["datacontenttype"] = payload.content_type
    if not payload.body:
        return envelope
    text = text_of(payload.body).text
    # Data without a type are JSON, says the JSON format; not all senders know it.
    if media == "application/json" or media.endswith("+json") or (not media and _is_json(text)):
        found = next_value(text, 0)
        if found is None:
            return envelope
        if text[found[2] :].strip():
            raise IngestError(IngestCode.INVALID_JSON, "something follows the data")
        return {**envelope, "data": found[0]}
    try:
        return {**envelope, "data": payload.body.decode()}
    except UnicodeDecodeError:
        return {**envelope, "data_base64": base64.b64encode(payload.body).decode()}


def _header(value: str) -> str:
    """A header as its sender meant it: some write ISO 8859-1 where percent signs are asked for."""
    try:
        value.encode()
    except UnicodeEncodeError:  # bytes that were no UTF-8
        return value.encode(errors="surrogateescape").decode("latin-1")
    return value


def _is_json(text: str) -> bool:
    try:
        found = next_value(text, 0)
    except IngestError:
        return False
    return found is not None and not text[found[2] :].strip()
