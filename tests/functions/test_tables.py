"""Expressions and the values they have, one row each: the corners that the examples leave out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

import lynxalert
from lynxalert.plan.timechart import bucket_start
from lynxalert.plan.timespec import parse_span
from lynxalert.store import Store
from tests.queries import NOW


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with lynxalert.open(":memory:") as opened:
        opened.ingest(
            [
                {
                    "timestamp": "2026-02-14T11:30:15.250Z",
                    "n": 7,
                    "t": "a,b",
                    "one": "x",
                    "json": '{"a":{"b":[1,2]}}',
                }
            ]
        )
        yield opened


def value(store: Store, expression: str, timezone: str = "UTC") -> Any:
    return store.query(f"| eval x={expression} | table x", now=NOW, timezone=timezone).rows[0]["x"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('strftime(_time, "%Y-%m-%d %H:%M:%S.%3N")', "2026-02-14 11:30:15.250"),
        ('strftime(_time, "%F %T %z")', "2026-02-14 11:30:15 +0000"),
        ('strftime(_time, "%:z %Z %%")', "+00:00 UTC %"),
        ('strftime(_time, "%s")', "1771068615"),
        ('strftime(_time, "%e %k %l %p %b %a")', "14 11 11 AM Feb Sat"),
        ('strftime(_time, "%6N")', "250000"),
        ('strftime("no time", "%Y")', None),
        ('strftime(0, "")', ""),
        ('strptime("2026-02-14 12:00:00 +0200", "%Y-%m-%d %H:%M:%S %z")', 1771063200),
        ('strptime("1771068615", "%s")', 1771068615),
        ('strptime("14.02.2026", "%d.%m.%Y")', 1771027200),
        ('strptime("never", "%d.%m.%Y")', None),
        ('relative_time(1771068615, "-1d@d")', 1770940800),
        ('relative_time(1771068615, "@w")', 1770508800),  # Sunday, 8 February
        ('relative_time(1771068615, "@w1")', 1770595200),  # Monday, 9 February
        ('relative_time(1771068615, "@mon-1mon")', 1767225600),
        ('relative_time(1771068615, "@q")', 1767225600),
        ('relative_time(1771068615, "@y+2h")', 1767232800),
        ('relative_time(1771068615, "-90m@h")', 1771063200),
        ("now() - time()", 0),
        ('tonumber("0xff", 16)', 255),
        ('tonumber("zz", 36)', 1295),
        ('tonumber("12", 2)', None),
        ('tonumber(" 7 ")', 7),
        ("tostring(n > 5)", "True"),
        ('tostring(1234.5, "commas")', "1,234.50"),
        ('tostring(90061, "duration")', "1+01:01:01"),
        ('tostring(-61, "duration")', "-00:01:01"),
        ('tostring(255, "hex")', "0xFF"),
        ('tostring(5, "binary")', "101"),
        ('tostring(t, "commas")', None),
        ('mvindex(split(t, ","), 0)', "a"),
        ('mvindex(split(t, ","), 0, 1)', ["a", "b"]),
        ('mvindex(split(t, ","), -2, -1)', ["a", "b"]),
        ('mvindex(split(t, ","), 5)', None),
        ('mvindex(split(t, ","), 5, 6)', None),
        ("mvrange(1, 10, 4)", ["1", "5", "9"]),
        ('mvzip(split(t, ","), split("1,2,3", ","), "-")', ["a-1", "b-2"]),
        ('mvappend(one, split(t, ","), missing)', ["x", "a", "b"]),
        ("mvcount(missing)", None),
        ("mvcount(one)", 1),
        ('mvjoin(one, "+")', "x"),
        ('mvfind(split(t, ","), "z")', None),
        ('mvsort(mvappend("b", "a", "c"))', ["a", "b", "c"]),
        ('mvfilter(match(t, "a"))', "a,b"),
        ('mvfilter(match(t, "z"))', None),
        ('split("abc", "")', ["a", "b", "c"]),
        ('substr("alert", -3)', "ert"),
        ('substr("alert", 2)', "lert"),
        ('substr("alert", 1, -1)', ""),
        ('trim("xxaxx", "x")', "a"),
        ('ltrim("  a ")', "a "),
        ('urldecode("a%2Fb+c")', "a/b c"),
        ('replace("2026-02-14", "(\\d+)-(\\d+)", "\\2/\\1")', "02/2026-14"),
        ('match("Error", "(?i)^err")', True),
        ('like("100%", "100\\%")', True),
        ("round(-2.5)", -3),
        ("round(1234.567, -2)", 1200),
        ("sqrt(-1)", None),
        ("ln(0)", None),
        ("log(8, 2)", 3),
        ("log(8, 0)", None),
        ("exp(1000)", None),
        ("pow(-8, 0.5)", None),
        ("asin(2)", None),
        ("1 / 0", None),
        ("5 % 0", None),
        ("-n", -7),
        ("n . one", "7x"),
        ('"1" + "2"', 3),
        ('"a" + n', "a7"),
        ("n + missing", None),
        ("if(missing > 1, 1, 2)", 2),
        ("case(n > 10, 1, n > 5, 2)", 2),
        ("case(n > 10, 1)", None),
        ('validate(n > 10, "small")', "small"),
        ("coalesce(missing, n, one)", 7),
        ("nullif(n, 7)", None),
        ('max(1, "b", 3)', "b"),
        ('min("b", 3, 1)', 1),
        ("max(missing, 2)", 2),
        ("sum(1, n, one)", 8),
        ("avg(1, n)", 4),
        ("typeof(n)", "Number"),
        ("typeof(missing)", "Invalid"),
        ("typeof(n > 1)", "Boolean"),
        ("isint(n / 2)", False),
        ("isstr(one)", True),
        ("isnum(one)", False),
        ('cidrmatch("10.0.0.0/8", one)', False),
        ('cidrmatch("2001:db8::/32", "2001:db8::1")', True),
        ('cidrmatch("0.0.0.0/0", "255.255.255.255")', True),
        ("in(n, 1, 7)", True),
        ("n BETWEEN 1 AND 7", True),
        ("n IS NULL OR one IS NOT NULL", True),
        ("true() XOR false()", True),
        ('json_extract(json, "a.b{0}")', 1),
        ('json_extract(json, "a.b{}")', ["1", "2"]),
        ('json_valid("{")', False),
        ('spath(json, "a.c")', None),
        ('printf("%05.1f|%-4s|%+d", 3.14159, one, n)', "003.1|x   |+7"),
        ('printf("%%")', "%"),
        ('printf("%x %o %e", 255, 8, 1234.5)', "ff 10 1.234500e+03"),
    ],
)
def test_value(store: Store, expression: str, expected: Any) -> None:
    if isinstance(expected, bool):
        expression, expected = f"if({expression}, 1, 0)", int(expected)
    assert value(store, expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('strftime(_time, "%H:%M %z %Z")', "12:30 +0100 Europe/Berlin"),
        ('relative_time(_time, "@d")', 1771023600),  # midnight in Berlin
        ('strptime("2026-07-01 00:00", "%Y-%m-%d %H:%M")', 1782856800),  # summer time
    ],
)
def test_value_in_a_zone(store: Store, expression: str, expected: Any) -> None:
    assert value(store, expression, "Europe/Berlin") == expected


SPANS = ("10s", "7m", "1h", "4h", "1d", "2d", "3d", "1w", "2w", "1mon", "2mon", "1q", "1y", "250ms")
INSTANTS = [
    "1969-12-31T23:59:59.9Z",
    "2026-02-14T11:30:15.25Z",
    "2026-03-29T00:59:59Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2024-02-29T23:00:00Z",
]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("span", SPANS)
def test_a_bucket_is_the_same_in_sql_and_in_python(span: str, zone: str) -> None:
    times = [dt.datetime.fromisoformat(text) for text in INSTANTS]
    with lynxalert.open(":memory:") as opened:
        opened.ingest([{"timestamp": text, "n": place} for place, text in enumerate(INSTANTS)])
        found = opened.query(f"| bin _time span={span} | sort n | table _time", now=NOW, timezone=zone)
    assert [row["_time"] for row in found.rows] == [
        bucket_start(time, parse_span(span), zone) for time in times
    ]
