"""Vox's alert rules as they may be written: their fields, limits and enumerations. Source: Vox's page on alert rules."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field

from lynxalert.api.dialects.shape import Body
from lynxalert.config.definition import Day
from lynxalert.config.settings import Zone

KINDS = ("call_count", "concurrency", "tool_call_count", "api_call_count")

Kind = Literal["call_count", "concurrency", "tool_call_count", "api_call_count"]
Op = Literal["gt", "gte", "lt", "lte"]
Span = Literal["1m", "5m", "15m", "30m", "1h", "4h", "8h", "1d"]
Comparison = Literal["absolute", "relative"]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?|24:00(:00)?")


def _named(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _wall_clock(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError("must be a time of day such as 09:00")
    return value


Name = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_named)]
WallClock = Annotated[str, AfterValidator(_wall_clock)]
Text = Annotated[str, Field(max_length=1000)]
Limit = Annotated[float, Field(ge=0)]


class Window(Body):
    """Some days, from when to when; an end before the start is on the next day."""

    days: list[Day]
    start_time: WallClock
    end_time: WallClock


class Schedule(Body):
    """When messages go out."""

    enabled: bool = True
    timezone: Zone = "UTC"
    windows: list[Window] = Field(default_factory=list)


class Channel(Body):
    """What is not documented of a channel is kept and shown again."""

    model_config = ConfigDict(strict=True, extra="allow")


class WebhookChannel(Channel):
    """An endpoint."""

    type: Literal["webhook"]
    url: str | None = None
    headers: dict[str, str] | None = None


class EmailChannel(Channel):
    """Mail, to whichever of its names the addresses go by."""

    type: Literal["email"]
    recipients: list[str] | None = None
    to: list[str] | str | None = None
    email: str | None = None


class SlackChannel(Channel):
    """A Slack channel."""

    type: Literal["slack"]
    webhook_url: str | None = None
    channel: str | None = None


AnyChannel: TypeAlias = Annotated[WebhookChannel | EmailChannel | SlackChannel, Field(discriminator="type")]
Channels = Annotated[list[AnyChannel], Field(max_length=10)]


class Change(Body):
    """Any of a rule's fields."""

    name: Name = ""
    metric_type: Kind = "call_count"
    comparison_op: Op = "gt"
    threshold_value: Limit = 0
    time_window: Span = "1m"
    evaluation_frequency: Span = "1m"
    description: Text | None = None
    labels: dict[str, str | list[str]] = Field(default_factory=dict)
    threshold_type: Comparison = "absolute"
    notification_channels: Channels = Field(default_factory=list)
    active_schedule: Schedule | None = None
    enabled: bool = True
    paused: bool = False
    paused_until: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class New(Change):
    """A rule that has what it needs."""

    name: Name
    metric_type: Kind
    comparison_op: Op
    threshold_value: Limit
    time_window: Span
    evaluation_frequency: Span


def sent(channel: Channel) -> dict[str, Any]:
    """*channel* as it was sent."""
    return channel.model_dump(exclude_unset=True)
