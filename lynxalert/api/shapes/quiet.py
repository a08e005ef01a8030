"""Silences as they are shown."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from typing_extensions import TypedDict


class ShownMatcher(TypedDict):
    """A claim about one label."""

    name: str
    op: Literal["=", "!=", "=~", "!~"]
    value: str


class ShownSilence(TypedDict):
    """What is kept quiet; `alert_id` is set for the mute of an alert, `until` null: until somebody ends it."""

    id: str
    state: Literal["pending", "active", "expired"]
    matchers: list[ShownMatcher]
    alert_id: str | None
    starts_at: dt.datetime
    until: dt.datetime | None
    ended_at: dt.datetime | None
    reason: str | None
    who: str | None


class ShownSilences(TypedDict):
    """Silences, earliest first."""

    silences: list[ShownSilence]
