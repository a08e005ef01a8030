"""Datadog's logs intake: objects with a message and tags, or lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lynxalert.events import Event, Reject, Unreadable, parse_object
from lynxalert.ingest.bodies import lines_of, next_value, text_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.origin import Origin, origin_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import stamp, taken
from lynxalert.ingest.written import text_of_value

SHOWN = 10_000  # characters kept of a reject
SHARED = ("ddsource", "ddtags", "hostname", "service")  # what the query may say for all
HOSTS = ("host", "hostname")
SOURCES = ("source", "ddsource")
TIMES = ("timestamp", "@timestamp", "date")
SPOKEN = {"warning": "warn", "err": "error", "information": "info", "notice": "notice"}


class Bad(Exception):
    """An element that is no log."""


@protocol("datadog")
@dataclass(frozen=True, slots=True)
class Datadog:
    """What the Datadog Agent, its libraries, Vector and Fluent Bit send.

    `message` is the event, an object of it its JSON; a log without one is the event itself. Everything beside it
    becomes fields, each tag of `ddtags` a field, too. `ddsource` is the source, `hostname` the host.
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Decoded:
        """The logs of *payload*; elements that are none are rejected one by one. An empty object is a test, no log.

        Raises:
            IngestError: the body is neither JSON nor declared as text.
        """
        origin = origin_of(payload, Origin(source="datadog"))
        shared = {name: payload.query[name] for name in SHARED if payload.query.get(name)}
        text, repaired = text_of(payload.body)
        events: list[Event] = []
        rejects: list[Reject] = []
        for number, log in enumerate(_logs(text, payload.content_type), 1):
            if log == {}:
                continue
            try:
                events.append(self._event(log, shared, origin))
            except (Bad, Unreadable) as error:
                shown = text_of_value(log)[:SHOWN]
                rejects.append(Reject(number, str(error), shown, origin.index, origin.source))
        return Decoded(tuple(events), tuple(rejects), repaired)

    def _event(self, log: Any, shared: Mapping[str, str], origin: Origin) -> Event:
        if isinstance(log, str):
            log = {"message": log}
        if not isinstance(log, Mapping):
            raise Bad("neither an object nor a text")
        fields = {**shared, **log}
        message = fields.pop("message", None)
        raw = text_of_value(log if message is None else message)
        if not raw.strip():
            raise Bad("blank")
        if len(raw) > self.longest_event:
            raise Bad(f"longer than {self.longest_event} characters")
        document = parse_object(raw)
        if message is None:
            fields = dict(shared)  # the rest is read from the event itself
        elif "status" in (document or ()) or "status=" in raw:
            fields.pop("status", None)  # the agent's word for the level, not what the event says
        _level(log, raw, document, fields)
        tags = ",".join(str(each["ddtags"]) for each in (shared, log) if each.get("ddtags"))
        fields.update(_tags(tags, {**(document or {}), **fields}))
        everything = {**(document or {}), **fields} if message is None else fields
        host, source = taken(everything, HOSTS), taken(everything, SOURCES)
        for name in ("host", "source"):
            if name not in everything:
                fields.pop(name, None)
        time = next((found for name in TIMES if (found := stamp(log.get(name))) is not None), None)
        return Event(
            raw,
            origin.index,
            source or origin.source,
            origin.sourcetype,
            # A `host` of the text itself is found by the store.
            None if message is None and isinstance(log.get("host"), str) else host or origin.host,
            time,
            fields,
            document,
        )


def _logs(text: str, content_type: str) -> Iterator[Any]:
    if content_type.partition(";")[0].strip().lower() == "text/plain" and text.lstrip()[:1] not in {"{", "["}:
        yield from (line for _, line in lines_of(text))
        return
    place = 0
    while (found := next_value(text, place)) is not None:
        value, _, place = found
        if isinstance(value, list):
            yield from value
        elif isinstance(value, Mapping):
            yield value
        else:
            raise IngestError(IngestCode.INVALID_JSON, "the body must be an object or an array of objects")


def _level(
    log: Mapping[str, Any], raw: str, document: Mapping[str, Any] | None, fields: dict[str, Any]
) -> None:
    """Add `level` from the log's status, unless the event has a level."""
    status = log.get("status")
    if not isinstance(status, str) or "level" in fields or "level" in (document or ()) or "level=" in raw:
        return
    word = status.lower()
    if word.isalpha():
        fields["level"] = SPOKEN.get(word, word)


def _tags(tags: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """A field for each tag `a:b` whose name is not *known*; tags without a colon are `tags`."""
    found: dict[str, list[str]] = {}
    for tag in tags.split(","):
        name, colon, value = tag.strip().partition(":")
        if name:
            found.setdefault(name if colon else "tags", []).append(value if colon else name)
    return {
        name: values[0] if len(values) == 1 else values for name, values in found.items() if name not in known
    }
