"""What Checkrd's interface answers with."""

from __future__ import annotations

import datetime as dt
from typing import Literal, NotRequired

from typing_extensions import TypedDict


class CheckrdAlert(TypedDict):
    """Checkrd's alert."""

    id: str
    agent_id: str | None
    agent_name: NotRequired[str | None]
    condition_type: Literal["error_rate", "latency_p99", "denied_rate", "volume_drop"]
    threshold: float | None
    window_minutes: float
    channel: str | None
    channel_target: str | None
    cooldown_minutes: float
    notification_count: int
    is_enabled: bool
    last_triggered_at: dt.datetime | None
    created_at: dt.datetime
    muted_until: dt.datetime | None
    alert_state: str
    last_value: float | None
    last_evaluated_at: dt.datetime | None


class CheckrdAlerts(TypedDict):
    """Alerts, newest first."""

    data: list[CheckrdAlert]
    has_more: bool
    next_cursor: str | None


class CheckrdChange(TypedDict):
    """A change of state, with the value that caused it."""

    id: str
    previous_state: str
    new_state: str
    observed_value: float | None
    threshold: float | None
    reason: str | None
    evaluated_at: dt.datetime | None


class CheckrdChanges(TypedDict):
    """Changes, newest first."""

    data: list[CheckrdChange]
    has_more: bool
    next_cursor: str | None


class CheckrdNotification(TypedDict):
    """A message that went out, or is to."""

    id: str
    channel: str
    channel_target: str | None
    observed_value: float | None
    threshold: float | None
    condition_type: str
    alert_state: Literal["firing", "resolved"]
    status: Literal["delivered", "failed", "retrying"]
    attempt: int
    error_message: str | None
    created_at: dt.datetime
    delivered_at: dt.datetime | None


class CheckrdNotifications(TypedDict):
    """Messages, newest first."""

    data: list[CheckrdNotification]
    has_more: bool
    next_cursor: str | None


class CheckrdDone(TypedDict):
    """That it is gone."""

    success: Literal[True]


class CheckrdWrong(TypedDict):
    """What is wrong, and with which parameter."""

    type: str
    code: str
    message: str
    param: NotRequired[str | None]


class CheckrdRefusal(TypedDict):
    """Checkrd's error."""

    error: CheckrdWrong
