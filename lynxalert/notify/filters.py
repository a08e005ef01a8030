"""What a template can do with a value: plain value → plain value. Pure, and none makes much out of little."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from lynxalert.notify.markup import clean, cut
from lynxalert.notify.message import Plain

LONGEST = 65_536  # characters of any one text


class Ready(str):
    """A text that is right in its place as it is: not escaped again."""

    __slots__ = ()


def text_of(value: Plain) -> str:
    """*value* as a reader expects it: nothing for null, `247` for 247.0, lists with commas, objects as JSON."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case list() | tuple():
            return ", ".join(text_of(one) for one in value)
        case Mapping():
            return json.dumps(dict(value), ensure_ascii=False, default=str)
        case _:
            return clean(str(value))


def _number(value: float) -> str:
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def _json(value: Plain) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _truncate(value: Plain, length: int = 255) -> str:
    return cut(text_of(value), max(1, int(length)))


def _round(value: Plain, digits: int = 0) -> float | int:
    rounded = round(float(value), max(-15, min(15, int(digits))))
    return int(rounded) if digits <= 0 else rounded


def _unless_absent(of: Callable[..., Any]) -> Callable[..., Any]:
    """*of*, which leaves what is not there as it is: a row without the field costs no message its text."""
    return lambda value, *more: None if value is None else of(value, *more)


def _join(value: Plain, between: Plain = ", ") -> str:
    parts, glue = list(value or ()), text_of(between)
    if len(glue) * len(parts) > LONGEST:
        raise ValueError("the joined text would be too long")
    return glue.join(text_of(part) for part in parts)


def _replace(value: Plain, old: str, new: str) -> str:
    text = text_of(value)
    if text.count(old) * len(new) > LONGEST:
        raise ValueError("the replaced text would be too long")
    return text.replace(old, new)


def _items(value: Plain) -> list[list[Plain]]:
    return [[name, one] for name, one in value.items()] if isinstance(value, Mapping) else []


def _length(value: Plain) -> int:
    return 0 if value is None else len(value)


def _first(value: Plain) -> Plain:
    return value[0] if value else None


def _last(value: Plain) -> Plain:
    return value[-1] if value else None


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": _unless_absent(abs),
    "count": _length,
    "first": _first,
    "float": _unless_absent(float),
    "html": lambda value: html.escape(text_of(value)),
    "int": _unless_absent(lambda value: int(float(value))),
    "items": _items,
    "join": _join,
    "json": _json,
    "last": _last,
    "length": _length,
    "lower": lambda value: text_of(value).lower(),
    "replace": _replace,
    "round": _unless_absent(_round),
    "title": lambda value: text_of(value).title(),
    "tojson": _json,
    "trim": lambda value: text_of(value).strip(),
    "truncate": _truncate,
    "upper": lambda value: text_of(value).upper(),
    "urlquery": lambda value: quote_plus(text_of(value)),
}
# Filters whose result is already right in a markup; everywhere else it is escaped like any value.
READY = {("html", "html"), ("google_card", "html"), ("json", "json"), ("json", "tojson")}
