"""Which stream an event belongs to, and the catalog the engine reads. A stream is (index, sourcetype or source)."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lynxalert.engine.catalog import Catalog, StoredField, StoredStream
from lynxalert.events.errors import Unreadable
from lynxalert.events.layout import Census, Layout
from lynxalert.events.tables import events_name, raw_name

MOST_STREAMS = 64  # per index; the rest share one
MOST_INDEXES = 256
REST = "_misc"


@dataclass(slots=True)
class Stream:
    """One stream as its writer knows it. Only the writer changes it."""

    identifier: int
    index: str
    name: str
    layout: Layout = field(default_factory=Layout)
    census: Census = field(default_factory=Census)
    window: int = 0  # events between two looks at promotions; the first batch is looked at itself
    narrow: set[str] = field(default_factory=set)  # whole numbers that no double would hold
    saved: Layout = field(default_factory=Layout)  # as it stands in the database


class Streams:
    """All streams of a store. `catalog` is replaced whole, so that any thread may read it."""

    def __init__(self, streams: Iterable[Stream] = ()) -> None:
        self._streams: dict[tuple[str, str], Stream] = {}
        self._sizes: Counter[str] = Counter()
        self._stored: dict[int, tuple[Layout, StoredStream]] = {}
        self.catalog = Catalog(0, ())
        for stream in streams:
            self.add(stream)
        # A number is never used twice while queries compiled for its old table may be about.
        self._numbers = itertools.count(max((stream.identifier for stream in self), default=0) + 1)
        self.publish()

    def __iter__(self) -> Iterator[Stream]:
        return iter(self._streams.values())

    def name_for(self, index: str, name: str) -> str:
        """The stream that events of *index* with this sourcetype, or else source, share. Any thread may ask."""
        if (index, name) in self._streams or self._sizes.get(index, 0) < MOST_STREAMS:
            return name
        return REST

    def find(self, index: str, name: str) -> Stream | None:
        """The stream of this name, if it exists.

        Raises:
            Unreadable: it does not, and would need one index too many.
        """
        found = self._streams.get((index, name))
        if found is None and index not in self._sizes and len(self._sizes) >= MOST_INDEXES:
            raise Unreadable(f"index `{index}` would be one more than {MOST_INDEXES}")
        return found

    def create(self, index: str, name: str) -> Stream:
        """A new stream, numbered but not yet added."""
        return Stream(next(self._numbers), index, name)

    def add(self, stream: Stream) -> None:
        """Make *stream* one of those events are sorted into."""
        self._streams[(stream.index, stream.name)] = stream
        self._sizes[stream.index] += stream.name != REST

    def remove(self, stream: Stream) -> None:
        """Forget *stream*; its tables are dropped after the next `publish`."""
        del self._streams[(stream.index, stream.name)]
        self._sizes[stream.index] -= stream.name != REST
        self._sizes += Counter()  # drops what is zero
        self._stored.pop(stream.identifier, None)

    def publish(self) -> None:
        """Show the engine the streams as they are now, under a new version if anything changed."""
        streams = tuple(self._store(stream) for stream in self)
        if streams != self.catalog.streams:
            self.catalog = Catalog(self.catalog.version + 1, streams)

    def _store(self, stream: Stream) -> StoredStream:
        known = self._stored.get(stream.identifier)
        if known is not None and known[0] is stream.layout:
            return known[1]
        fields = {
            slot.name: StoredField(slot.name, slot.type, slot.column, slot.complete, slot.written)
            for slot in stream.layout.slots.values()
        }
        stored = StoredStream(
            stream.index,
            events_name(stream.identifier),
            raw_name(stream.identifier),
            fields,
            stream.layout.crowded,
        )
        self._stored[stream.identifier] = (stream.layout, stored)
        return stored
