"""Windows → the buckets of time they are made of. Pure: which windows a grid of buckets can be cut into, and how.

Times are microseconds since 1970 UTC; bucket *n* of a grain *g* is [n·g, (n+1)·g).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lynxalert.plan import TimeWindow

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
SECOND = 1_000_000
# Slots lie on multiples of five seconds: a coarser grain would have to be given up at the next tick.
COARSEST = 5 * SECOND
FINEST = SECOND


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window with both its ends, in microseconds."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.end - self.start

    def grain(self, at_most: int = COARSEST) -> int:
        """The largest grain up to *at_most* that divides it, and *at_most*."""
        return math.gcd(at_most, self.start, self.end)

    def buckets(self, grain: int) -> tuple[int, int]:
        """The first bucket in it and the first behind it; exact where *grain* divides it."""
        return self.start // grain, self.end // grain


def stretch(window: TimeWindow) -> Stretch | None:
    """*window* as a stretch; None where buckets cannot make it up: an open end, no whole seconds, before 1970.

    >>> noon = dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)
    >>> stretch(TimeWindow(noon - dt.timedelta(minutes=5), noon)).grain()
    5000000
    """
    if window.start is None or window.end is None:
        return None
    start, end = ((at - EPOCH) // MICROSECOND for at in (window.start, window.end))
    found = Stretch(start, end)
    return found if 0 <= start < end and found.grain() >= FINEST else None


def common_grain(stretches: Iterable[Stretch], at_most: int = COARSEST) -> int:
    """The largest grain up to *at_most* that divides all of *stretches*."""
    return math.gcd(at_most, *(bound for each in stretches for bound in (each.start, each.end)))


def earliest(stretches: Sequence[Stretch]) -> int:
    """Where the first of them begins."""
    return min(each.start for each in stretches)


def latest(stretches: Sequence[Stretch]) -> int:
    """Where the last of them ends."""
    return max(each.end for each in stretches)
