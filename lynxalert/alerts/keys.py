"""Row → key: which instance a row belongs to, as canonical JSON."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from lynxalert.alerts.model import Key
from lynxalert.clock import rfc3339
from lynxalert.plan import Row


def labels_of(row: Row, fields: Iterable[str]) -> dict[str, Any]:
    """The by-fields of *row*. A field the row lacks is null, which is not the empty text."""
    return {name: row.get(name) for name in fields}


def key_of(labels: Mapping[str, Any]) -> Key:
    """The canonical JSON of by-fields: sorted, without spaces; 1.0 is 1, an instant is RFC 3339.

    >>> key_of({"host": "a", "code": 500.0})
    '{"code":500,"host":"a"}'
    """
    plain = {name: _plain(value) for name, value in labels.items()}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def episode_id(alert_id: str, version: int, key: Key, started: dt.datetime) -> str:
    """`ep_` + 32 hex digits: the same for the same stay, after any crash or replay."""
    parts = "\x00".join((alert_id, str(version), key, rfc3339(started)))
    return "ep_" + hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def again(episode: str, now: dt.datetime) -> str:
    """The name of a stay of which, but for a clock that was set back, *episode* would be the name; told at *now*."""
    return "ep_" + hashlib.sha256(f"{episode}\x00{rfc3339(now)}".encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() else value
    if isinstance(value, dt.datetime):
        return rfc3339(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
