"""Checkrd's alert: what may be written, how an alert and how it stands are shown. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from lynxalert.alerts import Alert
from lynxalert.api.dialects.ids import uuid_of
from lynxalert.api.dialects.shape import Body, Uuid, mistake
from lynxalert.api.dialects.shelf import first_address
from lynxalert.api.ports import Standing, Told
from lynxalert.config.definition import Instant
from lynxalert.config.shape import Said
from lynxalert.notify.configure import mask

KINDS = ("error_rate", "latency_p99", "denied_rate", "volume_drop")
TARGETS = ("email", "webhook")
QUARTER = dt.timedelta(minutes=15)
MINUTE = dt.timedelta(minutes=1)
LONGEST = 525_600  # minutes: a year

_STATES = {"recovering": "firing", "nodata": "no_data"}

Kind = Literal["error_rate", "latency_p99", "denied_rate", "volume_drop"]
Target = Literal["email", "webhook"]
Above = Annotated[float, Field(gt=0)]


class Change(Body):
    """Any of an alert's fields."""

    agent_id: Uuid = ""
    condition_type: Kind = "error_rate"
    threshold: Above = 1.0
    window_minutes: Annotated[int, Field(ge=1, le=LONGEST)] | None = None
    channel: Target = "email"
    channel_target: str = ""
    cooldown_minutes: Annotated[int, Field(ge=0, le=LONGEST)] | None = None
    is_enabled: bool = True


class New(Change):
    """An alert that has what it needs."""

    agent_id: Uuid
    condition_type: Kind
    threshold: Above
    channel: Target
    channel_target: str


class Toggle(Body):
    """Whether it is to be evaluated."""

    is_enabled: bool


class Mute(Body):
    """Until when, and why."""

    until: Instant | None = None
    duration_minutes: Annotated[float, Field(gt=0, le=LONGEST)] | None = None
    reason: Said | None = None


def until(wish: Mute, now: dt.datetime) -> dt.datetime:
    """When the mute ends: `until` where both are there.

    Raises:
        ApiError: neither is, or it is over already.
    """
    if wish.until is None and wish.duration_minutes is None:
        raise mistake(["until"], "is required", "missing")
    end = wish.until or now + (wish.duration_minutes or 0) * MINUTE
    if end <= now:
        raise mistake(["until"], "must be in the future")
    return end


def shown(standing: Standing, told: Told) -> dict[str, Any]:
    """The object of their page, and what their OpenAPI adds; times to the second."""
    alert = standing.alert
    return {
        "id": uuid_of(alert.id),
        "agent_id": alert.metric.get("agent_id"),
        "condition_type": alert.metric["type"],
        "threshold": alert.metric.get("threshold"),
        "window_minutes": _minutes(alert.window),
        "channel": alert.channels[0].type if alert.channels else None,
        "channel_target": target(alert),
        "cooldown_minutes": _minutes(alert.policy.cooldown),
        "notification_count": told.starts,
        "is_enabled": alert.enabled,
        "last_triggered_at": seconds(standing.triggered),
        "created_at": seconds(standing.created_at),
        "muted_until": seconds(standing.mute["until"]) if standing.mute else None,
        "alert_state": state(told.condition),
        "last_value": told.value,
        "last_evaluated_at": seconds(standing.checked),
    }


def target(alert: Alert) -> str | None:
    """Where its messages go; of a URL what is no secret."""
    if not alert.channels or alert.channels[0].type == "email":
        return first_address(alert)
    spec = alert.channels[0]
    masked = mask(spec.type, spec.config)
    found: str | None = masked.get("url") or masked.get("webhook_url")
    return found


def state(condition: str) -> str:
    """Their word for a condition."""
    return _STATES.get(condition, condition)


def seconds(instant: dt.datetime | None) -> dt.datetime | None:
    """*instant* without its fraction."""
    return instant.replace(microsecond=0) if instant is not None else None


def _minutes(length: dt.timedelta) -> float:
    found = length / MINUTE
    return int(found) if found.is_integer() else found
