"""After downtime: which slots run, which are lost, and how long a failed one is tried."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts import catchup
from lynxalert.alerts.catchup import Due, Gap, due
from lynxalert.alerts.model import Alert, Cron, Every
from lynxalert.alerts.schedule import next_slot, previous_slot

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)  # `alt_0` has offset 0


def alert(interval: dt.timedelta | Cron, limit: dt.timedelta = HOUR) -> Alert:
    plan = interval if isinstance(interval, Cron) else Every(interval, "x")
    return Alert(id="alt_0", name="a", query="*", schedule=plan, window=MINUTE, catchup_limit=limit)


def test_nothing_is_due_before_the_cursor() -> None:
    assert due(alert(MINUTE), NOON, NOON - SECOND) == Due((), None, NOON)


def test_the_slot_itself_is_due() -> None:
    assert due(alert(MINUTE), NOON, NOON) == Due((NOON,), None, NOON)


def test_seven_slots_down_run_in_order() -> None:
    found = due(alert(MINUTE), NOON, NOON + 6 * MINUTE + SECOND)
    assert found == Due(tuple(NOON + n * MINUTE for n in range(7)), None, NOON)


def test_beyond_the_limit_older_slots_become_a_gap() -> None:
    now = NOON + 3 * HOUR
    found = due(alert(5 * MINUTE), NOON, now)
    assert found.slots[0] == NOON + 2 * HOUR + 5 * MINUTE
    assert (len(found.slots), found.slots[-1]) == (12, now)
    assert found.gap == Gap(NOON, NOON + 2 * HOUR, 25)


def test_sixty_slots_are_the_most() -> None:
    found = due(alert(10 * SECOND), NOON, NOON + HOUR)
    assert len(found.slots) == 60
    assert found.gap == Gap(NOON, NOON + HOUR - 600 * SECOND, 301)


def test_the_newest_slot_runs_however_old_it_is() -> None:
    daily = alert(24 * HOUR)
    first = next_slot(daily, NOON)
    assert due(daily, first, first + 2 * HOUR) == Due((first,), None, first)
    later = due(daily, first, first + 50 * HOUR)
    assert (later.slots, later.gap) == ((first + 48 * HOUR,), Gap(first, first + 24 * HOUR, 2))


def test_a_cron_catches_up_too() -> None:
    hourly = alert(Cron("0 * * * *"), limit=2 * HOUR)
    found = due(hourly, NOON, NOON + 5 * HOUR)
    assert found.slots == (NOON + 4 * HOUR, NOON + 5 * HOUR)
    assert found.gap == Gap(NOON, NOON + 3 * HOUR, 4)


def test_a_clock_set_back_an_hour_waits_and_judges_nothing_twice() -> None:
    assert due(alert(MINUTE), NOON, NOON - HOUR) == Due((), None, NOON)


def test_a_clock_that_was_a_day_ahead_brings_the_cursor_back() -> None:
    found = due(alert(MINUTE), NOON + 24 * HOUR, NOON + SECOND)
    assert found == Due((), None, NOON + MINUTE)


def test_a_long_interval_ahead_is_not_astray() -> None:
    weekly = alert(7 * 24 * HOUR)
    cursor = next_slot(weekly, NOON)
    assert due(weekly, cursor, NOON) == Due((), None, cursor)


def test_a_cursor_off_the_grid_finds_the_next_slot() -> None:
    assert due(alert(HOUR), NOON + MINUTE, NOON + 2 * MINUTE) == Due((), None, NOON + HOUR)


@given(
    st.integers(5, 4000).map(lambda n: n * SECOND),
    st.integers(0, 90_000).map(lambda n: n * SECOND),
    st.integers(60, 7200).map(lambda n: n * SECOND),
)
def test_run_and_gap_are_every_slot_exactly_once(
    interval: dt.timedelta, down: dt.timedelta, limit: dt.timedelta
) -> None:
    subject = alert(interval, limit)
    cursor = next_slot(subject, NOON)
    found = due(subject, cursor, cursor + down)
    lost = found.gap.slots if found.gap else 0
    assert lost + len(found.slots) == down // interval + 1
    assert 1 <= len(found.slots) <= 60
    assert [b - a for a, b in zip(found.slots, found.slots[1:], strict=False)] == [interval] * (
        len(found.slots) - 1
    )
    if found.gap:
        assert (found.gap.first, found.gap.last) == (cursor, previous_slot(subject, found.slots[0]))


@pytest.mark.parametrize(
    ("attempt", "wait"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (5000, 60)]
)
def test_retries_back_off_to_a_minute(attempt: int, wait: int) -> None:
    assert catchup.retry_at(attempt, NOON, NOON, HOUR) == NOON + wait * SECOND


def test_retries_end_with_the_catch_up_limit() -> None:
    assert catchup.retry_at(9, NOON, NOON + 59 * MINUTE, HOUR) == NOON + HOUR
    assert catchup.retry_at(9, NOON, NOON + 59 * MINUTE + SECOND, HOUR) is None
