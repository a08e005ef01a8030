"""The values of the language in plain Python, written from docs/language alone: what the engine is held against.

A value is None, a bool, an int, a float or a text. Nothing here is shared with the product.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str | None
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def number(value: Value) -> float | None:
    """The number that *value* is, or that it reads as."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        if not NUMBER.fullmatch(value):
            return None
        value = float(value)
    return float(value) if math.isfinite(value) else None


def text(value: Value) -> str | None:
    """The canonical text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        value = int(value)
    return str(value)


def is_number(value: Value) -> bool:
    """Whether it is one by its own kind."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if text(left) == text(right):
        return True
    if not (is_number(left) or is_number(right)):
        return False
    first, second = number(left), number(right)
    # Doubles cannot tell whole numbers beyond 2^53 apart: those agree only as texts.
    return first is not None and first == second and abs(first) < 2**53


def ordered(sign: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    first, second = number(left), number(right)
    if first is None or second is None:
        return compare(sign, text(left) or "", text(right) or "")
    return compare(sign, first, second)


def compare(sign: str, left: float | str, right: float | str) -> bool:
    tests = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}  # type: ignore[operator]
    return tests[sign]


def finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def plus(left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    first, second = number(left), number(right)
    if first is None or second is None:
        return f"{text(left)}{text(right)}"
    return finite(first + second)


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    first, second = number(left), number(right)
    if first is None or second is None:
        return None
    if sign in "/%" and second == 0:
        return None
    if sign == "-":
        return finite(first - second)
    if sign == "*":
        return finite(first * second)
    return finite(first / second) if sign == "/" else finite(math.fmod(first, second))


def joined(left: Value, right: Value) -> Value:
    return None if left is None or right is None else f"{text(left)}{text(right)}"


def kind(value: Value) -> str:
    if value is None:
        return "Invalid"
    if isinstance(value, bool):
        return "Boolean"
    return "String" if number(value) is None else "Number"


def sort_key(value: Value) -> tuple[int, float, str]:
    """Numbers and numeric texts by value, then texts by code point, missing last."""
    read = number(value)
    if value is None:
        return (2, 0.0, "")
    return (1, 0.0, text(value) or "") if read is None else (0, read, text(value) or "")


def extreme(name: str, *given: Value) -> Value:
    """`min` and `max`: numbers stand below texts; what reads as a number comes out as that number."""
    ranked = sorted((one for one in given if one is not None), key=sort_key)
    if not ranked:
        return None
    found = ranked[0 if name == "min" else -1]
    read = number(found)
    return text(found) if read is None else read


def matches(value: Value, pattern: str) -> bool:
    """`field=pattern` of search."""
    if value is None:
        return False
    if set(pattern) == {"*"}:
        return True
    if "*" not in pattern and is_number(value):
        wanted = number(pattern)
        if wanted is not None and abs(wanted) < 2**53:
            return number(value) == wanted
    expression = ".*".join(re.escape(part.lower()) for part in pattern.split("*"))
    return re.fullmatch(expression, (text(value) or "").lower(), re.DOTALL) is not None
