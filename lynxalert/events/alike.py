"""Many events of one origin with nothing beside their text, side by side: an object for each would cost more than its parsing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

from lynxalert.events.event import Event


@dataclass(frozen=True, slots=True, eq=False)
class Alike(Sequence[Event]):
    """Texts, each as a JSON object where it is one, and an event of the same origin whose text is none of them.

    An `Event` is made for whoever asks for it, anew each time.
    """

    raws: Sequence[str]
    documents: Sequence[Mapping[str, Any] | None]
    origin: Event

    def __len__(self) -> int:
        return len(self.raws)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Alike: ...
    def __getitem__(self, place: int | slice) -> Event | Alike:
        if isinstance(place, slice):
            return Alike(self.raws[place], self.documents[place], self.origin)
        return replace(self.origin, raw=self.raws[place], document=self.documents[place])


def destinations(events: Sequence[Event]) -> set[tuple[str, str]]:
    """(index, source) of *events*."""
    if isinstance(events, Alike):
        return {(events.origin.index, events.origin.source)} if events.raws else set()
    return {(event.index, event.source) for event in events}


def by_source(events: Sequence[Event]) -> Counter[str]:
    """How many of *events* each source sent."""
    if isinstance(events, Alike):
        return Counter({events.origin.source: len(events)} if events.raws else {})
    return Counter(event.source for event in events)
