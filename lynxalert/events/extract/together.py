"""Many events of one stream → their readings field by field. The meaning is that of `read`; only the order of work differs.

Events of one stream mostly have the same keys. What many of them have in one place of their JSON is taken out of
all of them at once; the rest of an event is flattened alone. An event in which anything is unusual (a list where the
others have a number, two places that make one name, a number beyond 64 bits) is left to `read`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from lynxalert.events.extract.documents import EXACT, flatten_some, spoken
from lynxalert.events.extract.given import Given
from lynxalert.events.extract.reading import RESERVED, read
from lynxalert.events.extract.timing import Stamped, stamped_of, times_of

FEWEST = 16  # events for which looking for what they share pays
SAMPLE = 64  # events that are looked at for it
SHARE = 10  # one in so many of them must have a key
DEEPEST = 8  # levels of nesting
EMPTY: dict[str, Any] = {}
NOTHING = type(None)
USUAL = {str, int, bool, NOTHING}


@dataclass(frozen=True, slots=True)
class Readings:
    """What some events say. *columns* by field, a scalar or None per event; *rest* what else each event has.

    No field of an event is in both. *times*, *hosts* and *texts* as in `Reading`. *stamped* is the column that the
    times were read from at once, if so.
    """

    times: list[int]
    hosts: list[str | None]
    texts: list[str | None]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    rest: list[dict[str, Any]] = field(default_factory=list)
    stamped: Stamped | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """The keys that many objects in one place have: *leaves* with scalars, by key; *branches* with objects."""

    leaves: dict[str, str]  # key → name of the field
    branches: dict[str, Branch]


def read_together(given: Given) -> Readings:
    """What `read` says of each of *given*.

    Raises:
        Unreadable: as `read` does; those that are given with their document never are.
    """
    alone = {row for row, document in enumerate(given.documents) if document is None}
    shared = [EMPTY if one is None else one for one in given.documents]
    for row in alone:
        shared[row] = EMPTY
    gathered = _Gathered(len(given))
    if len(given) - len(alone) >= FEWEST:
        gathered.gather(shared, _of_sample(shared, alone), "")
        if given.beside:
            beside = [EMPTY if row in alone else given.beside.get(row, EMPTY) for row in range(len(given))]
            gathered.gather(beside, _of_sample(beside, alone), "")
    else:
        alone = set(range(len(given)))
    hosts = list(given.hosts)
    gathered.set_apart(hosts)
    gathered.find_doubles()
    return _finished(given, gathered, hosts, alone | gathered.odd)


def _finished(given: Given, gathered: _Gathered, hosts: list[str | None], alone: set[int]) -> Readings:
    """The readings of all, those of *alone* one by one."""
    stamped = None if len(alone) == len(given) else stamped_of(gathered.columns)
    times = times_of(given, stamped, alone)
    texts: list[str | None] = [None] * len(given)
    for row, raw in enumerate(given.raws):
        if "\\" in raw and row not in alone:
            document = given.documents[row]
            assert document is not None
            texts[row] = spoken(document, raw)
    for column in (*gathered.columns.values(), *((stamped.values,) if stamped else ())):
        for row in alone:
            column[row] = None
    for row in alone:
        found = read(given.event(row), given.arrivals[row], given.documents[row])
        times[row], hosts[row], gathered.rest[row], texts[row] = found
    return Readings(times, hosts, texts, gathered.columns, gathered.rest, stamped)


class _Gathered:
    """Values by field and row, what is left over, and the rows that are odd: to be read alone."""

    def __init__(self, total: int) -> None:
        self.columns: dict[str, list[Any]] = {}
        self.rest: list[dict[str, Any]] = [EMPTY] * total
        self.odd: set[int] = set()

    def gather(self, objects: Sequence[Mapping[str, Any]], branch: Branch, prefix: str) -> None:
        """Take the keys of *branch* out of *objects*, one per row; what else they have is left over."""
        keys = [*branch.leaves, *branch.branches]
        whole = self._leave_over(objects, dict.fromkeys(keys), prefix)
        if not keys:
            return
        taken = zip(*map(itemgetter(*keys), whole), strict=True) if len(keys) > 1 else [_only(keys[0], whole)]
        for key, values in zip(keys, taken, strict=True):
            name = branch.leaves.get(key)
            if name is None:
                self.gather(self._objects(values), branch.branches[key], f"{prefix}{key}.")
                continue
            kinds = set(map(type, values))
            if not kinds <= USUAL:
                self._check(values, kinds)
            self._add_column(name, values)

    def _add_column(self, name: str, values: Sequence[Any]) -> None:
        """A row is odd that has *name* in its text and beside it: what stands beside must win."""
        known = self.columns.get(name)
        if known is None:
            self.columns[name] = list(values)
            return
        for row, value in enumerate(values):
            if value is None:
                continue
            if known[row] is not None:
                self.odd.add(row)
            known[row] = value

    def _check(self, column: Sequence[Any], kinds: set[type]) -> None:
        """Rows are odd that have no scalar here, or a number that the fast parser may have rounded."""
        if kinds <= {float, int, NOTHING}:
            numbers = [value for value in column if value is not None]
            if min(numbers) > -EXACT and max(numbers) < EXACT and not math.isnan(sum(numbers)):
                return
        for row, value in enumerate(column):
            if type(value) is float:
                if not -EXACT < value < EXACT:
                    self.odd.add(row)
            elif type(value) not in USUAL:
                self.odd.add(row)

    def _objects(self, values: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
        if set(map(type, values)) == {dict}:
            return values
        self.odd.update(
            row for row, value in enumerate(values) if value is not None and type(value) is not dict
        )
        return [value if type(value) is dict else EMPTY for value in values]

    def _leave_over(
        self, objects: Sequence[Mapping[str, Any]], known: dict[str, None], prefix: str
    ) -> Sequence[Mapping[str, Any]]:
        """Put aside what is not *known*; the objects with null for what they lack of it."""
        shapes: dict[tuple[str, ...], tuple[list[str], bool]] = {}
        whole: list[Mapping[str, Any]] = []
        for row, one in enumerate(objects):
            shape = tuple(one)
            seen = shapes.get(shape)
            if seen is None:
                unknown = [key for key in shape if key not in known]
                seen = shapes[shape] = unknown, len(shape) - len(unknown) == len(known)
            unknown, complete = seen
            if unknown:
                self._add(row, {key: one[key] for key in unknown}, prefix)
            whole.append(one if complete else {**known, **one})
        return whole

    def _add(self, row: int, document: Mapping[str, Any], prefix: str) -> None:
        fields, rounded = flatten_some(document, prefix)
        mine = self.rest[row]
        if rounded or not mine.keys().isdisjoint(fields) or any(name in RESERVED for name in fields):
            self.odd.add(row)
        self.rest[row] = {**mine, **fields} if mine else fields

    def set_apart(self, hosts: list[str | None]) -> None:
        """Columns whose names collide with metadata: `host` goes where *hosts* has none, others are renamed."""
        for name in RESERVED:
            column = self.columns.pop(name, None)
            if column is None:
                continue
            if name == "host":
                column = _into(hosts, column)
            kept = f"extracted_{name}"
            if kept in self.columns:
                self.odd.update(row for row, value in enumerate(column) if value is not None)
            else:
                self.columns[kept] = column

    def find_doubles(self) -> None:
        """Rows are odd in which two places make one name: the later one of the text must win."""
        columns = self.columns
        for row, fields in enumerate(self.rest):
            for name in fields:
                column = columns.get(name)
                if column is not None and column[row] is not None:
                    self.odd.add(row)


def _only(key: str, objects: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [one[key] for one in objects]


def _into(hosts: list[str | None], column: Sequence[Any]) -> list[Any]:
    """Fill *hosts* from *column*; what it had no place for."""
    left: list[Any] = [None] * len(column)
    for row, value in enumerate(column):
        if value is not None:
            if hosts[row] is None and type(value) is not bool:
                hosts[row] = value if type(value) is str else str(value)
            else:
                left[row] = value
    return left


def _of_sample(objects: Sequence[Mapping[str, Any]], without: Collection[int]) -> Branch:
    """What many of *objects* have, those of the rows *without* apart."""
    some = [one for row, one in enumerate(objects) if row not in without] if without else objects
    return _common(some[:: -(-len(some) // SAMPLE)], "", set(), 0)


def _common(sample: Sequence[Mapping[str, Any]], prefix: str, taken: set[str], depth: int) -> Branch:
    """What one in ten of *sample* has. Each name of a field comes from one place, the first that is found."""
    leaves: Counter[str] = Counter()
    below: dict[str, list[Mapping[str, Any]]] = {}
    for one in sample:
        for key, value in one.items():
            if type(value) is dict:
                below.setdefault(key, []).append(value)
            elif type(value) is not list:
                leaves[key] += 1
    found = Branch({}, {})
    for key, times in leaves.items():
        name = prefix + key
        if times * SHARE >= len(sample) and times >= len(below.get(key, ())) and name not in taken:
            taken.add(name)
            found.leaves[key] = name
    for key, objects in below.items():
        if len(objects) * SHARE >= len(sample) and key not in found.leaves and depth < DEEPEST:
            found.branches[key] = _common(objects, f"{prefix}{key}.", taken, depth + 1)
    return found
