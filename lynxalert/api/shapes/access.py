"""Keys and changes as they are shown."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from typing_extensions import TypedDict


class ShownKey(TypedDict):
    """A key without its text."""

    id: str
    name: str
    role: Literal["ingest", "viewer", "member", "admin"]
    indexes: list[str]
    sources: list[str]
    created_at: dt.datetime
    created_by: str | None
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None


class ListedKey(ShownKey):
    """A key, and whether its time is over."""

    expired: bool


class ListedKeys(TypedDict):
    """Keys, earliest first."""

    keys: list[ListedKey]


class FreshKey(ShownKey):
    """A key with its text, which is told this once."""

    key: str


class ShownChange(TypedDict):
    """Who changed what, and how it was before and after, without secrets."""

    number: int
    at: dt.datetime
    who: str
    role: str
    key_id: str | None
    address: str | None
    action: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ShownChanges(TypedDict):
    """Changes, newest first."""

    changes: list[ShownChange]
