"""What the interfaces of other products answer with: selftune, Checkrd, Vox."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NotRequired

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


class VoxRule(TypedDict):
    """Vox's alert rule; instants are unix milliseconds."""

    id: str
    name: str
    metric_type: Literal["call_count", "concurrency", "tool_call_count", "api_call_count"]
    labels: dict[str, Any]
    threshold_type: Literal["absolute", "relative"]
    comparison_op: str
    threshold_value: float | None
    time_window: str
    evaluation_frequency: str | None
    enabled: bool
    status: Literal["active", "paused", "disabled"]
    notification_channels: list[dict[str, Any]]
    paused: bool
    created_at: int
    updated_at: int
    description: str | None
    active_schedule: dict[str, Any] | None
    paused_until: int | None
    last_notified_at: int | None


class VoxRules(TypedDict):
    """Rules, newest first."""

    data: list[VoxRule]
    has_more: bool
    next_cursor: str | None


class VoxWrong(TypedDict):
    """One mistake, as FastAPI has it."""

    loc: list[str | int]
    msg: str
    type: str


class VoxRefusal(TypedDict):
    """Vox's error: a text, or a list of mistakes with 422."""

    detail: str | list[VoxWrong]


class Accepted(TypedDict):
    """How many events were taken."""

    accepted: int
