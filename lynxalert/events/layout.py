"""Where each field of a stream lives, and which fields have earned a column. Pure: decides, touches no table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lynxalert.plan import Type

MOST_COLUMNS = 64  # more of them wreck inserts and checkpoints
MOST_COLUMNS_OF_FEW = 32  # while fewer than FEW events were seen, leave room for the fields of the others
FEW = 20
LEAST_SIGHTINGS = 3  # of a field, once more than FEW events were seen
MOST_NAMES = 10_000
SHARE = 0.02  # of a stream's events a field must be in
EXACT_IN_DOUBLE = 2**53
SMALLEST, LARGEST = -(2**63), 2**63 - 1

KINDS: Mapping[type, Type] = {int: Type.INTEGER, float: Type.FLOAT, bool: Type.BOOLEAN, str: Type.TEXT}


@dataclass(frozen=True, slots=True)
class Slot:
    """One field: *column* None says it lives in `_extra` only; *complete* that every value is in the column.

    *written*: the column holds instants, and the field is their text in this form (see `stamps`).
    """

    name: str
    type: Type = Type.ANY
    column: str | None = None
    complete: bool = False
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one stream. *next_column* numbers the columns, which are never reused."""

    slots: Mapping[str, Slot] = field(default_factory=dict)
    next_column: int = 0

    def promoted(self) -> dict[str, Slot]:
        """The fields that have a column."""
        return {name: slot for name, slot in self.slots.items() if slot.column is not None}

    @property
    def crowded(self) -> bool:
        """Whether there are so many fields that names of further ones are not kept until they have a column.

        They can be read all the same, by whoever says their name.
        """
        return len(self.slots) >= MOST_NAMES

    def naming(self, names: Iterable[str]) -> Layout:
        """With *names* known to exist, up to 10,000 in all; itself when there is nothing new."""
        new = [name for name in names if name not in self.slots]
        new = new[: max(0, MOST_NAMES - len(self.slots))]
        return replace(self, slots={**self.slots, **{name: Slot(name) for name in new}}) if new else self

    def changing(self, *slots: Slot) -> Layout:
        """With *slots* in place of those of the same names."""
        return replace(self, slots={**self.slots, **{slot.name: slot for slot in slots}}) if slots else self

    def promoting(self, types: Mapping[str, Type], written: Mapping[str, str]) -> Layout:
        """With a fresh column for each of *types*, holding every value of its field; instants for those *written*."""
        slots = dict(self.slots)
        for number, (name, kind) in enumerate(types.items(), self.next_column):
            slots[name] = Slot(name, kind, f"c{number}", complete=True, written=written.get(name))
        return Layout(slots, self.next_column + len(types))


def fit(value: Any, kind: Type) -> Any:
    """*value* as the column of *kind* holds it without changing it, or None when it cannot."""
    if kind is Type.TEXT:
        return value if type(value) is str else None
    if kind is Type.BOOLEAN:
        return value if type(value) is bool else None
    if kind is Type.INTEGER:
        if type(value) is int:
            return value if SMALLEST <= value <= LARGEST else None
        if type(value) is float and value.is_integer() and abs(value) <= EXACT_IN_DOUBLE:
            return int(value)
        return None
    if type(value) is float:
        return value
    return float(value) if type(value) is int and abs(value) <= EXACT_IN_DOUBLE else None


class Census:
    """How often the fields without a column were seen, and with which types, since the last promotion."""

    def __init__(self) -> None:
        self.events = 0
        self.seen: Counter[str] = Counter()
        self.types: dict[str, Counter[Type]] = {}

    def count(self, extras: Iterable[Mapping[str, Any]]) -> None:
        """Take the leftovers of some events into account; each counts as one event."""
        for extra in extras:
            self.events += 1
            for name, value in extra.items():
                if name in self.types:
                    self.seen[name] += 1
                    self.types[name][KINDS.get(type(value), Type.LIST)] += 1
                elif len(self.types) < MOST_NAMES:
                    self.seen[name] = 1
                    self.types[name] = Counter((KINDS.get(type(value), Type.LIST),))

    def candidates(self, layout: Layout) -> dict[str, Type]:
        """The fields that deserve a column now, most frequent first, with the type most of their values have."""
        taken = len(layout.promoted())
        least = 1 if self.events < FEW else max(LEAST_SIGHTINGS, self.events * SHARE)
        room = (MOST_COLUMNS_OF_FEW if self.events < FEW else MOST_COLUMNS) - taken
        chosen: dict[str, Type] = {}
        for name, times in sorted(self.seen.items(), key=lambda pair: -pair[1]):
            if len(chosen) >= room or times < least:
                break
            kind = column_type(self.types[name])
            if kind is not None and name not in layout.promoted():
                chosen[name] = kind
        return chosen


def column_type(types: Mapping[Type, int]) -> Type | None:
    """The type of column for values of *types*; None when most are lists, which no column holds."""
    counts = dict(types)
    if Type.FLOAT in counts and Type.INTEGER in counts:
        counts[Type.FLOAT] += counts.pop(Type.INTEGER)
    best = max(counts, key=lambda kind: counts[kind])
    return None if best is Type.LIST else best
