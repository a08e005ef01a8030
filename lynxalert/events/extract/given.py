"""Events of one stream side by side, with all that came with them: columns, because most readers want one thing of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lynxalert.events.event import Event
from lynxalert.events.extract.times import instant, micros

if TYPE_CHECKING:
    from lynxalert.events.alike import Alike


@dataclass(slots=True)
class Given:
    """One row an event. *arrivals* in µs since 1970 UTC, *documents* the texts as JSON objects where they are one.

    *places* in the batch they came in. *declared* times (as *arrivals*) and fields *beside* the text by row, where there
    are any.
    """

    raws: list[str] = field(default_factory=list)
    documents: list[Mapping[str, Any] | None] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    sourcetypes: list[str | None] = field(default_factory=list)
    hosts: list[str | None] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    declared: dict[int, int] = field(default_factory=dict)
    beside: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)  # those that were made before

    def __len__(self) -> int:
        return len(self.raws)

    def add(self, event: Event, arrival: int, document: Mapping[str, Any] | None, place: int = 0) -> None:
        """*event*, which stood at *place* of its batch."""
        row = len(self.raws)
        self.events[row] = event
        if event.time is not None:
            self.declared[row] = micros(event.time)
        if event.fields:
            self.beside[row] = event.fields
        self.raws.append(event.raw)
        self.documents.append(document)
        self.arrivals.append(arrival)
        self.sources.append(event.source)
        self.sourcetypes.append(event.sourcetype)
        self.hosts.append(event.host)
        self.places.append(place)

    def extend(self, events: Alike, arrival: int, place: int) -> None:
        """*events*, the first of which stood at *place*."""
        many, origin, first = len(events), events.origin, len(self.raws)
        if events.times is not None:
            rows = enumerate(events.times, first)
            self.declared.update((row, time) for row, time in rows if time is not None)
        if events.beside is not None:
            self.beside.update((row, fields) for row, fields in enumerate(events.beside, first) if fields)
        self.raws.extend(events.raws)
        self.documents.extend(events.documents)
        self.arrivals.extend([arrival] * many)
        self.sources.extend([origin.source] * many if events.sources is None else events.sources)
        self.sourcetypes.extend([origin.sourcetype] * many)
        self.hosts.extend([origin.host] * many if events.hosts is None else events.hosts)
        self.places.extend(range(place, place + many))

    def join(self, others: Given) -> None:
        """The rows of *others* behind these."""
        for row in range(len(others)):
            self.add(others.event(row), others.arrivals[row], others.documents[row], others.places[row])

    def event(self, row: int) -> Event:
        """The event of *row*; its index may be missing."""
        made = self.events.get(row)
        if made is not None:
            return made
        time = self.declared.get(row)
        return Event(
            self.raws[row],
            source=self.sources[row],
            sourcetype=self.sourcetypes[row],
            host=self.hosts[row],
            time=None if time is None else instant(time),
            fields=self.beside.get(row, {}),
        )
