"""Active schedules: wall clock, half-open, over midnight, over both changes of the clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lynxalert.alerts.active import DAYS, is_active, next_active
from lynxalert.alerts.model import ActiveSchedule, ActiveWindow

MINUTE = dt.timedelta(minutes=1)
OFFICE = ActiveSchedule("Europe/Berlin", (ActiveWindow(DAYS[:5], "09:00", "18:00"),))
NIGHT = ActiveSchedule("Europe/Berlin", (ActiveWindow(("Friday",), "22:00", "06:00"),))
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("schedule", "text", "active"),
    [
        (None, "2026-02-14 03:00", True),
        (OFFICE, "2026-02-13 08:59:59", False),
        (OFFICE, "2026-02-13 09:00", True),
        (OFFICE, "2026-02-13 17:59:59", True),
        (OFFICE, "2026-02-13 18:00", False),
        (OFFICE, "2026-02-14 12:00", False),  # Saturday
        (NIGHT, "2026-02-13 21:59", False),
        (NIGHT, "2026-02-13 22:00", True),
        (NIGHT, "2026-02-14 05:59", True),
        (NIGHT, "2026-02-14 06:00", False),
        (NIGHT, "2026-02-13 05:00", False),  # the night before began on a Thursday
        (ActiveSchedule("UTC", ()), "2026-02-14 06:00", False),
        (ActiveSchedule("UTC", (ActiveWindow(DAYS, "00:00", "24:00"),)), "2026-02-14 06:00", True),
        (ActiveSchedule("UTC", (ActiveWindow(DAYS, "08:00", "08:00"),)), "2026-02-14 03:00", True),
    ],
)
def test_windows_are_half_open(schedule: ActiveSchedule | None, text: str, *, active: bool) -> None:
    assert is_active(schedule, at(text)) is active


@pytest.mark.parametrize(
    ("zone", "spring", "autumn", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-10-25", (0, 2)),
        ("America/New_York", "2026-03-08", "2026-11-01", (0, 1)),
        ("Australia/Lord_Howe", "2026-10-04", "2026-04-05", (0.5, 1)),
    ],
)
def test_the_skipped_hour_does_not_come_and_the_doubled_one_comes_twice(
    zone: str, spring: str, autumn: str, hours: tuple[float, float]
) -> None:
    two_to_three = ActiveSchedule(zone, (ActiveWindow(DAYS, "02:00", "03:00"),))
    for day, expected in zip((spring, autumn), hours, strict=True):
        start = at(f"{day} 00:00", zone)
        active = sum(is_active(two_to_three, start + n * MINUTE) for n in range(8 * 60))
        assert active == expected * 60


def test_the_next_active_instant_is_the_opening_of_the_next_window() -> None:
    assert next_active(OFFICE, at("2026-02-13 17:00:30")) == at("2026-02-13 17:00:30")
    assert next_active(OFFICE, at("2026-02-13 18:00:30")) == at("2026-02-16 09:00")
    assert next_active(NIGHT, at("2026-02-14 06:00")) == at("2026-02-20 22:00")
    assert next_active(ActiveSchedule("UTC", ()), at("2026-02-14 06:00")) is None
    assert next_active(None, at("2026-02-14 06:00")) == at("2026-02-14 06:00")


def test_a_window_that_opens_in_the_skipped_hour_opens_right_after_it() -> None:
    half_past = ActiveSchedule("Europe/Berlin", (ActiveWindow(("Sunday",), "02:30", "04:00"),))
    assert next_active(half_past, at("2026-03-29 01:59")) == at("2026-03-29 03:00")
