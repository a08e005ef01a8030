"""The times of many events: those whose usual key is written in one form are read at once, the others one by one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lynxalert.events.extract.given import Given
from lynxalert.events.extract.reading import TIME_KEYS, time_of
from lynxalert.events.stamps import stamped_as


@dataclass(frozen=True, slots=True)
class Stamped:
    """The field *name*, all of whose texts are instants written in one *form* (see `stamps`); *values* in µs since 1970."""

    name: str
    form: str
    values: list[int | None]


def stamped_of(columns: Mapping[str, Sequence[Any]]) -> Stamped | None:
    """The first of the usual keys among *columns*, if it is written in one form throughout."""
    name = next((key for key in TIME_KEYS if key in columns), None)
    found = None if name is None else stamped_as(columns[name])
    return None if name is None or found is None else Stamped(name, *found)


def times_of(given: Given, stamped: Stamped | None, skipped: Collection[int]) -> list[int]:
    """The time of each event as `time_of` finds it, in µs since 1970 UTC; 0 for those of the rows *skipped*.

    A column without a dot in its name has what all events have under that key, so *stamped* says what the document does
    unless the event declares a time or has a key that comes before it.
    """
    before = () if stamped is None else TIME_KEYS[: TIME_KEYS.index(stamped.name)]
    if len(given.declared) == len(given):
        return [given.declared[row] for row in range(len(given))]
    values = [None] * len(given) if stamped is None else stamped.values
    times: list[int] = []
    for row, value in enumerate(values):
        document = given.documents[row]
        declared = given.declared.get(row)
        if row in skipped:
            times.append(0)
        elif declared is not None:
            times.append(declared)
        elif value is None or (before and document is not None and any(key in document for key in before)):
            times.append(time_of(given.event(row), document, given.arrivals[row]))
        else:
            times.append(value)
    return times
