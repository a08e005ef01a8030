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
from lynxalert.events.extract import clean, micros, parse_object, scrub

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
        if isinstance(place, int):
            return list(self)[place]
        start, stop, step = place.indices(len(self))
        return Joined(self._between(start, stop)) if step == 1 else list(self)[place]

    def _between(self, start: int, stop: int) -> list[Sequence[Arrived]]:
        """What of each part stands from place *start* to before *stop*."""
        found: list[Sequence[Arrived]] = []
        before = 0
        for part in self.parts:
            own = part[max(0, start - before) : max(0, stop - before)]
            if len(own):
                found.append(own)
            before += len(part)
        return found


def flat(batch: Sequence[Arrived]) -> Iterator[Sequence[Arrived]]:
    """The parts of *batch*, and theirs: nothing joined any more."""
    if isinstance(batch, Joined):
        for part in batch.parts:
            yield from flat(part)
    else:
        yield batch


def encode(batch: Sequence[Arrived]) -> bytes:
    """*batch* as one JSON array: events of one origin together, a bare text where nothing else is known.

    Raises:
        UnicodeEncodeError: a text has half a surrogate pair; see `cleaned`.
    """
    groups: list[list[Any]] = []
    rejects: list[list[Any]] = []
    for part in flat(batch):
        if isinstance(part, Cohort):
            groups.append(_group(part))
        else:
            _add(part, groups, rejects)
    return _written([FORMAT, groups, rejects])


def _group(cohort: Cohort) -> list[Any]:
    """The events of *cohort*; where their sources or hosts differ, those stand in a list."""
    events, own = cohort.events, cohort.events.origin
    items: Sequence[Any] = events.raws
    if events.times is not None or events.beside is not None:
        times = events.times or [None] * len(events)
        items = [
            raw if time is None and beside is None else [raw, time, beside]
            for raw, time, beside in zip(events.raws, times, _beside(events), strict=True)
        ]
    return [
        cohort.moment,
        own.index,
        own.source if events.sources is None else events.sources,
        own.sourcetype,
        own.host if events.hosts is None else events.hosts,
        items,
    ]


def _beside(events: Alike) -> Sequence[str | None]:
    """The fields beside the texts, as they are written. Many protocols say the same of many events, in one object."""
    last: Mapping[str, Any] = {}
    text: str | None = None
    found: list[str | None] = []
    for fields in events.beside or [{}] * len(events):
        if fields is not last:
            last, text = fields, to_json(dict(fields)) if fields else None
        found.append(text)
    return found


def _written(record: list[Any]) -> bytes:
    try:
        return orjson.dumps(record)
    except TypeError:
        return to_json(record).encode()


def _add(batch: Sequence[Arrived], groups: list[list[Any]], rejects: list[list[Any]]) -> None:
    """Put the events of *batch* among the *groups* by origin, and its rejects among the *rejects*."""
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
    """The events of one origin."""
    moment, index, source, sourcetype, host, items = group
    sources, hosts = (each if isinstance(each, list) else None for each in (source, host))
    origin = Event("", index, "" if sources else source, sourcetype, None if hosts else host)
    if set(map(type, items)) == {str}:
        return Cohort(moment, Alike(items, [_document(item) for item in items], origin, sources, hosts))
    whole = [(item, None, None) if isinstance(item, str) else item for item in items]
    raws = [raw for raw, _, _ in whole]
    read: dict[str | None, Mapping[str, Any]] = {None: {}}
    beside = [_read(text, read) for _, _, text in whole]
    times = [time for _, time, _ in whole]
    return Cohort(moment, Alike(raws, [*map(_document, raws)], origin, sources, hosts, times, beside))


def _read(text: str | None, read: dict[str | None, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The fields that *text* says: as they were *read* before, where another event said the same."""
    found = read.get(text)
    if found is None:
        found = read[text] = json.loads(text or "{}")
    return found


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
