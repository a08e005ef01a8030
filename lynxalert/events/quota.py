"""How much one source may send: a rate over time, a size of an event. And who sent how much, for a bounded number of sources."""

from __future__ import annotations

import datetime as dt
import fnmatch
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lynxalert.events.alike import by_source
from lynxalert.events.errors import Backpressure
from lynxalert.events.event import Event, Reject

BURST = 2.0  # seconds of its rate that a source may send at once
MOST_BUCKETS = 10_000
MOST_COUNTED = 100  # sources by name, and reasons; the others are counted together
OTHERS = "other"
LONGEST_REASON = 80  # characters
SHOWN = 10_000  # characters of an event that is too long


@dataclass(frozen=True, slots=True)
class SourceLimit:
    """What each source may send: *rate* in events per second, *size* of an event in characters; None: anything."""

    rate: float | None = None
    size: int | None = None


class Quotas:
    """*limits* by pattern of the source's name (`*` any run); the first that fits counts, for each source apart.

    A source above its rate is told to wait: nothing of its request is kept, so nothing is lost. A request may go
    beyond what is left of the rate, and the source then waits longer.
    """

    def __init__(self, limits: Mapping[str, SourceLimit] | None = None) -> None:
        self._limits = dict(limits or {})
        self._left: dict[str, tuple[float, dt.datetime]] = {}  # events a source may send, as of then

    def admit(
        self, events: Sequence[Event], rejects: Sequence[Reject], now: dt.datetime
    ) -> tuple[Sequence[Event], Sequence[Reject]]:
        """*events* that are not too long; those that are among the *rejects*.

        Raises:
            Backpressure: a source is above its rate.
        """
        if not self._limits or not events:
            return events, rejects
        sent = by_source(events)
        limits = {source: self._limit(source) for source in sent}
        self._draw({source: times for source, times in sent.items() if limits[source].rate}, limits, now)
        sizes = {source: limit.size for source, limit in limits.items() if limit.size is not None}
        if not sizes:
            return events, rejects
        kept: list[Event] = []
        refused = list(rejects)
        for place, event in enumerate(events, 1):
            size = sizes.get(event.source)
            if size is None or len(event.raw) <= size:
                kept.append(event)
            else:
                reason = f"longer than the {size:,} characters that `{event.source[:100]}` may send"
                refused.append(Reject(place, reason, event.raw[:SHOWN], event.index, event.source))
        return kept, refused

    def _limit(self, source: str) -> SourceLimit:
        found = (limit for pattern, limit in self._limits.items() if fnmatch.fnmatchcase(source, pattern))
        return next(found, SourceLimit())

    def _draw(self, sent: Mapping[str, int], limits: Mapping[str, SourceLimit], now: dt.datetime) -> None:
        """Take *sent* from what is left of each source, or nothing from any."""
        left: dict[str, float] = {}
        for source in sent:
            rate = limits[source].rate or math.inf
            before, then = self._left.get(source, (rate * BURST, now))
            elapsed = max(0.0, (now - then).total_seconds())
            left[source] = min(rate * BURST, before + elapsed * rate)
            if left[source] <= 0:
                raise Backpressure(dt.timedelta(seconds=(1 - left[source]) / rate))
        for source, times in sent.items():
            self._left.pop(source, None)  # the youngest stand last
            self._left[source] = left[source] - times, now
        while len(self._left) > MOST_BUCKETS:
            del self._left[next(iter(self._left))]


class Tallies:
    """Events by (source, outcome, reason). Outcomes: accepted, rejected, refused (the sender was told to wait)."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._sources: set[str] = set()
        self._reasons: set[str] = set()

    def add(self, source: str, outcome: str, reason: str, times: int) -> None:
        """Count *times* events; beyond the first hundred sources, all are `other`, and so are reasons.

        Of a reason counts what stands before a colon: behind it are details, as the column of a mistake.
        """
        reason = reason.partition(":")[0][:LONGEST_REASON]
        self.counts[_known(source, self._sources), outcome, _known(reason, self._reasons)] += times


def _known(name: str, names: set[str]) -> str:
    """*name* if it is among *names* or there is room for it, else `other`."""
    if name not in names:
        if len(names) >= MOST_COUNTED:
            return OTHERS
        names.add(name)
    return name
