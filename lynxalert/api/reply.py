"""Values → the bytes of a reply: `{"data": …, "meta"?}`, RFC 3339 times, explicit nulls."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from aiohttp import web

from lynxalert.clock import rfc3339
from lynxalert.config.units import duration_text

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def success(
    value: Any,
    *,
    status: int = 200,
    meta: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The envelope of a success."""
    body = {"data": value, "meta": meta} if meta else {"data": value}
    return web.Response(status=status, body=encode(body), content_type="application/json", headers=headers)


def encode(value: Any) -> bytes:
    """*value* as compact JSON in UTF-8."""
    try:
        return orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError:
        # Whole numbers beyond 64 bits and lone surrogates: the standard library writes both.
        return json.dumps(_finite(value), default=_plain, separators=(",", ":")).encode()


def _finite(value: Any) -> Any:
    """*value* with null for what JSON has no number for, as the faster way writes it."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(key): _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
    return value


def _plain(value: object) -> object:
    match value:
        case dt.datetime():
            return rfc3339(value)
        case dt.date():
            return value.isoformat()
        case dt.timedelta():
            return duration_text(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return dict(value)
        case tuple() | set() | frozenset():
            return list(value)
        case bytes():
            return value.hex()
    return str(value)
