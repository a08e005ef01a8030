"""Every time modifier in zones with and without summer time, held against instants found by walking back the clock."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from lynxalert.plan.timespec import BadTime, resolve

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
NOWS = (
    dt.datetime(2026, 3, 29, 1, 30, 15, tzinfo=dt.UTC),  # Berlin has just lost an hour
    dt.datetime(2026, 11, 1, 6, 45, 59, tzinfo=dt.UTC),  # New York has an hour twice
    dt.datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    dt.datetime(2026, 12, 31, 20, 0, tzinfo=dt.UTC),
)
QUARTER_HOUR = dt.timedelta(minutes=15)  # every zone's midnight lies on one


def midnight(wall: dt.datetime) -> bool:
    return (wall.hour, wall.minute) == (0, 0)


STARTS: dict[str, Callable[[dt.datetime], bool]] = {
    "h": lambda wall: wall.minute == 0,
    "d": midnight,
    "w": lambda wall: midnight(wall) and wall.strftime("%a") == "Sun",
    **{
        f"w{number}": lambda wall, day=day: midnight(wall) and wall.strftime("%a") == day
        for number, day in enumerate(["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    },
    "mon": lambda wall: midnight(wall) and wall.day == 1,
    "q": lambda wall: midnight(wall) and wall.day == 1 and wall.month in (1, 4, 7, 10),
    "y": lambda wall: midnight(wall) and (wall.month, wall.day) == (1, 1),
}


def walked_back(now: dt.datetime, zone: str, unit: str) -> dt.datetime:
    """The last instant up to *now* at which *unit* begins on the clocks of *zone*."""
    instant = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    while not STARTS[unit](instant.astimezone(ZoneInfo(zone))):
        instant -= QUARTER_HOUR
    return instant


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("now", NOWS)
def test_snaps_round_down_to_what_the_clock_shows(now: dt.datetime, zone: str) -> None:
    for unit in STARTS:
        assert resolve(f"@{unit}", now, zone) == walked_back(now, zone, unit), unit
    assert resolve("@m", now, zone) == now.replace(second=0, microsecond=0)
    assert resolve("@s", now, zone) == now.replace(microsecond=0)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("now", NOWS)
def test_steps_of_the_calendar_keep_the_time_of_day(now: dt.datetime, zone: str) -> None:
    wall = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for text, days in (("-1d", -1), ("+7d", 7), ("-2w", -14), ("+1w", 7), ("-d", -1)):
        moved = (wall + dt.timedelta(days=days)).replace(tzinfo=ZoneInfo(zone), fold=wall.fold)
        assert resolve(text, now, zone) == moved.astimezone(dt.UTC), text
    for text, months in (("-1mon", -1), ("+2mon", 2), ("-1q", -3), ("+1q", 3), ("-1y", -12), ("+1y", 12)):
        year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        moved = wall.replace(year=year, month=month + 1, day=min(wall.day, last), tzinfo=ZoneInfo(zone))
        assert resolve(text, now, zone) == moved.astimezone(dt.UTC), text


@pytest.mark.parametrize("now", NOWS)
def test_steps_of_the_time_line_and_chains(now: dt.datetime) -> None:
    zone = "Europe/Berlin"
    for text, length in (("-90s", -90), ("-15m", -900), ("+4h", 14_400), ("-1hour", -3600), ("-m", -60)):
        assert resolve(text, now, zone) == now + dt.timedelta(seconds=length), text
    chains = (
        ("-1d@d", "-1d", "@d"),
        ("-1mon@mon+12h", "-1mon", "@mon", "+12h"),
        ("@w1-7d+9h", "@w1", "-7d", "+9h"),
    )
    for whole, *parts in chains:
        stepped = now
        for part in parts:
            stepped = resolve(part, stepped, zone)
        assert resolve(whole, now, zone) == stepped, whole


def test_fixed_times_and_what_is_none() -> None:
    now = NOWS[0]
    berlin = dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC)
    for text in (
        "1782900000",
        "2026-07-01T10:00:00Z",
        "2026-07-01T12:00:00+02:00",
        "07/01/2026:12:00:00",
        "2026-07-01 12:00",
    ):
        assert resolve(text, now, "Europe/Berlin") == berlin, text
    assert resolve("now", now) == resolve("now()", now) == now
    for text in ("rt", "rt-5m", "-5x", "1d", "@", "--1d", "-1d@", "yesterday"):
        with pytest.raises(BadTime):
            resolve(text, now)
