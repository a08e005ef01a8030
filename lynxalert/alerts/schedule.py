"""Schedule → slots, and slot → as-of T and window. Pure: no clock, no state, the same after every restart.

A slot is the instant at which an alert is due. Intervals lie on the UTC epoch grid, moved by an offset that
spreads alerts without keeping any two from sharing an instant; cron instants follow the wall clock of a zone.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import assert_never
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from lynxalert.alerts.model import Alert, Cron, Every, Schedule
from lynxalert.errors import LynxError
from lynxalert.plan import TimeWindow

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
OFFSET_STEP = dt.timedelta(seconds=5)
OFFSET_LIMIT = dt.timedelta(seconds=60)
UNSETTLED = dt.timedelta(hours=3)  # longer than any change of a zone's clock
MICROSECOND = dt.timedelta(microseconds=1)
NEAR = 6  # cron instants on one side of another that are remembered


class ScheduleError(LynxError):
    """A cron expression or zone that cannot be followed."""


def offset(alert_id: str, interval: dt.timedelta) -> dt.timedelta:
    """How far the grid of *alert_id* is moved: a multiple of 5 s below min(*interval*, 60 s).

    >>> offset("alt_0", dt.timedelta(minutes=5)) % OFFSET_STEP
    datetime.timedelta(0)
    """
    places = -(-min(interval, OFFSET_LIMIT) // OFFSET_STEP)
    return zlib.crc32(alert_id.encode()) % places * OFFSET_STEP


def check(schedule: Schedule) -> None:
    """Refuse a schedule that has no slots.

    Raises:
        ScheduleError: the interval is not positive, the expression is no cron, never comes, or the zone is unknown.
    """
    match schedule:
        case Every(interval):
            if interval <= dt.timedelta(0):
                raise ScheduleError(f"an interval must be positive, not `{schedule.text}`")
        case Cron(expression, timezone):
            if next(_cron(schedule, EPOCH, reverse=False), None) is None:
                raise ScheduleError(f"cron `{expression}` never comes in {timezone}")
        case _:
            assert_never(schedule)


def slots_after(schedule: Schedule, alert_id: str, instant: dt.datetime) -> Iterator[dt.datetime]:
    """Every slot after *instant*, in order, without end (cron: for fifty years). Aware, UTC.

    Raises:
        ScheduleError: as `check`.
    """
    match schedule:
        case Every(interval):
            slot = _grid(alert_id, interval, instant) + interval
            while True:
                yield slot
                slot += interval
        case Cron():
            yield from _cron(schedule, instant, reverse=False)
        case _:
            assert_never(schedule)


def slots_before(schedule: Schedule, alert_id: str, instant: dt.datetime) -> Iterator[dt.datetime]:
    """Every slot before *instant*, latest first."""
    match schedule:
        case Every(interval):
            slot = _grid(alert_id, interval, instant - MICROSECOND)
            while True:
                yield slot
                slot -= interval
        case Cron():
            yield from _cron(schedule, instant, reverse=True)
        case _:
            assert_never(schedule)


def next_slot(alert: Alert, instant: dt.datetime) -> dt.datetime:
    """The first slot of *alert* after *instant*.

    Raises:
        ScheduleError: there is none.
    """
    for slot in slots_after(alert.schedule, alert.id, instant):
        return slot
    raise ScheduleError(f"`{alert.name}` has no slot after {instant.isoformat()}")


def previous_slot(alert: Alert, instant: dt.datetime) -> dt.datetime | None:
    """The last slot of *alert* before *instant*; None when a cron never came."""
    return next(islice(slots_before(alert.schedule, alert.id, instant), 1), None)


def as_of(alert: Alert, slot: dt.datetime) -> dt.datetime:
    """T of *slot*: everything in the evaluation is resolved against it."""
    return slot - alert.delay


def window(alert: Alert, at: dt.datetime) -> TimeWindow:
    """The half-open stretch of time that an evaluation as of *at* looks at: when events happened, or when they came."""
    return TimeWindow(at - alert.window, at, "_indextime" if alert.time == "ingest" else "_time")


def spacing(alert: Alert, slot: dt.datetime) -> dt.timedelta:
    """The time between *slot* and the one before: what "interval" means for a cron."""
    match alert.schedule:
        case Every(interval):
            return interval
        case Cron():
            before = previous_slot(alert, slot)
            return slot - before if before is not None else alert.window
        case _:
            assert_never(alert.schedule)


def _grid(alert_id: str, interval: dt.timedelta, instant: dt.datetime) -> dt.datetime:
    """The last grid point at or before *instant*."""
    start = EPOCH + offset(alert_id, interval)
    return start + (instant - start) // interval * interval


def _cron(schedule: Cron, instant: dt.datetime, *, reverse: bool) -> Iterator[dt.datetime]:
    """Cron instants strictly beyond *instant*: the first few are remembered, for thousands of alerts ask for the same."""
    near = _near(schedule, instant, reverse=reverse)
    yield from near
    if len(near) == NEAR:
        yield from islice(_walk(schedule, instant, reverse=reverse), NEAR, None)


@lru_cache(maxsize=4096)
def _near(schedule: Cron, instant: dt.datetime, *, reverse: bool) -> tuple[dt.datetime, ...]:
    return tuple(islice(_walk(schedule, instant, reverse=reverse), NEAR))


def _walk(schedule: Cron, instant: dt.datetime, *, reverse: bool) -> Iterator[dt.datetime]:
    """Cron instants strictly beyond *instant*, never one twice.

    cronsim walks wall-clock time where a job names its hour, so from within the doubled hour it may offer an
    instant of the first pass again (forwards), or overlook it (backwards).
    """
    try:
        zone = ZoneInfo(schedule.timezone)
    except (KeyError, ValueError, OSError):
        raise ScheduleError(f"unknown time zone `{schedule.timezone}`") from None
    local = instant.astimezone(zone)
    if reverse and local.utcoffset() != (instant - UNSETTLED).astimezone(zone).utcoffset():
        local = (instant + UNSETTLED).astimezone(zone)
    try:
        found = CronSim(schedule.expression, local, reverse=reverse)
    except CronSimError as error:
        raise ScheduleError(f"cron `{schedule.expression}`: {str(error).lower()}") from None
    last = instant
    for slot in (each.astimezone(dt.UTC) for each in found):
        if (slot < last) if reverse else (slot > last):
            yield slot
            last = slot
