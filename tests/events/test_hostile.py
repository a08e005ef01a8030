"""Schema on read against a plain extractor in Python, on what senders should not send: kept, typed rightly, or refused with a reason."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.events import EventStore
from lynxalert.events.extract import instant
from lynxalert.ingest import PROTOCOLS, Payload
from tests.events.stores import NOON, Standing, fields, rows


def extracted(text: str) -> dict[str, Any]:
    """The fields of a JSON object by the rules of the language, written down a second time, with Python's own parser."""
    return _of_object(json.loads(text), "")


def _of_object(document: dict[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            found |= _of_object(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            gathered = _of_list(value, f"{prefix}{key}{{}}")
            found |= {name: many[0] if len(many) == 1 else many for name, many in gathered.items()}
        elif value is not None:
            found[prefix + key] = value
    return found


def _of_list(items: list[Any], name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        if isinstance(item, dict):
            for inner, value in _of_object(item, f"{name}.").items():
                found[inner] += value if isinstance(value, list) else [value]
        elif isinstance(item, list):
            for inner, values in _of_list(item, f"{name}{{}}").items():
                found[inner] += values
        elif item is not None:
            found[name].append(item)
    return found


def exactly(value: Any) -> Any:
    """Equal when type and value are: 1 is neither 1.0 nor true."""
    if isinstance(value, list):
        return [exactly(item) for item in value]
    return {name: exactly(one) for name, one in value.items()} if isinstance(value, dict) else repr(value)


def stored(*lines: str) -> EventStore:
    store = EventStore(clock=Standing())
    assert store.ingest(lines).rejected == ()
    return store


WHOLE = st.integers(-(2**80), 2**80) | st.sampled_from([2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["\0", "1", "true", "\x1b[0m"]
)
SCALARS = st.none() | st.booleans() | WHOLE | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2)
    ),
    max_leaves=5,
)
PAIRS = st.lists(st.tuples(st.sampled_from(["a", "A", "b", "a.x", "c d", "é"]), VALUES), max_size=5)


def spelled(pairs: list[tuple[str, Any]]) -> str:
    """JSON with its duplicate keys."""
    return "{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs) + "}"


@given(st.lists(PAIRS.map(spelled), min_size=16, max_size=24))
@settings(max_examples=15)
def test_objects_with_duplicate_keys_conflicting_types_and_big_numbers(lines: list[str]) -> None:
    store = stored(*lines)
    assert exactly(fields(store)) == exactly([extracted(line) for line in lines])
    assert [row["_raw"] for row in rows(store)] == lines
    store.close()


MOMENTS = st.integers(10**15, 1_795_000_000_000_000).map(instant)  # 2001 to the day before the test's noon
FORMS = {
    "s": lambda at: (f'{{"ts":{int(at.timestamp())}}}', 1_000_000),
    "ms": lambda at: (f'{{"ts":{_micros(at) // 1_000}}}', 1_000),
    "µs": lambda at: (f'{{"ts":{_micros(at)}}}', 1),
    "ns": lambda at: (f'{{"ts":{_micros(at) * 1_000 + 999}}}', 1),
    "text of s": lambda at: (f'{{"time":"{int(at.timestamp())}.{at.microsecond:06d}"}}', 1),
    "RFC 3339": lambda at: (f'{{"@timestamp":"{at.isoformat(timespec="microseconds")}"}}', 1),
    "with an offset": lambda at: (
        f"{at.astimezone(dt.timezone(dt.timedelta(hours=-9, minutes=-30))).isoformat()} x",
        1,
    ),
    "with a comma": lambda at: (f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d} WARN x", 1_000),
    "CLF": lambda at: (f'1.2.3.4 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET / HTTP/1.1" 200 5', 1_000_000),
    "CLF with an offset": lambda at: (
        f'1.2.3.4 - - [{at.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=45))):%d/%b/%Y:%H:%M:%S %z}] "GET / HTTP/1.1" 200 5',
        1_000_000,
    ),
}


def _micros(at: dt.datetime) -> int:
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


@given(MOMENTS)
@settings(max_examples=10)
def test_times_in_every_form(at: dt.datetime) -> None:
    made = {name: form(at) for name, form in FORMS.items()}
    store = stored(*(line for line, _ in made.values()))
    found = dict(zip(made, (row["_time"].replace(tzinfo=dt.UTC) for row in rows(store)), strict=True))
    assert found == {name: instant(_micros(at) // unit * unit) for name, (_, unit) in made.items()}
    store.close()


@given(st.datetimes(dt.datetime.min.replace(year=2024), dt.datetime.min.replace(year=2025)))  # noqa: DTZ901 - only day and time count
@settings(max_examples=10)
def test_a_syslog_time_is_the_latest_that_is_not_a_day_ahead(drawn: dt.datetime) -> None:
    store = stored(f"{drawn:%b} {drawn.day:2d} {drawn:%H:%M:%S} web app: x")
    latest = NOON + dt.timedelta(days=1)
    years = (year for year in range(2026, 2015, -1) if drawn.month != 2 or drawn.day != 29 or year % 4 == 0)
    wanted = (drawn.replace(year=year, microsecond=0, tzinfo=dt.UTC) for year in years)
    assert rows(store)[0]["_time"].replace(tzinfo=dt.UTC) == next(at for at in wanted if at <= latest)
    store.close()


@pytest.mark.parametrize(
    ("opening", "closing", "levels", "kept"),
    [
        ('{"a":', "}", 199, True),
        ('{"a":', "}", 200, False),
        ('{"a":', "}", 5_000, False),
        ('{"a":[', "]}", 100, False),
    ],
)
def test_nesting(opening: str, closing: str, levels: int, *, kept: bool) -> None:
    line = opening * levels + "1" + closing * levels
    store = EventStore(clock=Standing())
    receipt = store.ingest([line, '{"b":1}'])
    assert receipt.rejected == (() if kept else ((1, "nested 200 levels deep or more"),))
    assert receipt.accepted == 1 + kept
    letters = [(one.reject.reason, one.reject.raw) for one in store.dead_letters()]
    assert letters == ([] if kept else [("nested 200 levels deep or more", line)])
    store.close()


@pytest.mark.parametrize(
    "line", ["x" * 2**20, '{"m":"' + "y" * 2**20 + '"}', "a\0b\0", '{"m":"a\\u0000b"}', "{" * 5_000]
)
def test_long_and_binary_texts_are_kept_whole(line: str) -> None:
    store = stored(line)
    assert rows(store)[0]["_raw"] == line
    assert fields(store) == [extracted(line) if line.endswith("}") else {}]
    store.close()


def test_ten_thousand_keys_are_all_read_and_hide_no_frequent_field_after_them() -> None:
    many = {f"k{number}": number for number in range(10_000)}
    store = stored("first", json.dumps(many))
    assert fields(store)[1] == many
    later = [json.dumps({"later": number}) for number in range(300)]
    for start in range(0, 300, 20):
        store.ingest(later[start : start + 20])
    assert [row["later"] for row in fields(store)[2:]] == list(range(300))
    store.close()


def test_bytes_that_are_no_utf8_are_repaired_and_counted() -> None:
    body = b'{"a":"\xff\xfeb"}\n{"a":"ok"}\ncut \xc3\n'
    decoded = PROTOCOLS["native"]().decode(Payload(body=body))
    assert [event.raw for event in decoded.events] == ['{"a":"\ufffd\ufffdb"}', '{"a":"ok"}']
    assert [(one.line, one.raw) for one in decoded.rejects] == [(3, "cut \ufffd")]
    assert decoded.repaired == 2
