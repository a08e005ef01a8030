"""An alert and how it stands → Vox's rule: integers of milliseconds, a status that is derived. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from lynxalert.alerts import Alert, Every
from lynxalert.api.dialects.vox_fields import EPOCH, channel_of, schedule_of
from lynxalert.api.dialects.vox_shapes import Schedule
from lynxalert.api.ports import Standing, Told
from lynxalert.config.units import duration_text
from lynxalert.config.written import as_written
from lynxalert.notify.configure import mask

_SECRET = re.compile(r"key|token|secret|password|auth", re.IGNORECASE)


def shown(standing: Standing, told: Told, email: Mapping[str, Any]) -> dict[str, Any]:
    """The object of their page."""
    alert = standing.alert
    return {
        "id": alert.id,
        "name": alert.name,
        "metric_type": alert.metric["type"],
        "labels": dict(alert.metric.get("filter") or {}),
        "threshold_type": alert.metric.get("threshold_type", "absolute"),
        "comparison_op": alert.metric.get("comparison_op", "gt"),
        "threshold_value": alert.metric.get("threshold"),
        "time_window": duration_text(alert.window),
        "evaluation_frequency": interval(alert),
        "enabled": alert.enabled,
        "status": status(alert),
        "notification_channels": _channels(alert, standing.document, email),
        "paused": alert.paused,
        "created_at": milliseconds(standing.created_at),
        "updated_at": milliseconds(standing.updated_at),
        "description": alert.description or None,
        "active_schedule": _schedule(alert, standing.document),
        "paused_until": milliseconds(alert.paused_until),
        "last_notified_at": milliseconds(told.notified),
    }


def status(alert: Alert) -> str:
    """`disabled`, `paused` or `active`, whatever `paused_until` and the schedule say."""
    if not alert.enabled:
        return "disabled"
    return "paused" if alert.paused else "active"


def interval(alert: Alert) -> str | None:
    """How often it is evaluated; None with a cron, which they have no word for."""
    return alert.schedule.text if isinstance(alert.schedule, Every) else None


def milliseconds(instant: dt.datetime | None) -> int | None:
    """Unix milliseconds."""
    return None if instant is None else (instant - EPOCH) // dt.timedelta(milliseconds=1)


def _channels(
    alert: Alert, document: Mapping[str, Any] | None, email: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """As they were sent while they still are what the alert has, secrets masked; else as the alert has them."""
    sent = (document or {}).get("vox", {}).get("notification_channels")
    if sent is not None and _same([channel_of(each, email) for each in sent], alert):
        return [_masked(each) for each in sent]
    shown = []
    for spec in alert.channels:
        config = mask(spec.type, spec.config)
        own = {"recipients": config.get("to")} if spec.type == "email" else config
        shown.append({"type": spec.type, **own})
    return shown


def _same(channels: Sequence[Mapping[str, Any]], alert: Alert) -> bool:
    return len(channels) == len(alert.channels) and all(
        each["type"] == spec.type and all(spec.config.get(k) == v for k, v in each["config"].items())
        for each, spec in zip(channels, alert.channels, strict=True)
    )


def _masked(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What of *sent* the native channel knows as its own, as that masks it; of the rest what sounds secret."""
    native = channel_of(sent, {})["config"]
    hidden = mask(sent["type"], native)
    return {
        name: hidden.get(name, "..." if name not in native and _SECRET.search(name) else value)
        for name, value in sent.items()
    }


def _schedule(alert: Alert, document: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    sent = (document or {}).get("vox", {}).get("active_schedule")
    now = as_written(alert)["active_schedule"]
    if sent is not None and schedule_of(Schedule.model_validate(sent)) == now:
        found: Mapping[str, Any] = sent
        return found
    return {"enabled": True, **now} if now is not None else None
