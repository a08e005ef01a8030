"""Active schedule × instant → may messages go out, and when that changes next. Pure.

Windows are wall clock: an hour that comes twice counts twice, one that is skipped does not come.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from lynxalert.alerts.model import ActiveSchedule, ActiveWindow

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTE = dt.timedelta(minutes=1)
HORIZON = dt.timedelta(days=9)  # a week, and both changes of the clock


def is_active(schedule: ActiveSchedule | None, instant: dt.datetime) -> bool:
    """Whether messages may go out at *instant*; without a schedule, always."""
    if schedule is None:
        return True
    local = instant.astimezone(ZoneInfo(schedule.timezone))
    minute = local.hour * 60 + local.minute
    today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    return any(_covers(window, today, yesterday, minute) for window in schedule.windows)


def next_active(schedule: ActiveSchedule | None, instant: dt.datetime) -> dt.datetime | None:
    """The first instant from *instant* on at which messages may go out; None: never."""
    if is_active(schedule, instant):
        return instant
    assert schedule is not None
    # A window can only open on a minute of the wall clock, and zones differ from UTC by whole minutes.
    minute = instant.replace(second=0, microsecond=0) + MINUTE
    starts = {_minutes(window.start) % 60 for window in schedule.windows} | {0}
    zone = ZoneInfo(schedule.timezone)
    while minute < instant + HORIZON:
        if minute.astimezone(zone).minute in starts and is_active(schedule, minute):
            return minute
        minute += MINUTE
    return None


def _covers(window: ActiveWindow, today: str, yesterday: str, minute: int) -> bool:
    start, end = _minutes(window.start), _minutes(window.end)
    if start < end:
        return today in window.days and start <= minute < end
    return (today in window.days and minute >= start) or (yesterday in window.days and minute < end)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)
