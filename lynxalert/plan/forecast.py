"""A row of numbers → what exponential smoothing expects next: what `predict` computes. Pure.

The three forms of Holt and Winters with additive season; each is the steady state of one of Splunk's state space
models. Weights are those of a grid that make the squared errors of one step least.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Number = float | None
WEIGHTS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
LONGEST = 1_000  # rows of a season that is looked for
CLEAR = 0.3  # the least correlation with an earlier time that is taken for a season


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of level, trend and season (*beta* or *gamma* None: without), and the length of the season."""

    alpha: float
    beta: float | None = None
    gamma: float | None = None
    period: int = 1

    def deviation(self, steps: int) -> float:
        """By what factor errors grow *steps* ahead (Hyndman and others, 2008)."""
        beta, gamma = self.alpha * (self.beta or 0), (1 - self.alpha) * (self.gamma or 0)
        grown = (
            self.alpha + beta * step + (gamma if step % self.period == 0 and self.gamma else 0)
            for step in range(1, steps)
        )
        return math.sqrt(1 + sum(each * each for each in grown))


@dataclass(frozen=True, slots=True)
class Forecast:
    """*inside*: what was expected of each number, one step before. *ahead*: what is expected next. *error*: its deviation."""

    inside: list[Number]
    ahead: list[float]
    error: float
    model: Model


def forecast(values: Sequence[Number], steps: int, kind: str, period: int = 0) -> Forecast | None:
    """The best model of the *kind* (LL, LLT, LLP, LLP5) over *values*, *steps* ahead; None with fewer than two numbers.

    A missing value is taken as expected. Without a *period*, the season is looked for (LLP, LLP5).
    """
    numbers = [value for value in values if value is not None]
    if len(numbers) < 2:
        return None
    season = (period or season_of(numbers)) if kind in ("LLP", "LLP5") else 0
    if season and len(numbers) < 2 * season:
        season = 0
    return min((_run(values, steps, model) for model in _models(kind, season)), key=lambda each: each.error)


def season_of(numbers: Sequence[float]) -> int:
    """The distance at which the numbers, less their trend, are most like themselves; 0 when there is none."""
    size = len(numbers)
    slope = (numbers[-1] - numbers[0]) / (size - 1)
    flat = [value - slope * place for place, value in enumerate(numbers)]
    mean = math.fsum(flat) / size
    flat = [value - mean for value in flat]
    whole = math.fsum(value * value for value in flat)
    if whole == 0:
        return 0
    likeness = {
        lag: math.fsum(flat[place] * flat[place - lag] for place in range(lag, size)) / whole
        for lag in range(2, min(size // 2, LONGEST) + 1)
    }
    peaks = [
        lag
        for lag in likeness
        if likeness[lag] > CLEAR
        and likeness[lag] >= likeness.get(lag - 1, -1.0)
        and likeness[lag] >= likeness.get(lag + 1, -1.0)
        and lag - 1 in likeness
    ]
    return max(peaks, key=lambda lag: likeness[lag], default=0)


def _models(kind: str, season: int) -> Iterator[Model]:
    trends: tuple[float | None, ...] = (None,) if kind in ("LL", "LLP") else WEIGHTS[:4]
    seasons: tuple[float | None, ...] = WEIGHTS[:5] if season else (None,)
    for alpha, beta, gamma in itertools.product(WEIGHTS, trends, seasons):
        yield Model(alpha, beta, gamma, season or 1)


def _run(values: Sequence[Number], steps: int, model: Model) -> Forecast:
    numbers = [value for value in values if value is not None]
    width = model.period if model.gamma is not None else 1
    level = math.fsum(numbers[:width]) / width
    trend = 0.0
    if model.beta is not None:
        later = numbers[width : 2 * width]
        trend = (math.fsum(later) / len(later) - level) / width if later else 0.0
    level -= trend * (width + 1) / 2  # the mean lies in the middle of what it is of; begin before the first
    seasons = [0.0]
    if model.gamma is not None:
        seasons = [value - level - trend * place for place, value in enumerate(numbers[:width], 1)]
    inside: list[Number] = []
    errors: list[float] = []
    for place, value in enumerate(values):
        season = seasons[place % width]
        expected = level + trend + season
        inside.append(expected if place else None)
        real = expected if value is None else value
        if place and value is not None:
            errors.append(real - expected)
        before = level
        level = model.alpha * (real - season) + (1 - model.alpha) * (level + trend)
        if model.beta is not None:
            trend = model.beta * (level - before) + (1 - model.beta) * trend
        if model.gamma is not None:
            seasons[place % width] = model.gamma * (real - level) + (1 - model.gamma) * season
    size = len(values)
    ahead = [level + trend * step + seasons[(size + step - 1) % width] for step in range(1, steps + 1)]
    error = math.sqrt(math.fsum(each * each for each in errors) / max(len(errors), 1))
    return Forecast(inside, ahead, error, model)
