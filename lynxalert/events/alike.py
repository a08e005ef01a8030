"""Many events of one origin side by side, column by column: an object for each would cost more than its parsing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, overload

from lynxalert.events.event import Event
from lynxalert.events.extract.times import instant


@dataclass(frozen=True, slots=True, eq=False)
class Alike(Sequence[Event]):
    """Texts, each as a JSON object where it is one, and an event of the same origin whose text is none of them.

    Where they differ in it: their *sources* (with one sourcetype) and *hosts*, the *times* that were declared (µs since
    1970 UTC), the fields *beside* the text. An `Event` is made for whoever asks for it, anew each time.
    """

    raws: Sequence[str]
    documents: Sequence[Mapping[str, Any] | None]
    origin: Event
    sources: Sequence[str] | None = None
    hosts: Sequence[str | None] | None = None
    times: Sequence[int | None] | None = None
    beside: Sequence[Mapping[str, Any]] | None = None

    def __len__(self) -> int:
        return len(self.raws)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Alike: ...
    def __getitem__(self, place: int | slice) -> Event | Alike:
        if isinstance(place, slice):
            return Alike(
                self.raws[place],
                self.documents[place],
                self.origin,
                None if self.sources is None else self.sources[place],
                None if self.hosts is None else self.hosts[place],
                None if self.times is None else self.times[place],
                None if self.beside is None else self.beside[place],
            )
        time = None if self.times is None else self.times[place]
        return replace(
            self.origin,
            raw=self.raws[place],
            document=self.documents[place],
            source=self.origin.source if self.sources is None else self.sources[place],
            host=self.origin.host if self.hosts is None else self.hosts[place],
            time=None if time is None else instant(time),
            fields={} if self.beside is None else self.beside[place],
        )

    def by_source(self) -> Counter[str]:
        """How many each source sent."""
        if self.sources is not None:
            return Counter(self.sources)
        return Counter({self.origin.source: len(self)} if self.raws else {})


@dataclass(frozen=True, slots=True, eq=False)
class Grouped(Sequence[Event]):
    """Events of several streams: those of each are alike, and in the order they came in."""

    groups: Sequence[Alike]

    def __len__(self) -> int:
        return sum(map(len, self.groups))

    def __iter__(self) -> Iterator[Event]:
        return chain.from_iterable(self.groups)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | Sequence[Event]:
        return list(self)[place]


def groups_of(events: Sequence[Event]) -> Sequence[Alike] | None:
    """*events* as they are alike; None where each stands alone."""
    if isinstance(events, Grouped):
        return events.groups
    return (events,) if isinstance(events, Alike) else None


def destinations(events: Sequence[Event]) -> set[tuple[str, str]]:
    """(index, source) of *events*."""
    groups = groups_of(events)
    if groups is None:
        return {(event.index, event.source) for event in events}
    return {(group.origin.index, source) for group in groups for source in group.by_source()}


def by_source(events: Sequence[Event]) -> Counter[str]:
    """How many of *events* each source sent."""
    groups = groups_of(events)
    if groups is None:
        return Counter(event.source for event in events)
    return sum((group.by_source() for group in groups), Counter())
