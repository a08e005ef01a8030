"""What a value is, how it reads as text and as a number, and how two of them compare (3.2, 3.3)."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | dt.datetime | list[str] | None
Row: TypeAlias = dict[str, Value]

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
EXACT = 2**53  # whole numbers below have a double of their own


def read_number(written: str) -> float | None:
    """The one rule by which a text reads as a number (3.2); `1e400` is none, no double holds it."""
    return finite(float(written)) if NUMBER.fullmatch(written) else None


def number(value: Value) -> float | None:
    """The number that *value* is or reads as; a time is its epoch seconds. Booleans and lists are none."""
    match value:
        case None | bool() | list():
            return None
        case str():
            return read_number(value)
        case dt.datetime():
            return value.timestamp()
        case _:
            return finite(float(value))


def text(value: Value) -> str | None:
    """The canonical text (3.2): whole numbers without decimals, others by their shortest round trip."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return "\n".join(value)
        case dt.datetime():
            spelled = value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0")
            return spelled.rstrip(".") + "Z"
        case float() if value.is_integer() and abs(value) < 2**63:
            return str(int(value))
        case _:
            return str(value)


def spelled(value: Value) -> str:
    """The canonical text of something that is there."""
    return text(value) or ""


def items(value: Value) -> list[str]:
    """The values of a multivalue as texts; a single value is a list of one, none is an empty one (3.2)."""
    if value is None:
        return []
    return value if isinstance(value, list) else [spelled(value)]


def multivalue(texts: Iterable[str]) -> Value:
    """A list of one is its value, an empty one is null (3.2)."""
    listed = list(texts)
    return None if not listed else listed[0] if len(listed) == 1 else listed


def truth(value: Value) -> bool | None:
    """The value as a condition: only a Boolean is one."""
    return value if isinstance(value, bool) else None


def is_number(value: Value) -> bool:
    """Whether it is a number by its own kind, not by its reading."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def seconds_of(value: Value) -> Value:
    """A time as its epoch seconds, anything else as it is: what a time among other kinds is."""
    return value.timestamp() if isinstance(value, dt.datetime) else value


def finite(value: float) -> float | None:
    """Infinities and not-a-number are null (3.2)."""
    return value if math.isfinite(value) else None


def equal(left: Value, right: Value) -> bool | None:
    """`=`: a number and a text that reads as one by value, two texts to the letter; null beside null (3.1, 3.2).

    A multivalue equals a value when one of its values does.
    """
    if left is None or right is None:
        return None
    if isinstance(left, list) != isinstance(right, list):
        many, single = (left, right) if isinstance(left, list) else (right, left)
        return any(equal(one, single) for one in items(many))
    if isinstance(left, dt.datetime) or isinstance(right, dt.datetime):
        return equal_instants(left, right)
    if text(left) == text(right):
        return True
    if not (is_number(left) or is_number(right)):
        return False
    first, second = number(left), number(right)
    # Doubles cannot tell whole numbers beyond 2^53 apart: those agree only as texts.
    return first is not None and first == second and abs(first) < EXACT


def instant(value: Value) -> float | None:
    """Epoch seconds: of a number itself, of a text the instant that it spells."""
    if isinstance(value, str) and number(value) is None:
        try:
            read = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
        return (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()
    return number(value)


def equal_instants(left: Value, right: Value) -> bool | None:
    """A time meets a number as epoch seconds, a text as the instant it spells."""
    first, second = instant(left), instant(right)
    return None if first is None or second is None else first == second


def ordered(sign: str, left: Value, right: Value) -> bool | None:
    """`< <= > >=`: by value when both read as numbers, else as text by code point (3.2)."""
    if left is None or right is None:
        return None
    if isinstance(left, dt.datetime) or isinstance(right, dt.datetime):
        first, second = instant(left), instant(right)
        return None if first is None or second is None else holds(sign, first, second)
    first, second = number(left), number(right)
    if first is None or second is None:
        return holds(sign, spelled(left), spelled(right))
    return holds(sign, first, second)


def holds(sign: str, left: float | str, right: float | str) -> bool:
    """The comparison of two numbers or two texts."""
    tests = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return tests[sign]


def sort_key(value: Value) -> tuple[int, float, str]:
    """The total order (3.2): numbers and numeric texts by value, then texts by code point, missing last."""
    if value is None:
        return (2, 0.0, "")
    read = number(value)
    return (1, 0.0, spelled(value)) if read is None else (0, read, spelled(value))


def least(values: Iterable[Value]) -> Value:
    """`min`: what reads as a number comes out as that number, a Boolean as its text."""
    present = sorted((one for one in values if one is not None), key=sort_key)
    return ranked(present[0]) if present else None


def greatest(values: Iterable[Value]) -> Value:
    """`max`: numbers stand below texts."""
    present = sorted((one for one in values if one is not None), key=sort_key)
    return ranked(present[-1]) if present else None


def ranked(value: Value) -> Value:
    """A value as `min` and `max` give it."""
    if isinstance(value, dt.datetime):
        return value
    read = number(value)
    return text(value) if read is None else read
