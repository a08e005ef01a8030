"""Times and spans as written, and what they mean in a zone; both days on which clocks change."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.plan.result import TimeWindow
from lynxalert.plan.timechart import bucket_start, buckets, default_span, span_for_bins
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span, resolve

NOW = dt.datetime(2026, 2, 14, 11, 30, 15, tzinfo=dt.UTC)  # a Saturday


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("now()", NOW),
        ("-15m", utc(2026, 2, 14, 11, 15, 15)),
        ("-h", utc(2026, 2, 14, 10, 30, 15)),
        ("@d", utc(2026, 2, 14)),
        ("-1d@d+2h", utc(2026, 2, 13, 2)),
        ("@w", utc(2026, 2, 8)),
        ("@w1", utc(2026, 2, 9)),
        ("@w6", utc(2026, 2, 14)),
        ("-1mon@mon", utc(2026, 1, 1)),
        ("-1q@q", utc(2025, 10, 1)),
        ("@y", utc(2026, 1, 1)),
        ("+1year", utc(2027, 2, 14, 11, 30, 15)),
        ("@m", utc(2026, 2, 14, 11, 30)),
        ("@s", NOW),
        ("1771068615", NOW),
        ("02/14/2026:11:30:15", NOW),
        ("02/14/2026", utc(2026, 2, 14)),
        ("2026-02-14T11:30:15Z", NOW),
        ("2026-02-14", utc(2026, 2, 14)),
    ],
)
def test_a_time_means_an_instant(text: str, expected: dt.datetime) -> None:
    assert resolve(text, NOW) == expected


@pytest.mark.parametrize("text", ["soon", "-5x", "@", "-1d@q7x", "5 minutes", "2026-99-99", "-99999999999d"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(BadTime):
        resolve(text, NOW)


def test_the_last_of_a_month_stays_inside_the_next_one() -> None:
    assert resolve("-1mon", utc(2026, 3, 31)) == utc(2026, 2, 28)


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        # Berlin: on 29 March 2026 the clock jumps from 02:00 to 03:00, on 25 October back from 03:00 to 02:00.
        (utc(2026, 3, 29, 12), "@d", utc(2026, 3, 28, 23)),
        (utc(2026, 3, 29, 12), "-1d@d", utc(2026, 3, 27, 23)),
        (utc(2026, 3, 30, 12), "@d", utc(2026, 3, 29, 22)),
        (utc(2026, 3, 29, 1, 30), "-1h", utc(2026, 3, 29, 0, 30)),
        (utc(2026, 10, 25, 12), "@d", utc(2026, 10, 24, 22)),
        (utc(2026, 10, 25, 1, 30), "-1h", utc(2026, 10, 25, 0, 30)),
    ],
)
def test_days_follow_the_wall_clock_and_hours_the_time_line(
    now: dt.datetime, text: str, expected: dt.datetime
) -> None:
    assert resolve(text, now, "Europe/Berlin") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", TimeSpan(30, "s")),
        ("5min", TimeSpan(5, "m")),
        ("1h", TimeSpan(1, "h")),
        ("mon", TimeSpan(1, "mon")),
        ("15", TimeSpan(15, "s")),
        ("500ms", TimeSpan(500_000, "us")),
        ("1d@d", TimeSpan(1, "d")),
        ("2W", TimeSpan(2, "w")),
    ],
)
def test_a_span_is_a_count_of_a_unit(text: str, expected: TimeSpan) -> None:
    assert parse_span(text) == expected


@pytest.mark.parametrize("text", ["", "5x", "0s", "-5m", "1M", "fast"])
def test_anything_else_is_no_span(text: str) -> None:
    with pytest.raises(BadTime):
        parse_span(text)


@pytest.mark.parametrize(
    ("length", "span"),
    [
        (dt.timedelta(minutes=15), "10s"),
        (dt.timedelta(hours=1), "1m"),
        (dt.timedelta(hours=4), "5m"),
        (dt.timedelta(hours=24), "30m"),
        (dt.timedelta(days=7), "1d"),
        (dt.timedelta(days=365), "1mon"),
    ],
)
def test_the_default_span_follows_the_range(length: dt.timedelta, span: str) -> None:
    assert str(default_span(TimeWindow(NOW, NOW + length))) == span


@pytest.mark.parametrize(
    ("length", "bins", "span"),
    [
        (dt.timedelta(hours=1), 100, "1m"),
        (dt.timedelta(days=3650), 10, "1y"),
        (dt.timedelta(days=60), 100, "1d"),
    ],
)
def test_bins_choose_the_finest_span_that_fits(length: dt.timedelta, bins: int, span: str) -> None:
    assert str(span_for_bins(TimeWindow(NOW, NOW + length), bins)) == span


def test_days_have_23_and_25_hours_when_clocks_change() -> None:
    window = TimeWindow(utc(2026, 3, 28, 12), utc(2026, 3, 31))
    starts = list(buckets(window, parse_span("1d"), "Europe/Berlin"))
    assert starts == [utc(2026, 3, 27, 23), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22), utc(2026, 3, 30, 22)]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("5m", utc(2026, 2, 14, 11, 30)),
        ("2d", utc(2026, 2, 14)),
        ("1w", utc(2026, 2, 8)),
        ("2w", utc(2026, 2, 8)),
        ("3mon", utc(2026, 1, 1)),
        ("1q", utc(2026, 1, 1)),
        ("2y", utc(2026, 1, 1)),
    ],
)
def test_the_bucket_of_an_instant(span: str, expected: dt.datetime) -> None:
    assert bucket_start(NOW, parse_span(span), "UTC") == expected
