"""Times against zoneinfo: text and back, moves and snaps, buckets; on both days the clocks change, and before 1970."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from lynxalert.plan import TimeWindow
from lynxalert.plan.timechart import bucket_start, buckets
from lynxalert.plan.timespec import parse_span, resolve
from lynxalert.store import Store
from tests.queries import NOW, rows, store_of

ZONES = ["Atlantic/Azores", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
# Around the two changes of 2026 in each zone, the end of a leap February, and before 1970.
AROUND = [
    "2026-03-28T22:00:00",
    "2026-10-24T22:00:00",
    "2026-03-08T04:00:00",
    "2026-11-01T03:00:00",
    "2026-04-04T12:00:00",
    "2026-10-03T12:00:00",
    "2024-02-28T20:00:00",
    "1969-12-31T12:00:00",
    "1955-06-05T00:00:00",
]
INSTANTS = sorted(
    dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
    + dt.timedelta(minutes=27 * step, milliseconds=step)
    for start in AROUND
    for step in range(40)
)
VARIABLES = [
    "%Y-%m-%d %H:%M:%S",
    "%j",
    "%a %A",
    "%b %B",
    "%I %p",
    "%y",
    "%U %W",
    "%u %w",
    "%V",
    "%z",
    "%F",
    "%T",
    "%D",
]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with store_of(
        {"timestamp": one.isoformat(), "at": one.timestamp(), "n": n} for n, one in enumerate(INSTANTS)
    ) as s:
        yield s


def computed(store: Store, zone: str, expressions: list[str]) -> list[list[object]]:
    """The values of *expressions*, an event per row."""
    columns = ", ".join(f"r{place}={text}" for place, text in enumerate(expressions))
    found = store.query(f"| sort n | eval {columns} | table r*", now=NOW, timezone=zone).rows
    return [list(row.values()) for row in found]


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_is_written_as_the_zone_has_it(store: Store, zone: str) -> None:
    forms = [f'strftime(_time, "{form}")' for form in VARIABLES]
    extra = ['strftime(_time, "%s")', 'strftime(_time, "%H%%%3N %6N %9N %:z")', 'strftime(at, "%F %T")']
    for one, found in zip(INSTANTS, computed(store, zone, forms + extra), strict=True):
        local = one.astimezone(ZoneInfo(zone))
        wanted: list[object] = [local.strftime(form) for form in VARIABLES]
        offset = local.strftime("%z")
        wanted.append(str(int(one.timestamp() // 1)))
        micros = f"{one.microsecond:06d}"
        wanted.append(f"{local:%H}%{micros[:3]} {micros} {micros}000 {offset[:3]}:{offset[3:5]}")
        wanted.append(local.strftime("%F %T"))
        assert found == wanted


@pytest.mark.parametrize("zone", ZONES)
def test_a_text_is_read_as_the_zone_has_it(zone: str) -> None:
    local = ZoneInfo(zone)
    texts = [one.astimezone(local).strftime("%Y-%m-%d %H:%M:%S") for one in INSTANTS]
    events = [{"n": n, "text": text, "full": f"{text} +0130"} for n, text in enumerate(texts)]
    query = (
        '| sort n | eval a=strptime(text, "%Y-%m-%d %H:%M:%S"), b=strptime(full, "%F %T %z"),'
        ' c=strptime(substr(text, 1, 10), "%Y-%m-%d") | table a b c'
    )
    for text, row in zip(texts, rows(events, query, timezone=zone), strict=True):
        naive = dt.datetime.fromisoformat(text)
        first = naive.replace(tzinfo=local).timestamp()
        assert row["a"] == first  # of an hour that comes twice, the first
        assert row["b"] == naive.replace(tzinfo=dt.timezone(dt.timedelta(minutes=90))).timestamp()
        midnight = naive.replace(hour=0, minute=0, second=0, tzinfo=local)
        assert row["c"] == midnight.timestamp()


@pytest.mark.parametrize(
    ("text", "form", "seconds"),
    [
        ("2026-02-14T10:00:00Z", "%Y-%m-%dT%H:%M:%S%z", 1771063200),
        ("2026-02-14T10:00:00.250Z", "%Y-%m-%dT%H:%M:%S.%3N%z", 1771063200.25),
        ("2026-02-14T10:00:00.123456789", "%Y-%m-%dT%H:%M:%S.%9N", 1771063200.123457),
        ("14/Feb/2026:10:00:00 +0100", "%d/%b/%Y:%H:%M:%S %z", 1771059600),
        ("Feb 14 10:00:00", "%b %d %H:%M:%S", 1771063200),  # this year
        ("Feb  4 10:00:00", "%b %e %H:%M:%S", 1770199200),
        ("10:00", "%H:%M", 1771063200),  # today
        ("02/14/26 10:00 PM", "%m/%d/%y %I:%M %p", 1771106400),
        ("2026-02-14 10:00:00 EST", "%Y-%m-%d %H:%M:%S %Z", 1771081200),
        ("1771063200", "%s", 1771063200),
        ("1771063200.5", "%s.%3N", 1771063200.5),
        ("1969-12-31", "%F", -86400),
        ("2026-02-30", "%Y-%m-%d", None),
        ("2026-02-14 later", "%Y-%m-%d", None),
        ("", "%Y-%m-%d", None),
        ("soon", "%s", None),
    ],
)
def test_texts_of_many_forms(text: str, form: str, seconds: float | None) -> None:
    (row,) = rows([{"text": text}], f'| eval x=strptime(text, "{form}") | table x')
    assert row.get("x") == seconds


SPECS = [
    "@d",
    "-1d@d",
    "+1d",
    "-1h",
    "@h",
    "-30m@h",
    "@w",
    "@w0",
    "@w1",
    "@w5",
    "-1w@w3",
    "@mon",
    "-1mon@mon",
    "@q",
]
SPECS += ["@y", "-1y", "+1mon", "-90s@m", "@d+2h", "-1d@d-3h", "+2w@d", "-1q@q", "@s", "-36h@d"]


def moved(one: dt.datetime, spec: str, zone: str) -> float:
    return resolve(spec, one, zone).timestamp()


@pytest.mark.parametrize("zone", ZONES)
def test_moves_and_snaps_agree_with_those_of_the_time_range(store: Store, zone: str) -> None:
    asked = [f'relative_time(_time, "{spec}")' for spec in SPECS]
    for one, found in zip(INSTANTS, computed(store, zone, asked), strict=True):
        assert found == [pytest.approx(moved(one, spec, zone), abs=1e-6) for spec in SPECS], one


@pytest.mark.parametrize(
    ("spec", "zone", "moment", "expected"),
    [
        # an hour is an hour, a day is a day of the calendar
        ("-24h", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-28T11:00:00+01:00"),
        ("-1d", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-28T12:00:00+01:00"),
        ("@d", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00"),
        ("@d", "Europe/Berlin", "2026-10-25T12:00:00+01:00", "2026-10-25T00:00:00+02:00"),
        ("+1h", "Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),
        ("@w", "America/New_York", "2026-03-11T12:00:00-04:00", "2026-03-08T00:00:00-05:00"),
        ("@w1", "UTC", "2026-03-08T12:00:00+00:00", "2026-03-02T00:00:00+00:00"),
        ("-1mon", "UTC", "2026-03-31T12:00:00+00:00", "2026-02-28T12:00:00+00:00"),
        ("@q", "UTC", "2026-06-30T23:59:59+00:00", "2026-04-01T00:00:00+00:00"),
        ("@d", "UTC", "1969-12-31T23:00:00+00:00", "1969-12-31T00:00:00+00:00"),
    ],
)
def test_moves_worked_out_by_hand(spec: str, zone: str, moment: str, expected: str) -> None:
    instant = dt.datetime.fromisoformat(moment)
    (row,) = rows(
        [{"at": instant.timestamp()}], f'| eval x=relative_time(at, "{spec}") | table x', timezone=zone
    )
    assert row["x"] == dt.datetime.fromisoformat(expected).timestamp()
    assert resolve(spec, instant, zone) == dt.datetime.fromisoformat(expected)


SPANS = [
    "1s",
    "90s",
    "5m",
    "7m",
    "1h",
    "3h",
    "86400s",
    "1d",
    "2d",
    "7d",
    "1w",
    "2w",
    "1mon",
    "2mon",
    "5mon",
    "1q",
    "1y",
    "100ms",
]


@pytest.mark.parametrize("zone", ZONES)
def test_buckets_of_rows_are_those_of_charts(store: Store, zone: str) -> None:
    for span in SPANS:
        query = f"| sort n | bin _time span={span} as b | table b"
        found = [row["b"] for row in store.query(query, now=NOW, timezone=zone).rows]
        assert found == [bucket_start(one, parse_span(span), zone) for one in INSTANTS], span


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("span", "length"), [("1d", 1), ("1w", 7)])
def test_days_and_weeks_begin_at_local_midnight(zone: str, span: str, length: int) -> None:
    for one in INSTANTS:
        local = bucket_start(one, parse_span(span), zone).astimezone(ZoneInfo(zone))
        day = one.astimezone(ZoneInfo(zone)).date()
        wanted = day if length == 1 else day - dt.timedelta(days=day.isoweekday() % 7)
        assert local.date() == wanted
        before = local.astimezone(dt.UTC) - dt.timedelta(microseconds=1)
        assert before.astimezone(ZoneInfo(zone)).date() < wanted  # a day may begin at one o'clock


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("span", ["30m", "1h", "1d", "2d", "1w", "1mon"])
def test_the_buckets_of_a_range_join_without_gap_or_overlap(zone: str, span: str) -> None:
    for start in AROUND:
        first = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
        window = TimeWindow(first, first + dt.timedelta(days=3))
        found = list(buckets(window, parse_span(span), zone))
        assert found[0] <= first
        assert found == sorted(set(found))
        assert [bucket_start(one, parse_span(span), zone) for one in found] == found
        probe = first
        while window.end is not None and probe < window.end:
            assert bucket_start(probe, parse_span(span), zone) in found
            probe += dt.timedelta(minutes=13)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_chart_has_each_hour_once_and_each_event_in_one(zone: str) -> None:
    start = dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC)
    events = [{"timestamp": (start + dt.timedelta(minutes=20 * n)).isoformat()} for n in range(3 * 48)]
    options = {
        "earliest": start.isoformat(),
        "latest": (start + dt.timedelta(hours=48)).isoformat(),
        "timezone": zone,
    }
    by_hour = rows(events, "| timechart span=1h count", **options)
    assert [row["count"] for row in by_hour] == [3] * 48
    by_day = rows(events, "| timechart span=1d count", **options)
    assert sum(row["count"] for row in by_day) == 3 * 48
    lengths = {row["count"] for row in by_day[1:-1]}
    assert lengths == ({75} if zone == "Europe/Berlin" else {72})  # 25 hours on the day the clocks go back
