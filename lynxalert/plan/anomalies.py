"""Rows of values → how improbable each row is among the others: what `anomalydetection` computes. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lynxalert.plan.numbers import number_of
from lynxalert.plan.rows import text_of

FEW = 10  # different numbers that are taken as they are, not by bins


@dataclass(frozen=True, slots=True)
class Judged:
    """A row: the logarithm of its probability, and the field that makes it most improbable."""

    log: float
    cause: str | None
    probability: float  # of that field's value
    commonest: float  # the probability of the commonest value of that field


def by_frequency(columns: Mapping[str, Sequence[Any]]) -> list[Judged]:
    """Each row judged by how often its values occur: numbers by bins, all else as it is, a missing value too."""
    found = {name: _frequencies(binned(values)) for name, values in columns.items()}
    return _judged(found)


def by_distance(columns: Mapping[str, Sequence[Any]]) -> list[Judged]:
    """Each row judged by how far its numbers lie from the mean, in deviations; texts by how often they occur."""
    found = {name: _distances(values) for name, values in columns.items()}
    return _judged(found)


def binned(values: Sequence[Any]) -> list[object]:
    """What counts as the same: of many different numbers the bin (Freedman and Diaconis), else the text."""
    numbers = [number_of(value) for value in values]
    read = sorted(number for number in numbers if number is not None)
    present = sum(value is not None for value in values)
    if len(read) == present and len(set(read)) > FEW:
        width = 2 * (quartile(read, 0.75) - quartile(read, 0.25)) / len(read) ** (1 / 3)
        if width > 0:
            return [None if number is None else math.floor(number / width) for number in numbers]
    return [None if value is None else text_of(value) for value in values]


def quartile(ordered: Sequence[float], share: float) -> float:
    """The least value with at least *share* of all at or below it."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def threshold(logs: Sequence[float]) -> float:
    """Below it a row is improbable: one and a half times the distance of the quartiles below the first."""
    ordered = sorted(logs)
    first, third = quartile(ordered, 0.25), quartile(ordered, 0.75)
    return first - 1.5 * (third - first)


Probabilities = tuple[list[float], float]  # of each row's value, and the greatest there is


def _frequencies(values: Sequence[object]) -> Probabilities:
    counted = Counter(values)
    return [counted[value] / len(values) for value in values], max(counted.values(), default=0) / max(
        len(values), 1
    )


def _distances(values: Sequence[Any]) -> Probabilities:
    numbers = [number_of(value) for value in values]
    read = [number for number in numbers if number is not None]
    if not read or len(read) < sum(value is not None for value in values):
        return _frequencies([None if value is None else text_of(value) for value in values])
    mean = math.fsum(read) / len(read)
    deviation = math.sqrt(math.fsum((number - mean) ** 2 for number in read) / max(len(read) - 1, 1))
    if deviation == 0:
        return [1.0] * len(values), 1.0
    return [
        1.0 if number is None else math.erfc(abs(number - mean) / deviation / math.sqrt(2))
        for number in numbers
    ], 1.0


def _judged(found: Mapping[str, Probabilities]) -> list[Judged]:
    rows = []
    for place in range(max((len(each) for each, _ in found.values()), default=0)):
        here = {name: each[place] for name, (each, _) in found.items()}
        cause = min(here, key=lambda name: here[name])
        log = math.fsum(math.log(max(each, 1e-300)) for each in here.values())
        rows.append(Judged(log, cause, here[cause], found[cause][1]))
    return rows
