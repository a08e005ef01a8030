"""When a text reads as a number, and how a number is written: one rule each, used everywhere (language §3.2)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

# Never a bare cast: that would take `nan`, `1_000`, ` 5 `.
NUMERIC = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
LOGARITHMIC = re.compile(r"(\d*\.?\d*)log(\d*\.?\d*)", re.ASCII | re.IGNORECASE)
_READS = re.compile(NUMERIC, re.ASCII)


def read_number(text: str) -> float | int | None:
    """The number *text* reads as, or nothing."""
    if not _READS.fullmatch(text):
        return None
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None


def canonical_number(value: float) -> str:
    """Whole numbers without decimals, others by their shortest round trip.

    >>> canonical_number(5.0), canonical_number(0.1)
    ('5', '0.1')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return str(int(value))
    return repr(value)


def number_of(value: object) -> float | None:
    """*value* where it is a number, or a text that reads as one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    read = read_number(value) if isinstance(value, str) else None
    return None if read is None else float(read)


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
