"""The fields of an alert as people write them, in a file or in a body of the API: one class for both.

Every field has a default, so that what is missing is told beside what is wrong; what fields mean together is
judged by `alert`.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from lynxalert.config.settings import Zone
from lynxalert.config.shape import Duration, DurationText, Section, Texts, Wait
from lynxalert.config.units import UnitError

_WALL_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def _wall_clock(value: object) -> str:
    if not (isinstance(value, str) and _WALL_CLOCK.fullmatch(value)):
        raise UnitError("must be a time of day such as 09:00")
    return value


def _instant(value: object) -> dt.datetime:
    try:
        instant = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UnitError("must be a time with its zone such as 2026-02-14T13:25:00Z")
    return instant.astimezone(dt.UTC)


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise UnitError("must be a text")
    if not value.strip():
        raise UnitError("must not be empty")
    return value


Clock = Annotated[str, BeforeValidator(_wall_clock), WithJsonSchema({"type": "string"})]
Instant = Annotated[
    dt.datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Filled = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string", "minLength": 1})]


class Window(Section):
    """A stretch of the wall clock on some days; an end before the start wraps midnight."""

    days: Annotated[tuple[Day, ...], Field(strict=False)]
    start_time: Clock
    end_time: Clock


class ActiveSchedule(Section):
    """When messages may go out."""

    timezone: Zone = "UTC"
    windows: Annotated[tuple[Window, ...], Field(strict=False)] = ()


class FlappingDefinition(Section):
    """When an instance flaps: *changes* within the last *slots*; over after *quiet* slots without one."""

    changes: Annotated[int, Field(ge=2, le=64)] = 5
    slots: Annotated[int, Field(ge=2, le=64)] = 20
    quiet: Annotated[int, Field(ge=1, le=64)] = 10


class TemplatesDefinition(Section):
    """Texts for every channel that has none of its own; plain, in each channel's markup."""

    title: str | None = None
    message: str | None = None
    resolved: str | None = None

    @property
    def texts(self) -> dict[str, str]:
        """Those that are there, by name."""
        texts = {"title": self.title, "message": self.message, "resolved": self.resolved}
        return {name: text for name, text in texts.items() if text}


def _never(value: object) -> object:
    return None if value is False else value


class AlertDefinition(Section):
    """An alert before its fields are judged together; durations are words, instants carry their zone."""

    name: Filled | None = None
    description: str = ""
    q: Filled | None = None
    query: Filled | None = None  # the same as `q`
    type: str | None = None  # a metric: the fields that follow instead of `q`; `alerts.metrics` reads them
    threshold: Any = None
    skill_id: Any = None
    skill_name: Any = None
    agent_id: Any = None
    comparison_op: Any = None
    threshold_type: Any = None
    filter: Any = None
    interval: DurationText | None = None
    cron: Filled | None = None
    timezone: Zone | None = None
    window: Duration | None = None
    allow_gaps: bool = False
    delay: Wait = dt.timedelta(0)
    time: Literal["event", "ingest"] = "event"
    max_lateness: Wait | None = None
    catchup_limit: Wait = dt.timedelta(hours=1)
    when: dict[str, Any] | None = None
    key: Texts | None = None
    expect: Annotated[tuple[dict[str, Any], ...], Field(strict=False)] = ()
    trigger: Literal["each", "once"] = "each"
    hold: Wait = Field(default=dt.timedelta(0), alias="for")
    keep_firing_for: Wait = dt.timedelta(0)
    repeat_interval: Wait | None = None
    cooldown: Wait = dt.timedelta(0)
    no_data: Literal["ok", "keep", "nodata", "firing"] = "ok"
    no_data_for: Duration | None = None
    forget_after: Duration = dt.timedelta(hours=24)
    flapping: Annotated[FlappingDefinition | None, BeforeValidator(_never)] = Field(
        default_factory=FlappingDefinition
    )  # false, or null in JSON: never hold
    max_instances: Annotated[int, Field(ge=1, le=100_000)] = 1000
    error_after: Annotated[int, Field(ge=1, le=1000)] = 3
    enabled: bool = True
    paused: bool = False
    paused_until: Instant | None = None
    severity: Literal["critical", "error", "warning", "info"] = "error"
    labels: dict[str, str] = Field(default_factory=dict)
    templates: TemplatesDefinition = Field(default_factory=TemplatesDefinition)
    active_schedule: ActiveSchedule | None = None
    channels: Annotated[tuple[Any, ...], Field(strict=False)] | None = None
