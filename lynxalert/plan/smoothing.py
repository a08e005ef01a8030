"""Moving averages of a row of numbers: what `trendline` computes. Pure.

A row without a number has no average and counts for none; an average begins when there are enough numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

Number = float | None


def simple(values: Sequence[Number], period: int) -> Iterator[Number]:
    """The mean of the last *period* numbers."""
    yield from _windowed(values, period, lambda last: sum(last) / period)


def weighted(values: Sequence[Number], period: int) -> Iterator[Number]:
    """The same, the newest number counting *period* times, the oldest once."""
    whole = period * (period + 1) / 2
    yield from _windowed(
        values, period, lambda last: sum(weight * value for weight, value in enumerate(last, 1)) / whole
    )


def exponential(values: Sequence[Number], period: int) -> Iterator[Number]:
    """Each number with a weight of 2 ÷ (period + 1) and the average before it with the rest.

    The first average is the simple one of the first *period* numbers.
    """
    weight = 2 / (period + 1)
    begin: list[float] = []
    average: Number = None
    for value in values:
        if value is None:
            yield None
            continue
        if average is not None:
            average = weight * value + (1 - weight) * average
        else:
            begin.append(value)
            average = sum(begin) / period if len(begin) == period else None
        yield average


def _windowed(
    values: Sequence[Number], period: int, average: Callable[[Sequence[float]], float]
) -> Iterator[Number]:
    last: deque[float] = deque(maxlen=period)
    for value in values:
        if value is not None:
            last.append(value)
        yield None if value is None or len(last) < period else average(last)


AVERAGES = {"sma": simple, "ema": exponential, "wma": weighted}
