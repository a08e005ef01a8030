"""Events, newest first → which transaction each belongs to. Pure; follows Splunk's `transaction`, which reads backwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rules:
    """What opens and closes a transaction. Lengths are in microseconds, None is no limit."""

    fields: int  # how many fields tie events together
    span: int | None = None
    pause: int | None = None
    most: int | None = None
    starts: bool = False  # there is a condition for the first event
    ends: bool = False  # and for the last
    connected: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its place among all, its time in microseconds, its values of the fields, what it fulfils."""

    place: int
    time: int
    values: tuple[str | None, ...]
    starts: bool = False
    ends: bool = False


@dataclass(slots=True, eq=False)
class Transaction:
    """Events found to belong together so far. *closed*: something said that no more would come."""

    number: int
    newest: int
    oldest: int
    values: list[str | None]
    ended: bool
    started: bool = False
    closed: bool = False
    overflowed: bool = False
    places: list[int] = field(default_factory=list)

    def fits(self, event: Event, *, connected: bool) -> bool:
        """Whether no field differs, and at least one agrees (or *connected* is false)."""
        pairs = [
            (ours, theirs)
            for ours, theirs in zip(self.values, event.values, strict=True)
            if ours is not None and theirs is not None
        ]
        return all(ours == theirs for ours, theirs in pairs) and bool(pairs or not connected)

    def complete(self, rules: Rules) -> bool:
        """Whether the conditions for its first and its last event were met."""
        return (self.started or not rules.starts) and (self.ended or not rules.ends)


class Assembly:
    """Transactions under construction, the open ones found by the values of their fields."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.made: list[Transaction] = []
        self._searches_all = rules.fields == 0 or not rules.connected
        self._open: dict[tuple[int, str | None], list[Transaction]] = {}

    def add(self, event: Event) -> None:
        """Put *event* into the transaction it continues, or open one. Without any of the fields it belongs to none."""
        rules = self.rules
        ends = rules.ends and event.ends
        if rules.fields and all(value is None for value in event.values):
            return
        found = self._find(event)
        if found is not None and (ends or self._too_far(found, event)):
            self._close(found)
            found = None
        if found is None:
            found = Transaction(len(self.made), event.time, event.time, [None] * rules.fields, ended=ends)
            self.made.append(found)
            if self._searches_all:
                self._index((0, None), found)
        self._join(found, event)
        if rules.starts and event.starts:
            found.started = True
            self._close(found)
        elif rules.most is not None and len(found.places) >= rules.most:
            found.overflowed = True
            self._close(found)

    def _find(self, event: Event) -> Transaction | None:
        if self._searches_all:
            candidates = self._open.get((0, None), [])
        else:
            candidates = [
                one
                for number, value in enumerate(event.values, start=1)
                if value is not None
                for one in self._open.get((number, value), [])
            ]
        connected = self.rules.connected and self.rules.fields > 0
        fitting = [one for one in candidates if one.fits(event, connected=connected)]
        return min(fitting, key=lambda one: (one.oldest, -one.number), default=None)

    def _too_far(self, found: Transaction, event: Event) -> bool:
        span, pause = self.rules.span, self.rules.pause
        return (span is not None and found.newest - event.time > span) or (
            pause is not None and found.oldest - event.time > pause
        )

    def _join(self, found: Transaction, event: Event) -> None:
        found.places.append(event.place)
        found.oldest = event.time
        for number, value in enumerate(event.values):
            if value is not None and found.values[number] is None:
                found.values[number] = value
                self._index((number + 1, value), found)

    def _index(self, key: tuple[int, str | None], found: Transaction) -> None:
        self._open.setdefault(key, []).append(found)

    def _close(self, found: Transaction) -> None:
        found.closed = True
        keys = [(number, value) for number, value in enumerate(found.values, start=1) if value is not None]
        for key in ((0, None), *keys) if self._searches_all else keys:
            here = self._open[key]
            here.remove(found)
            if not here:
                del self._open[key]


def assembled(events: Iterable[Event], rules: Rules) -> Iterator[Transaction]:
    """The transactions of *events* (newest first), in order of their newest events."""
    assembly = Assembly(rules)
    for event in events:
        assembly.add(event)
    yield from assembly.made
