"""A batch as it arrived → its events by stream, read. Needs no database: the next batch is read while one is inserted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any, NamedTuple, TypeAlias

from lynxalert.events.arrivals import Arrived, Cohort, flat
from lynxalert.events.columnize import Rows, event_table, raw_table, split
from lynxalert.events.errors import Unreadable
from lynxalert.events.event import Event, Reject
from lynxalert.events.extract import Given, Readings, clean, document_of, read_together
from lynxalert.events.streams import Streams

# (index, name of the stream), as far as could be told when the batch was read.
Address: TypeAlias = tuple[str, str]


class Group(NamedTuple):
    """The events of one stream, and what they say."""

    given: Given
    readings: Readings

    def joined(self, others: Group) -> Group:
        """With those of *others* behind them."""
        self.given.join(others.given)
        return Group(self.given, read_together(self.given))


@dataclass(frozen=True, slots=True)
class Read:
    """A batch by stream. *dead* are the parts of it that are no events, *refused* (place in the batch, reason) of them."""

    groups: dict[Address, Group]
    dead: list[Arrived]
    refused: list[tuple[int, str]]


@dataclass(slots=True)
class _Sorting:
    streams: Streams
    given: dict[Address, Given] = field(default_factory=dict)
    dead: list[Arrived] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def add(self, arrived: Arrived, place: int) -> None:
        """One event or reject, which stands at *place* in the batch."""
        moment, item = arrived
        if isinstance(item, Reject):
            self.dead.append(arrived)
            return
        try:
            document = document_of(item)
        except Unreadable as error:
            self.refused.append((place, str(error)))
            self.dead.append(Arrived(moment, Reject(0, str(error), item.raw, item.index, item.source)))
            return
        self._given(item.index, item.sourcetype or item.source).add(item, moment, document, place)

    def extend(self, cohort: Cohort, place: int) -> None:
        """Events that are alike, the first of which stands at *place*."""
        events = cohort.events
        if all(starmap(_is_read, zip(events.documents, events.raws, strict=True))):
            given = self._given(events.origin.index, events.origin.sourcetype or events.origin.source)
            given.extend(events, cohort.moment, place)
        else:
            for further, one in enumerate(cohort):
                self.add(one, place + further)

    def _given(self, index: str, name: str) -> Given:
        address = index, self.streams.name_for(index, name)
        found = self.given.get(address)
        if found is None:
            found = self.given[address] = Given()
        return found


def read_batch(batch: Sequence[Arrived], streams: Streams) -> Read:
    """Sort *batch* and read it; *streams* are only asked which events share one."""
    sorting = _Sorting(streams)
    place = 0
    for part in flat(batch):
        if isinstance(part, Cohort):
            sorting.extend(part, place)
            place += len(part)
            continue
        for arrived in part:
            sorting.add(arrived, place)
            place += 1
    groups = {address: Group(given, read_together(given)) for address, given in sorting.given.items()}
    return Read(groups, sorting.dead, sorting.refused)


def _is_read(document: Mapping[str, Any] | None, raw: str) -> bool:
    """Whether *document* is all that can be said of *raw* as a JSON object."""
    return document is not None or not raw.lstrip().startswith("{")


def letters(given: Given, index: str, reason: str) -> list[Arrived]:
    """*given*, events of *index*, as rejects for *reason*."""
    rows = zip(given.arrivals, given.raws, given.sources, strict=True)
    return [Arrived(moment, Reject(0, reason, raw, index, source)) for moment, raw, source in rows]


def proven(batch: Sequence[Arrived]) -> list[Arrived]:
    """*batch* with a reject in place of each event that no table can hold, each tried alone."""
    return [Arrived(moment, _proven(moment, item)) for moment, item in batch]


def _proven(moment: int, item: Event | Reject) -> Event | Reject:
    if isinstance(item, Reject):
        return item
    try:
        given = Given()
        given.add(item, moment, document_of(item))
        rows = Rows(given, read_together(given), 0)
        event_table(rows, split(rows.readings.columns, rows.readings.rest, {}), {})
        raw_table(rows)
    except Unreadable:
        return item  # the writer itself says why
    except Exception as error:  # noqa: BLE001 - an event must never be able to stop the store
        return Reject(
            0, f"cannot be stored: {error!r}", clean(item.raw), clean(item.index), clean(item.source)
        )
    return item
