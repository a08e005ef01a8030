"""`POST /api/v1/ingest`: JSON array or object, JSON lines, or text lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.events import Alike, Event, Reject, Unreadable, clean, parse_object
from lynxalert.ingest.bodies import elements, lines_of, objects, text_of, why_not_json
from lynxalert.ingest.columns import objects_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.origin import Origin, origin_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol

SHOWN = 10_000  # characters kept of a reject
JSON = frozenset({"application/json", "text/json"})
JSON_LINES = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/jsonl",
        "application/json-lines",
        "application/x-json-stream",
    }
)

# (number, text, whether it has to be a JSON object)
Part: TypeAlias = tuple[int, str, bool]


@protocol("native")
@dataclass(frozen=True, slots=True)
class Native:
    """LynxAlert's own way in.

    The body tells its form by how it begins; `Content-Type` decides only for `text/plain` (every line is an event)
    and where JSON is declared and the body is none. `X-Source`, `X-Index`, `X-Source-Type` and `X-Host`, or
    `source`, `index`, `sourcetype` and `host` in the query, say where the events come from.
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Decoded:
        """The events of *payload*; lines (elements of an array) that are none are rejected one by one.

        Raises:
            IngestError: the body is declared as JSON, or an array, and broken; the origin is no name.
        """
        origin = origin_of(payload, Origin())
        text, repaired = text_of(payload.body)
        content_type = payload.content_type.partition(";")[0].strip().lower()
        alike = _alike(text, content_type, origin, self.longest_event)
        if alike is not None:
            return Decoded(alike, (), repaired)
        events: list[Event] = []
        rejects: list[Reject] = []
        for part in _parts(text, content_type, origin):
            found = part if isinstance(part, Reject) else self._event(part, origin)
            if isinstance(found, Event):
                events.append(found)
            else:
                rejects.append(found)
        return Decoded(tuple(events), tuple(rejects), repaired)

    def _event(self, part: Part, origin: Origin) -> Event | Reject:
        number, text, must_be_object = part
        if not text or text.isspace():
            return _reject(number, "blank", text, origin)
        try:
            document = parse_object(text)
        except Unreadable as error:
            return _reject(number, str(error), text, origin)
        if len(text) > self.longest_event:
            return _reject(number, f"longer than {self.longest_event} characters", text, origin)
        if document is None and must_be_object:
            return _reject(number, why_not_json(text), text, origin)
        return Event(text, origin.index, origin.source, origin.sourcetype, origin.host, document=document)


def _alike(text: str, content_type: str, origin: Origin, longest: int) -> Alike | None:
    """The events of a body whose every line is an object that nothing can be said against; None for any other."""
    if not text.startswith("{") or "\r" in text or content_type == "text/plain":
        return None
    lines = text.removesuffix("\n").split("\n")
    documents = objects_of(lines, longest)
    if documents is None:
        return None
    return Alike(lines, documents, Event("", origin.index, origin.source, origin.sourcetype, origin.host))


def _reject(number: int, reason: str, text: str, origin: Origin) -> Reject:
    return Reject(number, reason, text[:SHOWN], origin.index, origin.source)


def _parts(text: str, content_type: str, origin: Origin) -> Iterable[Part | Reject]:
    """Lines, or the elements of an array, as they must be read."""
    begin = text.lstrip()[:2]
    declared = content_type in JSON or content_type.endswith("+json")
    if content_type in JSON_LINES:
        return _lines(text, must_be_object=True)
    if content_type == "text/plain" or not begin:
        return _lines(text, must_be_object=False)
    if begin[0] == "[":
        return _array(text, origin, certain=declared or begin == "[{")
    if begin[0] == "{":
        return _objects(text, declared=declared)
    if declared:
        raise IngestError(IngestCode.INVALID_JSON, "the body is neither a JSON object nor an array")
    return _lines(text, must_be_object=False)


def _lines(text: str, *, must_be_object: bool) -> Iterator[Part]:
    return ((number, line, must_be_object) for number, line in lines_of(text))


def _array(text: str, origin: Origin, *, certain: bool) -> Iterable[Part | Reject]:
    """The elements of an array; where it is not *certain* to be one (`[INFO] started`), lines."""
    try:
        found = list(elements(text))
    except IngestError:
        if certain:
            raise
        return _lines(text, must_be_object=False)
    return [_element(number, value, own, origin) for number, (value, own) in enumerate(found, 1)]


def _element(number: int, value: Any, own: str, origin: Origin) -> Part | Reject:
    if own.startswith("{"):
        return number, own, True
    if own.startswith('"'):
        return number, clean(value), False
    return _reject(number, "neither an object nor a text", own, origin)


def _objects(text: str, *, declared: bool) -> Iterable[Part]:
    """JSON lines if the first line is an object; else objects that follow each other; else lines, bad ones among them."""
    lines = list(_lines(text, must_be_object=True))
    if not _is_object(lines[0]):
        whole = objects(text)
        if whole is not None:
            return [(number, own, True) for number, own in enumerate(whole, 1)]
        if declared and not any(map(_is_object, lines)):
            raise IngestError(IngestCode.INVALID_JSON, why_not_json(text))
    return lines


def _is_object(part: Part) -> bool:
    try:
        return parse_object(part[1]) is not None
    except Unreadable:
        return True  # an object, if too deep to be stored
