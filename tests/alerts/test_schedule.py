"""Slots: deterministic, on the grid, right on both days when the clocks change."""

from __future__ import annotations

import datetime as dt
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts import schedule
from lynxalert.alerts.model import Alert, Cron, Every
from lynxalert.plan import TimeWindow

MINUTE = dt.timedelta(minutes=1)
NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")  # the last one moves by half an hour
CHANGES = {
    "Europe/Berlin": ((2026, 3, 29), (2026, 10, 25)),
    "America/New_York": ((2026, 3, 8), (2026, 11, 1)),
    "Australia/Lord_Howe": ((2026, 10, 4), (2026, 4, 5)),
}

NAIVE_2001 = dt.datetime(2001, 1, 1)  # noqa: DTZ001 - hypothesis wants its bounds naive
NAIVE_2040 = dt.datetime(2040, 1, 1)  # noqa: DTZ001 - the same

intervals = st.integers(1, 100_000).map(lambda seconds: dt.timedelta(seconds=seconds))
instants = st.datetimes(NAIVE_2001, NAIVE_2040).map(lambda naive: naive.replace(tzinfo=dt.UTC))
names = st.text(min_size=1, max_size=20)


def alert(
    every: str | Cron, *, identity: str = "alt_1", window: dt.timedelta = MINUTE, **more: object
) -> Alert:
    plan = every if isinstance(every, Cron) else Every(dt.timedelta(seconds=int(every[:-1])), every)
    return Alert(id=identity, name="a", query="*", schedule=plan, window=window, **more)  # type: ignore[arg-type]


@given(names, intervals)
def test_the_offset_is_a_multiple_of_five_seconds_below_a_minute_and_the_interval(
    identity: str, interval: dt.timedelta
) -> None:
    moved = schedule.offset(identity, interval)
    assert moved % dt.timedelta(seconds=5) == dt.timedelta(0)
    assert dt.timedelta(0) <= moved < min(interval, MINUTE)
    assert moved == schedule.offset(identity, interval)


def test_offsets_are_pinned_so_that_no_release_moves_them() -> None:
    moved = [schedule.offset(f"alt_{n}", 5 * MINUTE).seconds for n in range(8)]
    assert moved == [0, 50, 20, 50, 25, 35, 45, 35]


def test_offsets_spread_over_all_twelve_places() -> None:
    assert len({schedule.offset(f"alt_{n}", 5 * MINUTE) for n in range(200)}) == 12


@given(names, intervals, instants)
def test_slots_lie_on_the_grid_strictly_after_and_strictly_before(
    identity: str, interval: dt.timedelta, instant: dt.datetime
) -> None:
    every = Every(interval, "x")
    after = list(islice(schedule.slots_after(every, identity, instant), 3))
    before = list(islice(schedule.slots_before(every, identity, instant), 3))
    assert instant < after[0] <= instant + interval
    assert instant > before[0] >= instant - interval
    assert [b - a for a, b in pairwise(after)] == [interval] * 2
    assert [a - b for a, b in pairwise(before)] == [interval] * 2
    for slot in after + before:
        assert (slot - schedule.EPOCH - schedule.offset(identity, interval)) % interval == dt.timedelta(0)


@given(names, intervals, instants)
def test_before_and_after_are_inverse(identity: str, interval: dt.timedelta, instant: dt.datetime) -> None:
    subject = Alert(id=identity, name="a", query="*", schedule=Every(interval, "x"), window=interval)
    slot = schedule.next_slot(subject, instant)
    before = schedule.previous_slot(subject, slot)
    assert before == slot - interval
    assert before is not None
    assert schedule.next_slot(subject, before) == slot
    assert schedule.spacing(subject, slot) == interval


def test_as_of_lags_by_the_delay_and_the_window_is_half_open_before_it() -> None:
    subject = alert("300s", window=10 * MINUTE, delay=30 * dt.timedelta(seconds=1))
    at = schedule.as_of(subject, NOON)
    assert at == NOON - dt.timedelta(seconds=30)
    assert schedule.window(subject, at) == TimeWindow(at - 10 * MINUTE, at)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("season", [0, 1], ids=["spring", "autumn"])
def test_a_named_hour_comes_exactly_once_on_the_days_the_clock_changes(zone: str, season: int) -> None:
    year, month, day = CHANGES[zone][season]
    midnight = dt.datetime(year, month, day, tzinfo=ZoneInfo(zone))
    for hour in range(5):
        for minute in (0, 10, 30, 50):
            slots = schedule.slots_after(
                Cron(f"{minute} {hour} * * *", zone), "a", midnight - dt.timedelta(hours=1)
            )
            first, second = islice(slots, 2)
            assert first.astimezone(ZoneInfo(zone)).date() == midnight.date()
            assert second.astimezone(ZoneInfo(zone)).date() == midnight.date() + dt.timedelta(days=1)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("season", [0, 1], ids=["spring", "autumn"])
def test_every_minute_ticks_evenly_through_the_change(zone: str, season: int) -> None:
    start = dt.datetime(*CHANGES[zone][season], tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    slots = list(islice(schedule.slots_after(Cron("* * * * *", zone), "a", start), 300))
    assert slots == [start + (n + 1) * MINUTE for n in range(300)]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("season", [0, 1], ids=["spring", "autumn"])
@pytest.mark.parametrize(
    "expression", ["30 2 * * *", "*/20 * * * *", "0 */2 * * *", "0,30 1,2,3 * * *", "5 4 * * *"]
)
def test_walking_back_meets_the_slots_of_walking_forward(zone: str, season: int, expression: str) -> None:
    if (zone, expression) == ("Australia/Lord_Howe", "0 */2 * * *"):
        pytest.skip(
            "cronsim steps whole hours and misses 02:00 on the one day the clock moves by half an hour"
        )
    plan = Cron(expression, zone)
    noon = dt.datetime(*CHANGES[zone][season], 12, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    begin = noon - dt.timedelta(days=9)
    slots = []
    for slot in schedule.slots_after(plan, "a", begin):
        if slot > noon:
            break
        slots.append(slot)
    assert slots == sorted(set(slots))
    for minutes in range(0, 16 * 60, 7):
        instant = noon - minutes * MINUTE
        assert [s for s in slots if s < instant][-1] == next(schedule.slots_before(plan, "a", instant))
        expected = [s for s in slots if s > instant]
        assert not expected or next(schedule.slots_after(plan, "a", instant)) == expected[0]


def test_the_missing_half_past_two_is_made_up_at_three() -> None:
    day = dt.datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin"))
    slot = next(schedule.slots_after(Cron("30 2 * * *", "Europe/Berlin"), "a", day))
    assert slot.astimezone(ZoneInfo("Europe/Berlin")).hour == 3


def test_the_spacing_of_a_cron_is_the_way_back_to_the_slot_before() -> None:
    daily = alert(Cron("0 6 * * *", "Europe/Berlin"))
    slot = schedule.next_slot(daily, dt.datetime(2026, 3, 29, tzinfo=dt.UTC))
    assert schedule.spacing(daily, slot) == dt.timedelta(hours=23)
    leap = alert(Cron("0 0 29 2 *"))
    assert schedule.next_slot(leap, NOON) == dt.datetime(2028, 2, 29, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Cron("* * *"), "cron `* * *`: wrong number of fields"),
        (Cron("61 * * * *"), "cron `61 * * * *`: bad minute"),
        (Cron("* * * * *", "Mars/Olympus"), "unknown time zone `Mars/Olympus`"),
        (Cron("* * * * *", "/etc/passwd"), "unknown time zone `/etc/passwd`"),
        (Cron("0 0 * 2 MON#5", "UTC"), None),
        (Every(dt.timedelta(0), "0s"), "an interval must be positive, not `0s`"),
        (Every(MINUTE, "1m"), None),
    ],
)
def test_schedules_without_slots_are_refused(plan: Cron | Every, message: str | None) -> None:
    if message is None:
        schedule.check(plan)
        return
    with pytest.raises(schedule.ScheduleError) as caught:
        schedule.check(plan)
    assert str(caught.value) == message


def test_a_cron_that_never_comes_is_refused() -> None:
    never = Cron("0 0 30 2 *")
    with pytest.raises(schedule.ScheduleError):
        schedule.check(never)
    with pytest.raises(schedule.ScheduleError):
        schedule.next_slot(alert(never), NOON)
