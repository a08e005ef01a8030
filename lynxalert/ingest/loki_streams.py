"""A push of Loki's, in either encoding → labels and entries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lynxalert.events import may_be_deep
from lynxalert.ingest.bodies import next_value, text_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.protocol import Payload
from lynxalert.ingest.taken import stamps
from lynxalert.ingest.written import text_of_value

LEAST, MOST = str(10**18), str(2**63)  # nanoseconds, from 2001 to 2262
LABEL = re.compile(r'\s*([^\s=,{}"]+|"(?:[^"\\]|\\.)*")\s*=\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)')


class Bad(Exception):
    """A stream or entry of a shape that Loki's API does not know."""


def streams_of(payload: Payload) -> Iterator[tuple[Mapping[str, Any] | Bad, list[Any]]]:
    """Each stream's labels, or what is wrong with them, and its entries.

    Raises:
        IngestError: the body is neither form, or its streams are no list.
    """
    if payload.content_type.partition(";")[0].strip().lower() == "application/x-protobuf":
        from lynxalert.ingest import loki_messages  # protobuf is loaded by those who use it

        for text, entries in loki_messages.streams(payload.body):
            yield _labels(text), entries
        return
    text = text_of(payload.body).text
    found = next_value(text, 0)
    streams = found[0].get("streams") if found and isinstance(found[0], Mapping) else None
    if not isinstance(streams, list):
        raise IngestError(IngestCode.INVALID_JSON, "the body must be an object with a list of streams")
    for stream in streams:
        if not isinstance(stream, Mapping):
            raise IngestError(IngestCode.INVALID_JSON, "a stream must be an object")
        entries = stream.get("values", stream.get("entries"))
        if not isinstance(entries, list):
            raise IngestError(IngestCode.INVALID_JSON, "a stream must have a list of values")
        yield _labels(stream.get("stream", stream.get("labels"))), entries


def _labels(given: Any) -> Mapping[str, Any] | Bad:
    """A stream's labels: an object, or the text `{a="b", c="d"}`."""
    if isinstance(given, Mapping):
        return {
            name: value if isinstance(value, str) else text_of_value(value) for name, value in given.items()
        }
    if not isinstance(given, str):
        return Bad("the labels of the stream are missing")
    inner = given.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        return Bad("the labels of the stream are not in braces")
    inner, place, labels = inner[1:-1].strip(), 0, {}
    while place < len(inner):
        match = LABEL.match(inner, place)
        if match is None:
            return Bad("the labels of the stream cannot be read")
        name, value = match.groups()
        labels[_unquoted(name) if name.startswith('"') else name] = _unquoted(value)
        place = match.end()
    return labels


def _unquoted(quoted: str) -> str:
    try:
        return str(json.loads(quoted, strict=False))
    except ValueError:  # an escape of Go's that JSON lacks
        return quoted[1:-1]


def read_entry(entry: Any) -> tuple[Any, str, Mapping[str, Any]]:
    """Time, line and metadata of an entry: a list of two or three, or the object of the older API."""
    metadata: Any = {}
    if isinstance(entry, Mapping):
        time, line = entry.get("ts", entry.get("timestamp")), entry.get("line")
    elif isinstance(entry, list) and len(entry) in {2, 3}:
        time, line, metadata = entry[0], entry[1], (entry[2] if len(entry) == 3 else {}) or {}
    else:
        raise Bad("an entry is [time, line] or [time, line, metadata]")
    if not isinstance(line, str):
        raise Bad("the line is no text")
    if not isinstance(metadata, Mapping) or any(
        isinstance(each, Mapping | list) for each in metadata.values()
    ):
        raise Bad("the metadata are no object of texts")
    if isinstance(time, bool) or not isinstance(time, int | float | str | None):
        raise Bad("the time is neither a text nor a number")
    return time, line, metadata


def columns_of(entries: list[Any], longest: int) -> tuple[list[int | None], list[str]] | None:
    """Times in µs since 1970 UTC and lines of *entries*; None if one is of the older form, has metadata, or is to be refused."""
    if not all(
        type(entry) is list and (len(entry) == 2 or (len(entry) == 3 and not entry[2])) for entry in entries
    ):
        return None
    given = [entry[0] for entry in entries]
    lines = [entry[1] for entry in entries]
    if not set(map(type, lines)) <= {str} or not set(map(type, given)) <= {str, int, float}:
        return None
    try:
        "".join(lines).encode()
    except UnicodeEncodeError:
        return None
    lines = [line.rstrip("\r\n") for line in lines]
    usable = all(map(str.strip, lines)) and max(map(len, lines), default=0) <= longest
    times = _nanoseconds(given) or stamps([None if one in ("", 0, "0") else one for one in given])
    unread = any(time is None and one not in ("", 0, "0") for time, one in zip(times, given, strict=True))
    return None if unread or not usable or any(map(may_be_deep, lines)) else (times, lines)


def _nanoseconds(given: list[Any]) -> list[int | None] | None:
    """*given* as nearly everybody writes it: 19 digits each."""
    if set(map(type, given)) != {str} or set(map(len, given)) != {19}:
        return None
    joined = "".join(given)
    if not (joined.isascii() and joined.isdigit() and min(given) >= LEAST and max(given) < MOST):
        return None
    return [int(one) // 1000 for one in given]
