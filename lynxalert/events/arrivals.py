"""Events and rejects as they arrived ↔ the payload of a log record. Replaying it gives the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple, overload

import orjson

from lynxalert.events.alike import Alike
from lynxalert.events.columnize import to_json
from lynxalert.events.errors import Unreadable
from lynxalert.events.event import Event, Reject
from lynxalert.events.extract import clean, instant, micros, parse_object, scrub

FORMAT = 1


class Arrived(NamedTuple):
    """An event, or a part of a payload that is none, with the moment it came in µs since 1970 UTC."""

    moment: int
    item: Event | Reject


@dataclass(frozen=True, slots=True, eq=False)
class Cohort(Sequence[Arrived]):
    """Events that are alike, and arrived at one *moment*."""

    moment: int
    events: Alike

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, place: int) -> Arrived: ...
    @overload
    def __getitem__(self, place: slice) -> Cohort: ...
    def __getitem__(self, place: int | slice) -> Arrived | Cohort:
        if isinstance(place, slice):
            return Cohort(self.moment, self.events[place])
        return Arrived(self.moment, self.events[place])


@dataclass(frozen=True, slots=True, eq=False)
class Joined(Sequence[Arrived]):
    """Batches one behind the other; *parts* keep what is alike together."""

    parts: Sequence[Sequence[Arrived]]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[Arrived]:
        return chain.from_iterable(self.parts)

    @overload
    def __getitem__(self, place: int) -> Arrived: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Arrived]: ...
    def __getitem__(self, place: int | slice) -> Arrived | Sequence[Arrived]:
        return list(self)[place]


def encode(batch: Sequence[Arrived]) -> bytes:
    """*batch* as one JSON array: events of one origin together, a bare text where nothing else is known.

    Raises:
        UnicodeEncodeError: a text has half a surrogate pair; see `cleaned`.
    """
    if isinstance(batch, Cohort):
        own = batch.events.origin
        group = [batch.moment, own.index, own.source, own.sourcetype, own.host, batch.events.raws]
        return _written([FORMAT, [group], []])
    return _written([FORMAT, *_grouped(batch)])


def _written(record: list[Any]) -> bytes:
    try:
        return orjson.dumps(record)
    except TypeError:
        return to_json(record).encode()


def _grouped(batch: Sequence[Arrived]) -> tuple[list[list[Any]], list[list[Any]]]:
    """The events of *batch* by origin, and its rejects."""
    groups: list[list[Any]] = []
    rejects: list[list[Any]] = []
    origin: tuple[Any, ...] | None = None
    for moment, item in batch:
        if isinstance(item, Reject):
            rejects.append([moment, item.line, item.reason, item.raw, item.index, item.source])
            continue
        own = (moment, item.index, item.source, item.sourcetype, item.host)
        if own != origin:
            origin = own
            groups.append([*own, []])
        groups[-1][5].append(item.raw if item.time is None and not item.fields else _with_extras(item))
    return groups, rejects


def _with_extras(event: Event) -> list[Any]:
    time = None if event.time is None else micros(event.time)
    return [event.raw, time, to_json(dict(event.fields)) if event.fields else None]


def decode(payload: bytes) -> Joined:
    """The batch that `encode` was given, rejects last; its events are parsed already.

    Raises:
        ValueError: *payload* is none of ours.
    """
    form, groups, rejects = orjson.loads(payload)
    if form != FORMAT:
        raise ValueError(f"log record of form {form}")
    parts = [_part(group) for group in groups]
    return Joined([*parts, [Arrived(moment, Reject(*rest)) for moment, *rest in rejects]])


def _part(group: list[Any]) -> Sequence[Arrived]:
    """The events of one origin: alike where each is nothing but its text."""
    moment, index, source, sourcetype, host, items = group
    if set(map(type, items)) == {str}:
        origin = Event("", index, source, sourcetype, host)
        return Cohort(moment, Alike(items, [_document(item) for item in items], origin))
    return [Arrived(moment, event) for event in _events(group)]


def _events(group: list[Any]) -> Iterator[Event]:
    _, index, source, sourcetype, host, items = group
    for item in items:
        if isinstance(item, str):
            yield Event(item, index, source, sourcetype, host, document=_document(item))
        else:
            raw, time, fields = item
            yield Event(
                raw,
                index,
                source,
                sourcetype,
                host,
                time=None if time is None else instant(time),
                fields={} if fields is None else json.loads(fields),
                document=_document(raw),
            )


def _document(raw: str) -> Mapping[str, Any] | None:
    """*raw* as a JSON object; one that is nested too deep is refused by whoever reads it."""
    try:
        return parse_object(raw)
    except Unreadable:
        return None


def cleaned(batch: Sequence[Arrived]) -> list[Arrived]:
    """*batch* with U+FFFD for every half of a surrogate pair, so that it can be encoded."""
    return [Arrived(moment, _cleaned(item)) for moment, item in batch]


def _cleaned(item: Event | Reject) -> Event | Reject:
    if isinstance(item, Reject):
        return replace(
            item,
            reason=clean(item.reason),
            raw=clean(item.raw),
            index=clean(item.index),
            source=clean(item.source),
        )
    return replace(
        item,
        raw=clean(item.raw),
        index=clean(item.index),
        source=clean(item.source),
        sourcetype=None if item.sourcetype is None else clean(item.sourcetype),
        host=None if item.host is None else clean(item.host),
        fields=scrub(dict(item.fields)),
        document=None,
    )
