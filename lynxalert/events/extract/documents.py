"""JSON text → the flat fields of an event: nested names dotted, arrays as lists under `name{}`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

import orjson

from lynxalert.events.errors import Unreadable

DEPTH = 200  # nesting at which an event is refused
EXACT = 2.0**63  # orjson reads whole numbers beyond 64 bits as doubles
LONGEST_NUMBER = 1000  # digits; Python refuses to read longer ones, and no system writes them


def parse_object(text: str) -> dict[str, Any] | None:
    """*text* as a JSON object with exact whole numbers, or None when it is no JSON object.

    The last of duplicate keys wins. Numbers that no double holds are infinite here, and read as null later.

    Raises:
        Unreadable: the object is nested 200 levels deep or more.
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = _parse_slowly(text)
    if not isinstance(document, dict):
        return None
    if may_be_deep(text) and depth(document) >= DEPTH:
        raise Unreadable(f"nested {DEPTH} levels deep or more")
    return document


def may_be_deep(text: str) -> bool:
    """Whether the JSON *text* has brackets enough to be nested too deep."""
    return len(text) >= 2 * DEPTH and text.count("{") + text.count("[") >= DEPTH


def _parse_slowly(text: str) -> Any:
    """What orjson refuses and JSON allows: lone surrogates, numbers beyond doubles, depth beyond 1024."""
    try:
        return scrub(_exact(text))
    except RecursionError:
        raise Unreadable(f"nested {DEPTH} levels deep or more") from None
    except ValueError:
        return None


def _exact(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse, parse_int=_whole)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def clean(text: str) -> str:
    """*text* with U+FFFD for each half of a surrogate pair, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def scrub(value: Any) -> Any:
    """*value* with all its texts and keys cleaned.

    Raises:
        RecursionError: it is nested deeper than Python's stack.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): scrub(item) for key, item in value.items()}
    return [scrub(item) for item in value] if isinstance(value, list) else value


def depth(value: Any) -> int:
    """Levels of objects and arrays in *value*, without recursion; a scalar has none."""
    levels, layer = 0, [value]
    while layer:
        inner = [item for item in layer if isinstance(item, dict | list)]
        if inner:
            levels += 1
        layer = [child for item in inner for child in (item.values() if isinstance(item, dict) else item)]
    return levels


def flatten(document: Mapping[str, Any], text: str | None = None) -> dict[str, Any]:
    """The fields of *document*: scalars, or lists of two and more scalars. Nulls and empty lists are absent.

    With *text* given (its JSON), whole numbers that the fast parser rounded are read again exactly.
    """
    fields: dict[str, Any] = {}
    if _object(document, "", fields) and text is not None:
        fields = {}
        _object(scrub(_exact(text)), "", fields)
    return fields


def flatten_some(document: Mapping[str, Any], prefix: str) -> tuple[dict[str, Any], bool]:
    """The fields of a part of an event under *prefix*, and whether a number in it may have been rounded."""
    fields: dict[str, Any] = {}
    rounded = _object(document, prefix, fields)
    return fields, rounded


def _object(document: Mapping[str, Any], prefix: str, fields: dict[str, Any]) -> bool:
    """Add the fields of *document*; true when a number may have been rounded by the parser."""
    rounded = False
    for key, value in document.items():
        kind = type(value)
        if kind is str or kind is int or kind is bool:
            fields[prefix + key] = value
        elif kind is float:
            if -EXACT < value < EXACT:
                fields[prefix + key] = value
            else:
                rounded = True
                if math.isfinite(value):
                    fields[prefix + key] = value
        elif kind is dict:
            rounded |= _object(value, f"{prefix}{key}.", fields)
        elif kind is list:
            rounded |= _array(value, f"{prefix}{key}{{}}", fields)
    return rounded


def _array(items: list[Any], name: str, fields: dict[str, Any]) -> bool:
    """Add the scalars of *items* under *name*, those of its objects under `name.key`, of its arrays `name{}`."""
    gathered: dict[str, list[Any]] = {}
    rounded = _gather(items, name, gathered)
    for found, values in gathered.items():
        fields[found] = values[0] if len(values) == 1 else values
    return rounded


def _gather(items: list[Any], name: str, gathered: dict[str, list[Any]]) -> bool:
    rounded = False
    for item in items:
        if isinstance(item, dict):
            inner: dict[str, Any] = {}
            rounded |= _object(item, f"{name}.", inner)
            for found, value in inner.items():
                gathered.setdefault(found, []).extend(value if isinstance(value, list) else [value])
        elif isinstance(item, list):
            rounded |= _gather(item, f"{name}{{}}", gathered)
        elif isinstance(item, float) and not -EXACT < item < EXACT:
            rounded = True
            if math.isfinite(item):
                gathered.setdefault(name, []).append(item)
        elif item is not None:
            gathered.setdefault(name, []).append(item)
    return rounded


def spoken(document: Mapping[str, Any], raw: str) -> str | None:
    """The string values of *document* that *raw* spells with escapes, one per line; None when there are none."""
    if "\\" not in raw:
        return None
    found: list[str] = []
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            if f'"{value}"' not in raw:
                found.append(value)
        elif isinstance(value, dict):
            stack.extend(reversed(value.values()))
        elif isinstance(value, list):
            stack.extend(reversed(value))
    return "\n".join(found) if found else None
