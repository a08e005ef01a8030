"""What `convert` makes of texts, function by function, held against arithmetic done here."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tests.queries import rows

BERLIN = ZoneInfo("Europe/Berlin")
SUMMER = dt.datetime(2026, 7, 1, 12, 30, 5, tzinfo=BERLIN)
WINTER = dt.datetime(2026, 1, 31, 0, 0, 59, tzinfo=BERLIN)
MADE = {
    "num": [("12", 12), (" 1,234.5 ", 1234.5), ("1e3", 1000), ("0x1F", None), ("12 ms", None), ("", None)],
    "auto": [("12", 12), ("1,234", 1234), ("12 ms", "12 ms"), ("", "")],
    "dur2sec": [("01:02:03", 3600 + 2 * 60 + 3), ("2+01:00:00", 2 * 86_400 + 3600), ("00:00:01.5", 1.5), ("5 min", "5 min")],
    "mstime": [("02:03.5", 2 * 60 + 3.5), ("7.25", 7.25), ("1:2:3", "1:2:3")],
    "memk": [("512", 512), ("512k", 512), ("1.5m", 1.5 * 1024), ("2G", 2 * 1024 * 1024), ("2t", "2t")],
    "rmunit": [("12.5GB", 12.5), ("-3ms", -3), ("1e3x", 1000), ("GB12", "GB12")],
    "rmcomma": [("1,234,567", "1234567"), ("a,b", "ab")],
    "none": [("12", "12")],
    "ctime": [
        (str(int(SUMMER.timestamp())), SUMMER.strftime("%m/%d/%Y %H:%M:%S")),
        (str(int(WINTER.timestamp())), WINTER.strftime("%m/%d/%Y %H:%M:%S")),
        ("soon", "soon"),
    ],
    "mktime": [
        (SUMMER.strftime("%m/%d/%Y %H:%M:%S"), SUMMER.timestamp()),
        (WINTER.strftime("%m/%d/%Y %H:%M:%S"), WINTER.timestamp()),
        ("soon", "soon"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("function", MADE)
def test_a_function_of_convert(function: str) -> None:
    pairs = MADE[function]
    events = [{"id": place, "v": text} for place, (text, _) in enumerate(pairs)]
    query = (
        f'| sort id | convert {function}(v) as made | eval made=if("{function}"="none", v, made) | table made'
    )
    found = rows(events, query, timezone="Europe/Berlin")
    assert [row.get("made") for row in found] == [made for _, made in pairs]


def test_one_format_writes_and_reads() -> None:
    query = (
        '| convert timeformat="%d.%m.%Y %H:%M:%S" ctime(at) as text'
        ' | convert timeformat="%d.%m.%Y %H:%M:%S" mktime(text) as back | table text back'
    )
    (row,) = rows([{"at": SUMMER.timestamp()}], query, timezone="Europe/Berlin")
    assert row == {"text": "01.07.2026 12:30:05", "back": SUMMER.timestamp()}


def test_stars_take_all_fields_but_those_spared() -> None:
    event = {"a_ms": "1,000", "b_ms": "7", "c_ms": "8"}
    query = "| convert num(*_ms) as *_n none(c_ms) | table a_n b_n c_n c_ms"
    assert rows([event], query) == [{"a_n": 1000, "b_n": 7, "c_ms": "8"}]
