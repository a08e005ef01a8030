"""Event + arrival → Reading: its time, host and fields. Schema on read; pure, so that a replayed log reads alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lynxalert.events.event import Event
from lynxalert.events.extract.access import access_fields, is_access
from lynxalert.events.extract.documents import flatten, parse_object, spoken
from lynxalert.events.extract.pairs import pairs
from lynxalert.events.extract.syslog import is_syslog, syslog_fields
from lynxalert.events.extract.times import from_value, micros, recognise

TIME_KEYS = ("timestamp", "@timestamp", "time", "ts", "datetime", "_time", "date")
RESERVED = ("_time", "_raw", "_indextime", "_seq", "_text", "_extra", "index", "source", "sourcetype", "host")


class Reading(NamedTuple):
    """What an event says: *time* in µs since 1970 UTC, *fields* flat (scalars and lists), *text* as stored in `_text`."""

    time: int
    host: str | None
    fields: dict[str, Any]
    text: str | None


def read(event: Event, arrival: int, document: Mapping[str, Any] | None = None) -> Reading:
    """Find time, host and fields of *event* as `language.md` §6 says. *arrival* in µs since 1970 UTC.

    *document* is its text as a JSON object, where that was parsed before.

    Raises:
        Unreadable: the event is nested too deep to be stored.
    """
    if document is None:
        document = document_of(event)
    if document is not None:
        fields: dict[str, Any] = flatten(document, event.raw)
        text = spoken(document, event.raw)
    else:
        fields, text = text_fields(event.raw, event.sourcetype), None
    if event.fields:
        fields.update(flatten(event.fields))
    time = time_of(event, document, arrival)
    host = _set_apart(fields, event.host)
    return Reading(time, host, fields, text)


def document_of(event: Event) -> Mapping[str, Any] | None:
    """The text of *event* as a JSON object, None when it is none.

    Raises:
        Unreadable: it is nested too deep to be stored.
    """
    return event.document if event.document is not None else parse_object(event.raw)


def time_of(event: Event, document: Mapping[str, Any] | None, arrival: int) -> int:
    """The time of *event* in µs since 1970 UTC: declared, under a usual key, in its text, or that of arrival."""
    if event.time is not None:
        return micros(event.time)
    found = None if document is None else _time_in(document, arrival)
    if found is None:
        found = recognise(event.raw, arrival)
    return arrival if found is None else found


def text_fields(text: str, sourcetype: str | None) -> dict[str, Any]:
    """The fields of an event that is no JSON object: pairs, and what its kind of line is known to hold."""
    if sourcetype is None or is_access(sourcetype):
        access = access_fields(text)
        if access is not None:
            found, rest = access
            return {**pairs(rest), **found}  # pairs inside the request are the client's, not the log's
    fields: dict[str, Any] = dict(pairs(text))
    if sourcetype is not None and is_syslog(sourcetype):
        fields.update(syslog_fields(text))
    return fields


def _time_in(document: Mapping[str, Any], arrival: int) -> int | None:
    for key in TIME_KEYS:
        if key in document:
            found = from_value(document[key], arrival)
            if found is not None:
                return found
    return None


def _set_apart(fields: dict[str, Any], host: str | None) -> str | None:
    """Move names that collide with metadata: `host` becomes the event's own when it has none, others are renamed."""
    for name in RESERVED:
        if name in fields:
            value = fields.pop(name)
            if name == "host" and host is None and not isinstance(value, bool | list):
                host = value if isinstance(value, str) else str(value)
            else:
                fields[f"extracted_{name}"] = value
    return host
