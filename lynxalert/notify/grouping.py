"""Which deliveries belong together on a channel that groups, and when they go out. Pure.

The words and times of Alertmanager (`group_by`, `group_wait`, `group_interval`); only news is told, never what was
told before.
Source: https://prometheus.io/docs/alerting/latest/configuration/#route
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lynxalert.alerts.model import Alert, Grouping, Transition
from lynxalert.notify.filters import text_of


@dataclass(frozen=True, slots=True)
class Gathered:
    """How a group stands: *due_at*, when what waits in it goes out; *told_at*, when it last spoke."""

    due_at: dt.datetime | None = None
    told_at: dt.datetime | None = None


def group_of(alert: Alert, transition: Transition, grouping: Grouping) -> str:
    """`service=shop, team=web`: the same for what belongs together."""
    labels = _labels(alert, transition)
    return ", ".join(f"{name}={text_of(labels.get(name))}" for name in grouping.by) or "everything"


def due(grouping: Grouping, group: Gathered, now: dt.datetime) -> dt.datetime:
    """When something that joins *group* at *now* goes out.

    1. With what waits already.
    2. Not before the interval since the last message is over.
    3. After the wait, so that what begins at the same time is told together.
    """
    if group.due_at is not None:
        return max(group.due_at, now)
    if group.told_at is not None and group.told_at + grouping.interval > now:
        return (
            min(group.told_at, now) + grouping.interval
        )  # later than now: by a clock that was set back since
    return now + grouping.wait


def _labels(alert: Alert, transition: Transition) -> Mapping[str, Any]:
    own = {"alert": alert.name, "alertname": alert.name, "alert_id": alert.id, "severity": alert.severity}
    return {**alert.labels, **transition.labels, **own}
