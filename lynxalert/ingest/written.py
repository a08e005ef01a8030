"""A value that came inside an envelope → the text of its event."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import orjson

from lynxalert.events import Unreadable, clean


def text_of_value(value: Any) -> str:
    """A text as it is, anything else as compact JSON: whole numbers exact, null for what no JSON number is.

    Raises:
        Unreadable: it is nested deeper than can be written.
    """
    if isinstance(value, str):
        return clean(value)
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # whole numbers beyond 64 bits, half surrogate pairs, depth
        pass
    try:
        return clean(json.dumps(_finite(value), separators=(",", ":"), ensure_ascii=False))
    except RecursionError:
        raise Unreadable("nested too deep") from None


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
