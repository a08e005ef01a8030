"""When a text reads as a number, and how a number is written: one rule each, used everywhere (language §3.2)."""

from __future__ import annotations

import math
import re

# Never a bare cast: that would take `nan`, `1_000`, ` 5 `.
NUMERIC = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
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
