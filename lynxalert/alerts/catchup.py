"""Durable cursor × now → which slots to run, which are lost, when to try a failed one again. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import assert_never

from lynxalert.alerts.model import Alert, Cron, Every
from lynxalert.alerts.schedule import next_slot, slots_after, slots_before

MOST_SLOTS = 60  # `catchup_limit` in slots, where that is less
MOST_COUNTED = 10_000  # of the slots of a cron that are lost; beyond, the count is a lower bound
MICROSECOND = dt.timedelta(microseconds=1)
FIRST_RETRY = dt.timedelta(seconds=5)
LAST_RETRY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Slots that will never be judged: their first, their last, and how many they are."""

    first: dt.datetime
    last: dt.datetime
    slots: int


@dataclass(frozen=True, slots=True)
class Due:
    """The slots to run now, in order; what is lost before them; the slot the cursor stands on if none is due."""

    slots: tuple[dt.datetime, ...]
    gap: Gap | None
    next_slot: dt.datetime


def due(alert: Alert, cursor: dt.datetime, now: dt.datetime) -> Due:
    """What *alert* owes at *now* when the next slot to judge is *cursor*.

    The newest `catchup_limit` or 60 slots run, whichever is less, and in any case the newest one: a daily alert
    survives an outage of two hours. A cursor further ahead than a clock set back by `catchup_limit` explains is
    brought back, because the clock must have been wrong when it was written.
    """
    if cursor > now:
        expected = next_slot(alert, now)
        is_astray = cursor - expected > alert.catchup_limit
        return Due((), None, expected if is_astray else cursor)
    waiting = takewhile(
        lambda slot: slot >= cursor, slots_before(alert.schedule, alert.id, now + MICROSECOND)
    )
    newest = list(islice(waiting, MOST_SLOTS))
    kept = [slot for slot in newest if slot > now - alert.catchup_limit] or newest[:1]
    if not kept:  # the schedule changed under the cursor
        return Due((), None, next_slot(alert, now))
    kept.reverse()
    return Due(tuple(kept), _gap(alert, cursor, kept[0]), kept[0])


def owed(alert: Alert, cursor: dt.datetime, now: dt.datetime) -> int:
    """How many slots `due` would run, without listing those of an interval."""
    if cursor > now or not isinstance(alert.schedule, Every):
        return len(due(alert, cursor, now).slots)
    interval = alert.schedule.interval
    last = cursor + (now - cursor) // interval * interval
    within = -((now - alert.catchup_limit - last) // interval)  # those after `now - catchup_limit`
    return max(1, min((last - cursor) // interval + 1, MOST_SLOTS, within))


def retry_at(attempt: int, slot: dt.datetime, now: dt.datetime, limit: dt.timedelta) -> dt.datetime | None:
    """When to judge *slot* again after a passing error, *attempt* counted from 1; None: it is given up.

    5 s, 10 s, 20 s … up to a minute apart, and never later than *limit* after the slot.
    """
    wait = min(LAST_RETRY, FIRST_RETRY * 2 ** min(attempt - 1, 10))
    return now + wait if now + wait <= slot + limit else None


def _gap(alert: Alert, cursor: dt.datetime, until: dt.datetime) -> Gap | None:
    """The slots from *cursor* up to, not including, *until*."""
    last = next(slots_before(alert.schedule, alert.id, until), None)
    if last is None or last < cursor:
        return None
    match alert.schedule:
        case Every(interval):
            slots = (last - cursor) // interval + 1
        case Cron():
            lost = takewhile(
                lambda slot: slot <= last, slots_after(alert.schedule, alert.id, cursor - MICROSECOND)
            )
            slots = sum(1 for _ in islice(lost, MOST_COUNTED))
        case _:
            assert_never(alert.schedule)
    return Gap(cursor, last, slots)
