"""Python lines and dicts → events: what the library's `ingest` takes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import orjson

from lynxalert.events.errors import Unreadable
from lynxalert.events.extract import clean

LONGEST = 4 * 2**20  # characters of one event
SHOWN = 10_000  # characters


def raw_text(record: Any) -> str:
    """The `_raw` of *record*: a text as it is, a mapping as compact JSON.

    Dates and other objects inside a mapping are written as their `str`; half surrogate pairs become U+FFFD.

    Raises:
        Unreadable: *record* is neither, or too long.
    """
    if isinstance(record, str):
        text = clean(record)
    elif isinstance(record, Mapping):
        text = _compact(record)
    else:
        raise Unreadable(f"an event is a text or a mapping, not {type(record).__name__}")
    if len(text) > LONGEST:
        raise Unreadable(f"longer than {LONGEST} characters")
    return text


def shown(record: Any) -> str:
    """What is kept of a *record* that is no event."""
    return clean(record if isinstance(record, str) else repr(record))[:SHOWN]


def _compact(record: Mapping[Any, Any]) -> str:
    try:
        return orjson.dumps(record, default=_write, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):  # whole numbers beyond 64 bits, half surrogate pairs, depth
        pass
    try:
        return clean(json.dumps(_plain(record), separators=(",", ":"), ensure_ascii=False, default=_write))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unreadable(f"cannot be written as JSON: {error}") from None


def _plain(value: Any) -> Any:
    """*value* with null for what no JSON number is, as orjson writes it."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
