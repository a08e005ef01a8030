"""`interval` or `cron`, and `window` → a schedule and the window it looks at; or what is wrong with them together."""

from __future__ import annotations

import datetime as dt
from itertools import islice, pairwise

from lynxalert.alerts import Cron, Every, Schedule
from lynxalert.alerts.schedule import ScheduleError, check, slots_after
from lynxalert.config.definition import AlertDefinition
from lynxalert.config.mistakes import Mistake
from lynxalert.config.units import duration, duration_text
from lynxalert.lang import Code

DAY = dt.timedelta(days=1)
_SAMPLE_START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_SAMPLES = 60
_FALLBACK = Every(dt.timedelta(minutes=5), "5m")  # only keeps the other checks going


def schedule_of(definition: AlertDefinition, timezone: str) -> tuple[Schedule, list[Mistake]]:
    """When the alert is due; *timezone* is the zone of a cron that names none."""
    if definition.interval is not None and definition.cron is not None:
        return _FALLBACK, [Mistake(("cron",), "cannot stand beside interval: keep one of them")]
    if definition.cron is not None:
        cron = Cron(definition.cron, definition.timezone or timezone)
        try:
            check(cron)
        except ScheduleError as error:
            return _FALLBACK, [Mistake(("cron",), f": {error}")]
        return cron, []
    if definition.interval is None:
        hint = 'how often to look, such as "5m"; or cron = "*/5 * * * *"'
        return _FALLBACK, [Mistake(("interval",), "is required", Code.MISSING_KEY, hint)]
    return Every(duration(definition.interval), definition.interval), []


def window_of(definition: AlertDefinition, schedule: Schedule) -> tuple[dt.timedelta, list[Mistake]]:
    """How far each evaluation looks back: `window`, else the step of the schedule."""
    step = _step(schedule)
    if definition.window is None:
        if step is None:
            hint = "its instants are not evenly spaced, so there is no natural one"
            return _FALLBACK.interval, [
                Mistake(("window",), "is required with this cron", Code.MISSING_KEY, hint)
            ]
        return step, []
    if step is not None and definition.window < step and not definition.allow_gaps:
        return definition.window, [
            Mistake(
                ("window",),
                f"({duration_text(definition.window)}) is shorter than the time between two evaluations "
                f"({duration_text(step)}): events between would never be seen",
                help="widen it, or say allow_gaps = true",
            )
        ]
    return definition.window, []


def _step(schedule: Schedule) -> dt.timedelta | None:
    """The time between two slots, or None when it differs. Crons are measured where no clock ever changes."""
    match schedule:
        case Every(interval):
            return interval
        case Cron(expression):
            slots = islice(slots_after(Cron(expression, "UTC"), "", _SAMPLE_START), _SAMPLES)
            steps = {later - earlier for earlier, later in pairwise(slots)}
            return steps.pop() if len(steps) == 1 else None
