"""What a chart shows, as values; and the round numbers along its side. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lynxalert.alerts.measure import Limit
from lynxalert.alerts.model import Alert, Key

TICKS = 4
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
FINEST = 1e-9  # what differs by less, of its size, is the same on paper
LARGEST = 1e15  # beyond, and for what is no number, there is nothing to draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """What a chart is of: the instance of *alert* with *key*, up to T *at*; *fired*: since when it fires."""

    alert: Alert
    key: Key
    at: dt.datetime
    fired: dt.datetime | None = None


class Charts(Protocol):
    """Whoever has the values, and draws them."""

    async def draw(self, pictured: Pictured) -> bytes | None:
        """A PNG; None where there is nothing to see, or it cannot be had within a few seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Point:
    """The value as of *at*; None: there was no row."""

    at: dt.datetime
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Values in order of time, what they are called, the limits they are held against, and when it fired."""

    points: tuple[Point, ...]
    name: str = ""
    limits: tuple[Limit, ...] = ()
    fired: tuple[dt.datetime, dt.datetime] | None = None
    timezone: str = "UTC"

    @property
    def values(self) -> list[float]:
        """Those that can be drawn."""
        return [each.value for each in self.points if is_drawable(each.value)]  # type: ignore[misc] # asked

    @property
    def says_something(self) -> bool:
        """Whether there are two values to draw a line between."""
        return len(self.values) >= 2

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest that must be seen, never equal; a limit far beyond all values stays outside."""
        low, high = min(self.values), max(self.values)
        reach = (high - low or abs(high) or 1.0) * 3
        near = [each.value for each in self.limits if low - reach <= each.value <= high + reach]
        low, high = min([low, *near]), max([high, *near])
        if low >= 0 and low <= high / 2:
            low = 0.0
        if high - low <= max(abs(low), abs(high), 1.0) * FINEST:
            margin = abs(low) / 10 if abs(low) > FINEST else 1.0
            return low - margin, high + margin
        return low, high


def is_drawable(value: float | None) -> bool:
    """Whether *value* has a place on paper."""
    return value is not None and math.isfinite(value) and abs(value) <= LARGEST


def ticks(low: float, high: float, most: int = TICKS) -> Sequence[float]:
    """Round numbers from at or below *low* to at or above *high*, some *most* steps apart.

    >>> ticks(0, 247)
    [0.0, 100.0, 200.0, 300.0]
    """
    rough = (high - low) / most
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(each * scale for each in STEPS if each * scale >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(n * step, 12) for n in range(first, last + 1)]


def short(value: float) -> str:
    """`1.2k`, `3.4M`, `0.25`: for the side of a chart.

    >>> short(1500), short(0.25), short(-2e6)
    ('1.5k', '0.25', '-2M')
    """
    for size, letter in PREFIXES:
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"
