"""The alert object: the fields of its definition, secrets masked, and how it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict


class ShownChannel(TypedDict):
    """A channel of an alert; secrets in `config` end in `...`. What is not set of grouping, pace, ages and probes is left out."""

    type: str
    name: str
    enabled: bool
    send_resolved: bool
    group_by: NotRequired[list[str]]
    group_wait: NotRequired[str]
    group_interval: NotRequired[str]
    rate: NotRequired[str]
    burst: NotRequired[int]
    max_age: NotRequired[str]
    max_age_resolved: NotRequired[str]
    probe_interval: NotRequired[str]
    config: dict[str, Any]


class ShownFlapping(TypedDict):
    """When an instance flaps."""

    changes: int
    slots: int
    quiet: int


class ShownWindow(TypedDict):
    """A stretch of the wall clock on some days."""

    days: list[str]
    start_time: str
    end_time: str


class ShownSchedule(TypedDict):
    """When messages may go out."""

    timezone: str
    windows: list[ShownWindow]


class AlertHealth(TypedDict):
    """Whether it can be judged: `state` since when, errors in a row, the last reason, slots that wait."""

    state: Literal["ok", "error", "behind"]
    since: NotRequired[dt.datetime | None]
    count: NotRequired[int]
    message: NotRequired[str | None]
    behind: NotRequired[int]


class ShownMute(TypedDict):
    """A mute; without `until`, until unmuted."""

    since: dt.datetime
    until: dt.datetime | None
    reason: str | None
    who: str | None


class DefinedAlert(TypedDict):
    """The fields of a definition as they are in force, defaults included. Durations are words such as `1h30m`."""

    name: str
    description: str
    q: str
    type: NotRequired[str]
    threshold: NotRequired[Any]
    skill_id: NotRequired[Any]
    skill_name: NotRequired[Any]
    agent_id: NotRequired[Any]
    comparison_op: NotRequired[Any]
    threshold_type: NotRequired[Any]
    filter: NotRequired[Any]
    interval: str | None
    cron: str | None
    timezone: str
    window: str
    allow_gaps: bool
    delay: str
    time: Literal["event", "ingest"]
    max_lateness: str | None
    catchup_limit: str
    when: dict[str, Any]
    key: list[str] | None
    expect: list[dict[str, Any]]
    trigger: Literal["each", "once"]
    keep_firing_for: str
    repeat_interval: str | None
    cooldown: str
    no_data: Literal["ok", "keep", "nodata", "firing"]
    no_data_for: str | None
    forget_after: str
    flapping: ShownFlapping | None
    max_instances: int
    error_after: int
    enabled: bool
    paused: bool
    paused_until: dt.datetime | None
    severity: Literal["critical", "error", "warning", "info"]
    labels: dict[str, str]
    templates: dict[str, str]
    active_schedule: ShownSchedule | None
    channels: list[ShownChannel]


class AlertCounts(TypedDict):
    """What was counted of an alert as long as it exists."""

    evaluations: int
    errors: int
    gaps: int
    late_rows: int
    too_late_rows: int
    rejudged_windows: int
    last_duration_ms: float | None


# `for` is a word of Python's, which the form with a dictionary does not mind.
Held = TypedDict("Held", {"for": str})


class ShownAlert(DefinedAlert, Held):
    """An alert and how it stands. `last_checked` and `last_triggered` are the T of the last evaluation and hit."""

    id: str
    last_triggered: dt.datetime | None
    last_checked: dt.datetime | None
    status: Literal["ok", "triggered", "error"]
    source: Literal["api", "file"]
    key_in_file: str | None
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime
    health: AlertHealth
    counts: AlertCounts
    muted: ShownMute | None


class ShownAlerts(TypedDict):
    """Alerts, by name."""

    alerts: list[ShownAlert]
