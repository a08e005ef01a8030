"""Splunk's HTTP Event Collector: events in envelopes, and raw lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lynxalert.events import Event, Reject, Unreadable, parse_object
from lynxalert.ingest.bodies import lines_of, next_value, text_of
from lynxalert.ingest.envelopes import together
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.hec_codes import HecCode
from lynxalert.ingest.origin import Origin, is_index, origin_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import stamp
from lynxalert.ingest.written import text_of_value

SHOWN = 10_000  # characters kept of a reject


@dataclass(frozen=True, slots=True)
class Failure:
    """The first event that is none: what is wrong, and its number from 0. Nothing after it was kept."""

    code: HecCode
    number: int


@dataclass(frozen=True, slots=True)
class Collected(Decoded):
    """The events before the first bad one, as Splunk keeps them."""

    failure: Failure | None = None


class Bad(Exception):
    """An envelope that holds no event."""

    def __init__(self, code: HecCode, detail: str | None = None) -> None:
        super().__init__(detail or code.text)
        self.code = code


@protocol("hec")
@dataclass(frozen=True, slots=True)
class Hec:
    """What Splunk's forwarders and libraries, Docker, Vector, Fluent Bit and the OpenTelemetry Collector send.

    Envelopes follow each other with or without line breaks, or stand in an array. What an envelope leaves out
    (`host`, `source`, `sourcetype`, `index`) is taken from the query. `fields` become fields beside those of the event.
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Collected:
        """The events of *payload*, envelopes or, where its path says `raw`, lines.

        Raises:
            IngestError: the body is empty, or the query names no index.
        """
        origin = origin_of(payload, Origin())
        text, repaired = text_of(payload.body)
        if not text.strip():
            raise IngestError(IngestCode.NO_DATA, HecCode.NO_DATA.text)
        if payload.path.get("endpoint") == "raw":
            lines = tuple(self._lines(text, origin, stamp(payload.query.get("time"))))
            events = tuple(each for each in lines if isinstance(each, Event))
            return Collected(events, tuple(each for each in lines if isinstance(each, Reject)), repaired)
        usual = origin.index, origin.source, origin.sourcetype, origin.host
        found = together(text, usual, self.longest_event)
        return self._collect(text, origin, repaired) if found is None else Collected(found, (), repaired)

    def _collect(self, text: str, origin: Origin, repaired: int) -> Collected:
        before: list[Event] = []
        own = ""
        try:
            for value, own in _envelopes(text):
                before.append(self._event(value, origin))
                own = ""  # noqa: PLW2901 - what fails next is none of it
        except (Bad, IngestError, Unreadable) as error:
            code = error.code if isinstance(error, Bad) else HecCode.INVALID_FORMAT
            shown = (own or text[-SHOWN:])[:SHOWN]
            reject = Reject(len(before) + 1, str(error), shown, origin.index, origin.source)
            return Collected(tuple(before), (reject,), repaired, Failure(code, len(before)))
        return Collected(tuple(before), (), repaired)

    def _lines(self, text: str, origin: Origin, time: dt.datetime | None) -> Iterator[Event | Reject]:
        for number, line in lines_of(text):
            if len(line) > self.longest_event:
                reason = f"longer than {self.longest_event} characters"
                yield Reject(number, reason, line[:SHOWN], origin.index, origin.source)
            else:
                yield Event(line, origin.index, origin.source, origin.sourcetype, origin.host, time)

    def _event(self, envelope: Any, origin: Origin) -> Event:
        if not isinstance(envelope, Mapping):
            raise Bad(HecCode.INVALID_FORMAT, "an envelope is an object")
        event = envelope.get("event")
        if event is None:
            raise Bad(HecCode.EVENT_REQUIRED)
        raw = text_of_value(event)
        if not raw.strip():
            raise Bad(HecCode.EVENT_BLANK)
        if len(raw) > self.longest_event:
            raise Bad(HecCode.INVALID_FORMAT, f"longer than {self.longest_event} characters")
        index = _name(envelope, "index", origin.index) or origin.index
        if not is_index(index):
            raise Bad(HecCode.INCORRECT_INDEX)
        return Event(
            raw,
            index,
            _name(envelope, "source", origin.source) or origin.source,
            _name(envelope, "sourcetype", origin.sourcetype),
            _name(envelope, "host", origin.host),
            _time(envelope.get("time")),
            _fields(envelope.get("fields")),
            parse_object(raw),
        )


def _envelopes(text: str) -> Iterator[tuple[Any, str]]:
    """Each envelope with its text: of an array, or of as many values as follow each other.

    Raises:
        IngestError: here is no JSON; the envelopes before it have been given.
    """
    place = 0
    while (found := next_value(text, place)) is not None:
        value, start, place = found
        if isinstance(value, list):
            yield from ((each, text_of_value(each)) for each in value)
        else:
            yield value, text[start:place]


def _name(envelope: Mapping[str, Any], key: str, default: str | None) -> str | None:
    value = envelope.get(key)
    if isinstance(value, str):
        return value.strip() or default
    if value is None:
        return default
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Bad(HecCode.INVALID_FORMAT, f"{key} is no text")


def _time(value: Any) -> dt.datetime | None:
    if value is None or value == "":
        return None
    found = stamp(value)
    if found is None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise Bad(HecCode.INVALID_FORMAT, "time is no time")
    return found


def _fields(value: Any) -> Mapping[str, Any]:
    """Flat: a field is a scalar or a list of scalars."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(map(_flat, value.values())):
        raise Bad(HecCode.INVALID_FIELDS)
    return value


def _flat(value: Any) -> bool:
    return not any(
        isinstance(each, Mapping | list) for each in (value if isinstance(value, list) else (value,))
    )
