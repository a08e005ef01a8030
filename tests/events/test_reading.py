from __future__ import annotations

import datetime as dt
import json
import math
import pathlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.clock import rfc3339
from lynxalert.events import Event, Unreadable
from lynxalert.events.extract import Reading, flatten, instant, micros, read
from tests import goldens

NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def reading(raw: str, **given: str | None) -> Reading:
    return read(Event(raw, sourcetype=given.get("sourcetype"), host=given.get("host")), micros(NOON))


def shown(found: Reading) -> str:
    time = "(arrival)" if instant(found.time) == NOON else rfc3339(instant(found.time))
    parts = [time, *([f"host={found.host}"] if found.host is not None else [])]
    parts.append(json.dumps(found.fields, ensure_ascii=False))
    return " ".join(parts) + ("" if found.text is None else f"  text={found.text!r}")


@goldens.parametrize("protocols/fields")
def test_fields_times_and_hosts(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = goldens.load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    given = {name: case.get(name) or None for name in ("sourcetype", "host")}
    case.expect("readings", "\n".join(shown(reading(line, **given)) for line in case["lines"].splitlines()))


def test_an_explicit_time_wins() -> None:
    explicit = dt.datetime(2020, 1, 1, 1, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    found = read(Event('{"timestamp":"2026-02-10T08:12:03Z"}', time=explicit), micros(NOON))
    assert instant(found.time) == dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def test_fields_beside_the_text_win_over_those_in_it() -> None:
    event = Event('{"a":1,"b":{"c":2}}', fields={"a": 9, "b": {"c": 8}, "host": "h", "source": "s"})
    found = read(event, micros(NOON))
    assert found.fields == {"a": 9, "b.c": 8, "extracted_source": "s"}
    assert found.host == "h"


@pytest.mark.parametrize("opening", ['{"a":', '{"a":[1,'])
def test_an_event_nested_200_levels_deep_is_unreadable(opening: str) -> None:
    brackets = ["}" if bracket == "{" else "]" for bracket in opening if bracket in "{["]
    closing = "".join(reversed(brackets))
    for levels, fits in ((199, True), (200, False), (3_000, False)):
        times = levels // len(closing) + (levels % len(closing) > 0)
        raw = opening * times + "1" + closing * times
        if fits and times * len(closing) < 200:
            assert reading(raw).fields
        else:
            with pytest.raises(Unreadable, match="nested 200 levels deep"):
                reading(raw)


def test_a_number_of_ten_thousand_digits_is_no_value() -> None:
    assert reading('{"a":%s,"b":1}' % ("9" * 10_000)).fields == {"b": 1}


def test_reading_is_the_same_with_and_without_the_document_at_hand() -> None:
    raw = '{"a":[1,{"b":"\\u00e9"}],"n":18446744073709551616,"d":{"e":1.10}}'
    assert read(Event(raw), 0) == read(Event(raw, document=json.loads(raw)), 0)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=2)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["a", "b", "a.b", "a{}", "b{}.a", ""]),
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner, max_size=3)
        ),
        max_leaves=8,
    ),
)


def leaves(name: str, value: Any) -> list[tuple[str, list[Any]]]:
    """Each place of *value* by its dotted name, as a list; written to be obvious."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(f"{name}.{key}", inner)]
    if isinstance(value, list):
        gathered: dict[str, list[Any]] = {}
        for item in value:
            own = dict(leaves(f"{name}{{}}", item))
            for found, items in own.items():
                gathered.setdefault(found, []).extend(items)
        return list(gathered.items())
    return [] if value is None or value in (math.inf, -math.inf) or value != value else [(name, [value])]  # noqa: PLR0124


@given(DOCUMENTS)
def test_flattening_is_what_it_says(document: dict[str, Any]) -> None:
    expected: dict[str, Any] = {}
    for key, value in document.items():
        for name, items in leaves(key, value):
            expected[name] = items[0] if len(items) == 1 else items
    assert flatten(document) == expected
