"""What selftune's interface answers with."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NotRequired

from typing_extensions import TypedDict


class SelftuneAlert(TypedDict):
    """Selftune's alert; its `config` is never shown."""

    id: str
    skill_id: str | None
    type: Literal["pass_rate_below", "no_data"]
    threshold: float
    channel: str | None
    created_at: dt.datetime


class SelftuneAlerts(TypedDict):
    """Alerts, newest first."""

    alerts: list[SelftuneAlert]
    has_more: bool
    next_cursor: str | None


class SelftuneSkill(TypedDict):
    """A skill that was pushed, or is configured."""

    skill_id: str | None
    skill_name: str
    last_seen: dt.datetime | None


class SelftuneSkills(TypedDict):
    """Skills, by name."""

    skills: list[SelftuneSkill]


class SelftunePushed(TypedDict):
    """That records were taken: as the documentation and the command line have it, at once."""

    ok: bool
    accepted: dict[str, int]
    status: str
    push_id: str
    success: bool
    errors: list[str]


class SelftuneWrong(TypedDict):
    """The path of a wrong field, and what is wrong with it."""

    path: list[str | int]
    message: str


class SelftuneRefusal(TypedDict):
    """Selftune's error."""

    error: str
    details: NotRequired[SelftuneWrong]
