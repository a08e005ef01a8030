"""Both ways to read, event by event: many at once against one alone, on JSON that parsers disagree on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.events import Event, Unreadable
from lynxalert.events.extract import Given, Reading, document_of, micros, read, read_together
from lynxalert.events.extract.together import FEWEST
from tests.events.stores import NOON

ARRIVAL = micros(NOON)
NUMBERS = st.sampled_from(
    [
        "0",
        "-0",
        "-0.0",
        "1",
        "1.0",
        "1.7",
        "1e2",
        "9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "9223372036854775808.0",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1e30",
        "1e400",
        "111111111111111111111111111111111111111111111111111111111111",
    ]
)
WORDS = st.sampled_from(
    ['""', '"1"', '"true"', '"é"', '"a\\"b"', '"\\u0000"', '"\\ud83d"', '"2026-02-14T10:00:00Z"']
)
SCALARS = NUMBERS | WORDS | st.sampled_from(["null", "true", "false"])
KEYS = st.sampled_from(
    ["a", "b", "a.b", "A", "", "host", "source", "_time", "extracted_source", "time", "a{}", "\\u0061"]
)


def listed(items: list[str]) -> str:
    return f"[{','.join(items)}]"


def written(members: list[tuple[str, str]]) -> str:
    """An object as JSON; keys may stand in it twice."""
    return "{" + ",".join(f'"{key}":{value}' for key, value in members) + "}"


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(listed) | st.lists(st.tuples(KEYS, inner), max_size=3).map(written)
    ),
    max_leaves=5,
)
OBJECTS = st.lists(st.tuples(KEYS, VALUES), max_size=6).map(written)
EXTRAS = st.sampled_from([{}, {}, {}, {"a": 7}, {"host": "x"}, {"b": {"c": 2**70}}])


@st.composite
def alike(draw: st.DrawFn) -> list[Event]:
    """Events that mostly share their keys, as those of one stream do, with odd ones among them."""
    usual = draw(st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=6))
    events = []
    for _ in range(draw(st.integers(FEWEST, FEWEST + 8))):
        raw = written([(key, draw(VALUES) if draw(st.booleans()) else value) for key, value in usual])
        if draw(st.integers(0, 4)) == 0:
            raw = draw(OBJECTS | st.sampled_from(["a=1 b=2", "plain", '{"a":', "[1]"]))
        host = draw(st.sampled_from([None, None, "sender"]))
        events.append(Event(raw, host=host, time=draw(st.sampled_from([None, NOON])), fields=draw(EXTRAS)))
    return events


def exactly(value: Any) -> Any:
    """With its type: 1, 1.0, true and -0.0 are told apart."""
    return [exactly(one) for one in value] if isinstance(value, list) else (type(value), repr(value))


def side_by_side(events: list[Event]) -> Given:
    given = Given()
    for event in events:
        given.add(event, ARRIVAL, document_of(event))
    return given


def both_ways(events: list[Event]) -> None:
    found = read_together(side_by_side(events))
    for row, event in enumerate(events):
        fields = {name: column[row] for name, column in found.columns.items() if column[row] is not None}
        assert fields.keys().isdisjoint(found.rest[row])
        fields |= found.rest[row]
        together = Reading(found.times[row], found.hosts[row], fields, found.texts[row])
        alone = read(event, ARRIVAL)
        assert together[:2] == alone[:2], event.raw
        assert together.text == alone.text, event.raw
        assert {k: exactly(v) for k, v in fields.items()} == {
            k: exactly(v) for k, v in alone.fields.items()
        }, event


@given(alike())
def test_many_at_once_read_as_each_alone(events: list[Event]) -> None:
    both_ways(events)


@pytest.mark.parametrize(
    "odd",
    [
        '{"a":[1,2],"b":{"c":1}}',
        '{"a":{"x":1},"b":2}',
        '{"b":{"c":9},"b.c":1}',
        '{"b.c":1,"b":{"c":9}}',
        '{"a":1,"b":{"c":18446744073709551616}}',
        '{"a":1.5e300,"b":{"c":1}}',
        '{"a":1,"source":"mine","host":true}',
        '{"a":1,"extracted_host":1,"host":true}',
        '{"a":null,"b":null,"z":{"y":[{"x":1},{"x":2}]}}',
        "{}",
        "no json at all a=5",
    ],
)
def test_one_odd_event_among_many(odd: str) -> None:
    usual = Event('{"a":1,"b":{"c":"x"},"host":"h"}')
    both_ways([usual] * FEWEST + [Event(odd)] + [usual] * FEWEST)


def test_the_usual_is_read_at_once() -> None:
    events = [
        Event(json.dumps({"n": n, "b": {"c": 1.5}, "rare": 1} if n == 7 else {"n": n, "b": {"c": 1.5}}))
        for n in range(40)
    ]
    found = read_together(side_by_side(events))
    assert found.columns == {"n": list(range(40)), "b.c": [1.5] * 40}
    assert [row for row, rest in enumerate(found.rest) if rest] == [7]


def test_depth_is_refused_in_either_way() -> None:
    with pytest.raises(Unreadable):
        document_of(Event('{"a":' * 200 + "1" + "}" * 200))
    both_ways([Event('{"a":' * 150 + f"{n}" + "}" * 150) for n in range(FEWEST)])
