"""Spans of numbers: how wide they are written to be, and how wide where nobody says. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lynxalert.plan.numbers import read_number

LOGARITHMIC = re.compile(r"(\d*\.?\d*)log(\d*\.?\d*)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """Spans of numbers: *size* wide each, or with a *base* from *size* on each so many times the one before."""

    size: float
    base: float = 0.0


def parse_number_span(text: str) -> NumberSpan | None:
    """`100`, `0.5`, `log10`, `2log5`; nothing for anything else.

    >>> parse_number_span("2log5"), parse_number_span("5m")
    (NumberSpan(size=2.0, base=5.0), None)
    """
    size = read_number(text)
    if size is not None:
        return NumberSpan(size) if size > 0 else None
    match = LOGARITHMIC.fullmatch(text)
    if match is None:
        return None
    first, base = (float(part) if read_number(part) is not None else None for part in match.groups())
    span = NumberSpan(1.0 if first is None else first, 10.0 if base is None else base)
    return span if span.base > 1 and 1 <= span.size < span.base else None


def span_of_range(least: float, greatest: float, bins: int, minimum: float = 0.0) -> NumberSpan:
    """The least power of ten that cuts what lies between two numbers into at most *bins* spans, none under *minimum*.

    >>> span_of_range(3, 980, 10), span_of_range(0, 1, 100)
    (NumberSpan(size=100.0, base=0.0), NumberSpan(size=0.1, base=0.0))
    """
    power = math.floor(math.log10((greatest - least) / bins)) if greatest > least else 0
    while True:
        size = 10.0**power
        if math.floor(greatest / size) - math.floor(least / size) + 1 <= bins:
            return NumberSpan(max(size, minimum))
        power += 1
