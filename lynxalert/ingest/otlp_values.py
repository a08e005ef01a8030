"""Parts of OTLP's JSON → plain values. What does not fit its place raises `Misfit`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

DEEPEST = 60  # about what protobuf allows
MOST = 2**64
HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Misfit(Exception):
    """A value of another kind than its place asks for."""


def object_at(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under *key*; none is an empty one."""
    value = table.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Misfit(f"`{key}` must be an object")
    return value


def list_at(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects under *key*; none is an empty list."""
    value = table.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise Misfit(f"`{key}` must be a list of objects")
    return value


def text_at(table: Mapping[str, Any], key: str) -> str:
    """The text under *key*; none is an empty one."""
    value = table.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Misfit(f"`{key}` must be a text")
    return value


def hex_at(table: Mapping[str, Any], key: str) -> str:
    """The hexadecimal text under *key*, in small letters."""
    value = text_at(table, key)
    if HEX.fullmatch(value) is None:
        raise Misfit(f"`{key}` must be hexadecimal")
    return value.lower()


def whole_at(table: Mapping[str, Any], key: str) -> int:
    """The whole number under *key*, a number or a text; none is 0."""
    value = table.get(key)
    if value is None or value == "":
        return 0
    number = _integer(value)
    if number is None or not 0 <= number < MOST:
        raise Misfit(f"`{key}` must be a whole number")
    return number


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?\d{1,20}", value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if type(value) is int else None


def attributes(table: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of *table*, by their keys."""
    return _pairs(list_at(table, "attributes"), 0)


def _pairs(pairs: list[Mapping[str, Any]], depth: int) -> dict[str, Any]:
    return {text_at(pair, "key"): any_value(pair.get("value"), depth) for pair in pairs}


def any_value(value: Any, depth: int = 0) -> Any:
    """An AnyValue, which has exactly one of seven keys, or none."""
    if depth > DEEPEST:
        raise Misfit(f"nested more than {DEEPEST} levels deep")
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Misfit('a value must be an object such as {"stringValue": …}')
    for kind, held in value.items():
        match kind:
            case "stringValue" | "bytesValue" if isinstance(held, str):
                return held
            case "boolValue" if isinstance(held, bool):
                return held
            case "intValue" if (number := _integer(held)) is not None:
                return number
            case "doubleValue" if (double := _double(held)) is not None:
                return double
            case "arrayValue" if isinstance(held, Mapping):
                return [any_value(each, depth + 1) for each in list_at(held, "values")]
            case "kvlistValue" if isinstance(held, Mapping):
                return _pairs(list_at(held, "values"), depth + 1)
            case _ if kind.endswith("Value"):
                raise Misfit(f"`{kind}` does not hold what it says")
    return None


def _double(value: Any) -> float | None:
    if isinstance(value, str):
        return NOT_FINITE.get(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
