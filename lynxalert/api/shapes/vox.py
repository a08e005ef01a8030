"""What Vox's interface answers with."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict


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
