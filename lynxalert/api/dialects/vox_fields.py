"""A Vox rule as written → the fields of a native definition, and what it keeps of what those cannot say. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from lynxalert.api.dialects.shape import Path, mistake
from lynxalert.api.dialects.vox_shapes import Change, Schedule, sent
from lynxalert.config.units import duration

_NAMES = {
    "metric_type": "type",
    "comparison_op": "comparison_op",
    "threshold_value": "threshold",
    "time_window": "window",
    "evaluation_frequency": "interval",
    "labels": "filter",
    "threshold_type": "threshold_type",
    "name": "name",
    "enabled": "enabled",
    "paused": "paused",
}
_BACK = {native: name for name, native in _NAMES.items()} | {"channels": "notification_channels"}
_ADDRESSES = ("recipients", "to", "email")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def fields_of(given: Change, email: Mapping[str, Any]) -> dict[str, Any]:
    """What is *given*, in native fields; *email* is what a mail has beside its recipients."""
    there = given.model_fields_set
    fields = {native: getattr(given, name) for name, native in _NAMES.items() if name in there}
    if "description" in there:
        fields["description"] = given.description or ""
    if "active_schedule" in there:
        fields["active_schedule"] = schedule_of(given.active_schedule)
    if "notification_channels" in there:
        fields["channels"] = [channel_of(sent(each), email) for each in given.notification_channels]
    if "paused" in there and not given.paused:
        fields["paused_until"] = None
    if "paused_until" in there:
        fields["paused_until"] = instant(given.paused_until)
    return fields


def document_of(given: Change, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was sent of channels and schedule, as far as the definition may not hold all of it."""
    kept = dict((before or {}).get("vox", {}))
    if "notification_channels" in given.model_fields_set:
        kept["notification_channels"] = [sent(each) for each in given.notification_channels]
    if "active_schedule" in given.model_fields_set:
        schedule = given.active_schedule
        kept["active_schedule"] = schedule.model_dump() if schedule is not None else None
    return {**(before or {}), "vox": kept}


def channel_of(raw: Mapping[str, Any], email: Mapping[str, Any]) -> dict[str, Any]:
    """A channel *raw*, natively; without an address it is kept, and its messages fail."""
    match raw["type"]:
        case "email":
            to = next((raw[name] for name in _ADDRESSES if raw.get(name)), None)
            config = {**email, "to": [to] if isinstance(to, str) else to}
        case "slack":
            config = {name: raw.get(name) for name in ("webhook_url", "channel", "username")}
        case _:
            config = {name: raw.get(name) for name in ("url", "headers")}
    return {
        "type": raw["type"],
        "config": {name: value for name, value in config.items() if value is not None},
    }


def schedule_of(schedule: Schedule | None) -> dict[str, Any] | None:
    """A schedule that is on, natively: to the minute."""
    if schedule is None or not schedule.enabled:
        return None
    windows = [
        {"days": list(each.days), "start_time": each.start_time[:5], "end_time": each.end_time[:5]}
        for each in schedule.windows
    ]
    return {"timezone": schedule.timezone, "windows": windows}


def allows_gaps(window: str, interval: str) -> bool:
    """Whether events between two evaluations go unseen, as the rule wants it."""
    return duration(window) < duration(interval)


def instant(milliseconds: int | None) -> str | None:
    """Unix milliseconds → RFC 3339."""
    if milliseconds is None:
        return None
    try:
        return (EPOCH + dt.timedelta(milliseconds=milliseconds)).isoformat()
    except OverflowError:
        raise mistake(["paused_until"], "must be unix milliseconds") from None


def rename(path: Path) -> Path:
    """The native path → theirs."""
    return [_BACK.get(path[0], path[0]), *(part for part in path[1:] if part != "config")] if path else path
