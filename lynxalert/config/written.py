"""An `Alert` → the fields that define it, as a person would write them: the way back of `alert.build`.

Secrets included: whoever shows the fields masks the channels.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, assert_never

from lynxalert.alerts import Alert, ChannelSpec, Cron, Every
from lynxalert.clock import rfc3339
from lynxalert.config.flow import flow_as_written
from lynxalert.config.units import duration_text


def as_written(alert: Alert) -> dict[str, Any]:
    """Every field of the definition, nulls explicit; `build` makes an equal alert of it."""
    policy = alert.policy
    return {
        "name": alert.name,
        "description": alert.description,
        "q": alert.query,
        **alert.metric,
        **_schedule(alert),
        "window": duration_text(alert.window),
        "allow_gaps": alert.allow_gaps,
        "delay": duration_text(alert.delay),
        "time": alert.time,
        "max_lateness": _optional(alert.max_lateness),
        "catchup_limit": duration_text(alert.catchup_limit),
        "when": dict(alert.when),
        "key": None if alert.by is None else list(alert.by),
        "expect": [dict(each) for each in alert.expect],
        "trigger": "once" if alert.trigger_once else "each",
        "for": duration_text(policy.hold),
        "keep_firing_for": duration_text(policy.keep_firing_for),
        "repeat_interval": _optional(policy.repeat_interval),
        "cooldown": duration_text(policy.cooldown),
        "no_data": str(policy.no_data),
        "no_data_for": _optional(policy.no_data_for),
        "forget_after": duration_text(policy.forget_after),
        "flapping": _flapping(alert),
        "max_instances": policy.max_instances,
        "error_after": policy.error_after,
        "enabled": alert.enabled,
        "paused": alert.paused,
        "paused_until": rfc3339(alert.paused_until) if alert.paused_until else None,
        "severity": alert.severity,
        "labels": dict(alert.labels),
        "templates": dict(alert.templates),
        "active_schedule": _active_schedule(alert),
        "channels": [channel_as_written(channel) for channel in alert.channels],
    }


def channel_as_written(channel: ChannelSpec) -> dict[str, Any]:
    """One channel as bodies of the API have it."""
    return {
        "type": channel.type,
        "name": channel.name,
        "enabled": channel.enabled,
        "send_resolved": channel.send_resolved,
        **flow_as_written(channel),
        "config": dict(channel.config),
    }


def _schedule(alert: Alert) -> dict[str, Any]:
    match alert.schedule:
        case Every(text=text):
            return {"interval": text, "cron": None, "timezone": alert.timezone}
        case Cron(expression, timezone):
            return {"interval": None, "cron": expression, "timezone": timezone}
        case _:
            assert_never(alert.schedule)


def _optional(length: dt.timedelta | None) -> str | None:
    return None if length is None else duration_text(length)


def _flapping(alert: Alert) -> dict[str, int] | None:
    flapping = alert.policy.flapping
    if flapping is None:
        return None
    return {"changes": flapping.changes, "slots": flapping.slots, "quiet": flapping.quiet}


def _active_schedule(alert: Alert) -> dict[str, Any] | None:
    if alert.active_schedule is None:
        return None
    return {
        "timezone": alert.active_schedule.timezone,
        "windows": [
            {"days": list(window.days), "start_time": window.start, "end_time": window.end}
            for window in alert.active_schedule.windows
        ],
    }
