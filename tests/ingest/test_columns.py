"""Bodies read column by column say what they say event by event, in the order of each stream."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.events import Alike, Event, Grouped
from lynxalert.events.arrivals import Arrived, Cohort, Joined, decode, encode
from lynxalert.events.extract import micros
from lynxalert.events.read import read_batch
from lynxalert.events.streams import Streams
from lynxalert.ingest import PROTOCOLS, Decoded, Payload
from lynxalert.ingest.columns import FEWEST
from tests.events.stores import NOON
from tests.events.test_together import OBJECTS, WORDS

TEXTS = st.sampled_from(["a", "", " ", "b c", "2026-11-21T12:00:00.5Z", "1763726400", '}{"x":1', '} {"'])
STAMPS = st.sampled_from(
    [
        *('"2026-11-21T12:00:00.123Z"', '"2026-11-21T13:00:00.5+01:00"', '"2026-11-21T12:00:60Z"'),
        *("1763726400.25", "1763726400123", "5", '""', "null", '"1763726400"', '"yesterday"', "true", "-0"),
        "18446744073709551616",
    ]
)
NAMES = st.sampled_from(['"n1"', '"n2"', "null", '" "', "7", '"x/y"'])


def decoded(name: str, body: str, **given: Any) -> Decoded:
    found = PROTOCOLS[name]().decode(Payload(body.encode(), **given))
    assert isinstance(found, Decoded)
    return found


def shown(events: Iterable[Event]) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """Every field of every event, the document too, with its type; by stream."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for event in events:
        values = tuple(repr(getattr(event, field.name)) for field in dataclasses.fields(Event))
        found.setdefault((event.index, event.sourcetype or event.source), []).append(values)
    return found


@st.composite
def mostly(draw: st.DrawFn, usual: st.SearchStrategy[str], odd: st.SearchStrategy[str]) -> list[str]:
    """Many of the usual form, and sometimes one of another."""
    found = draw(st.lists(usual, min_size=FEWEST, max_size=FEWEST + 8))
    if draw(st.booleans()):
        found[draw(st.integers(0, len(found) - 1))] = draw(odd)
    return found


def members(**values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Objects with some of these members."""
    chosen = st.fixed_dictionaries({}, optional=values)
    return chosen.map(lambda one: "{" + ",".join(f'"{name}":{value}' for name, value in one.items()) + "}")


def said(name: str, value: str) -> st.SearchStrategy[str]:
    return st.just(f'{{"event":{{"n":1}},"{name}":{value}}}')


ENVELOPES = members(
    event=OBJECTS | TEXTS.map(json.dumps) | st.just('{"n":1}'),
    time=STAMPS,
    host=NAMES,
    source=NAMES,
    sourcetype=NAMES,
    index=NAMES,
    fields=members(a=WORDS | STAMPS, host=WORDS, b=st.sampled_from(["[1,2]", '{"c":1}', "1e400"])) | NAMES,
)
USUAL_ENVELOPES = st.builds(
    lambda event, time, host, source: f'{{"time":{time},"host":{host},"source":{source},"event":{event}}}',
    OBJECTS,
    st.sampled_from(["1763726400.25", "1763726401", '"1763726402.125"']),
    st.sampled_from(['"h1"', '"h2"', "null"]),
    st.sampled_from(['"s1"', '"s2"']),
)


@given(mostly(USUAL_ENVELOPES, ENVELOPES), st.sampled_from(["", "\n", "\r\n\r\n", " ", "array"]))
def test_envelopes(envelopes: list[str], between: str) -> None:
    body = f"[{','.join(envelopes)}]" if between == "array" else between.join(envelopes)
    together = decoded("hec", body)
    alone: list[Event] = []
    for envelope in envelopes:
        found = decoded("hec", envelope)
        alone += found.events
        if not found.events:
            break
    assert shown(together.events) == shown(alone)


@pytest.mark.parametrize("between", ["", "\n", "\r\n"])
def test_usual_envelopes_are_columns(between: str) -> None:
    envelopes = [
        json.dumps({"time": 1763726400 + n, "event": {"n": n}, "fields": {"a": "x"}}) for n in range(9)
    ]
    assert isinstance(decoded("hec", between.join(envelopes)).events, Alike)
    envelopes += [json.dumps({"event": f"text {n}", "source": f"s{n % 3}"}) for n in range(9)]
    found = decoded("hec", between.join(envelopes)).events
    assert isinstance(found, Grouped)
    assert [len(group) for group in found.groups] == [9, 3, 3, 3]


def test_what_stands_between_envelopes_may_stand_in_a_text() -> None:
    envelopes = ['{"event":"a}{"}', '{"event":"b} {"}', '{"event":{"}{":"}{"}}'] * FEWEST
    assert [event.raw for event in decoded("hec", "".join(envelopes)).events] == [
        "a}{",
        "b} {",
        '{"}{":"}{"}',
    ] * FEWEST


ACTIONS = st.sampled_from(
    [
        '{"index":{}}',
        '{"create":{"_index":"web"}}',
        '{"index":{"_id":"7"}}',
        '{"index":{"_index":"no/name"}}',
        '{"update":{"_id":"7"}}',
        '{"delete":{"_id":"7"}}',
        "{}",
    ]
)
USUAL_ACTIONS = st.sampled_from(['{"index":{}}', '{"create":{"_index":"web"}}', '{"index":{"_id":"7"}}'])
DOCUMENTS = (
    members(
        host=NAMES | st.just('{"name":"h3"}') | st.just('{"hostname":"h4"}'),
        source=NAMES,
        log=st.just('{"file":{"path":"/var/log/x"}}'),
        sourcetype=NAMES,
        **{"@timestamp": STAMPS, "log.file.path": NAMES, "hostname": NAMES},
    )
    | OBJECTS
)


@given(
    mostly(
        st.tuples(USUAL_ACTIONS, DOCUMENTS).map("\n".join),
        st.tuples(ACTIONS, DOCUMENTS | st.sampled_from(["", "no json", "[1]", '{"a":\r1}'])).map("\n".join),
    )
)
def test_bulk(pairs: list[str]) -> None:
    body = "\n".join(pairs)
    together, alone = decoded("elasticsearch", body), decoded("elasticsearch", body.replace("\n", "\r\n"))
    assert shown(together.events) == shown(alone.events)
    assert together.rejects == alone.rejects
    assert together.items == alone.items  # type: ignore[attr-defined]


def test_a_usual_bulk_is_columns() -> None:
    lines = [
        f'{{"index":{{"_id":"{n}"}}}}\n{{"@timestamp":"2026-11-21T12:00:00.{n:03d}Z","n":{n}}}'
        for n in range(9)
    ]
    found = decoded("elasticsearch", "\n".join(lines) + "\n").events
    assert isinstance(found, Alike)
    assert [event.fields for event in found] == [{"_id": str(n)} for n in range(9)]
    assert [event.time for event in found][3] == NOON.replace(microsecond=3000)


ENTRIES = st.tuples(
    STAMPS | st.just('"1763726400123456789"'),
    (TEXTS | OBJECTS).map(json.dumps) | NAMES,
    st.sampled_from(["", ",{}", ',{"trace":"x"}', ",7"]),
).map(lambda parts: f"[{parts[0]},{parts[1]}{parts[2]}]")
USUAL_ENTRIES = st.tuples(
    st.integers(10**8, 2**63 + 10**9).map(lambda number: f'"{number:019d}"'),
    (st.sampled_from(["a b\n", "x=1 y"]) | OBJECTS).map(json.dumps),
).map(lambda parts: f"[{parts[0]},{parts[1]}]")
LABELS = st.sampled_from(
    [{}, {"job": "j"}, {"host": "h", "env": "prod"}, {"sourcetype": "t", "n": 7, "source": "s"}]
).map(json.dumps)


@given(st.lists(st.tuples(LABELS, mostly(USUAL_ENTRIES, ENTRIES)), min_size=1, max_size=2))
def test_streams_of_loki(streams: list[tuple[str, list[str]]]) -> None:
    def push(*some: tuple[str, list[str]]) -> Decoded:
        parts = [f'{{"stream":{labels},"values":[{",".join(entries)}]}}' for labels, entries in some]
        return decoded("loki", f'{{"streams":[{",".join(parts)}]}}', content_type="application/json")

    alone = [push((labels, [entry])) for labels, entries in streams for entry in entries]
    together = push(*streams)
    assert shown(together.events) == shown(event for one in alone for event in one.events)
    assert len(together.rejects) == sum(len(one.rejects) for one in alone)


def test_usual_streams_are_columns() -> None:
    entries = [[f"17637264001234567{n:02d}", f'{{"n":{n}}}'] for n in range(9)]
    streams = [{"stream": {"job": name}, "values": entries} for name in ("a", "b")]
    found = decoded("loki", json.dumps({"streams": streams}), content_type="application/json").events
    assert isinstance(found, Grouped)
    assert [(group.origin.source, group.times) for group in found.groups] == [
        (name, [1763726400123456] * 9) for name in ("a", "b")
    ]


EVENTS = st.builds(
    Event,
    OBJECTS | st.just("plain a=1"),
    index=st.just("web"),
    source=st.sampled_from(["s1", "s2"]),
    sourcetype=st.sampled_from(["t1", "t2"]),
    host=st.sampled_from([None, "h1", "h2"]),
    time=st.sampled_from([None, NOON]),
    fields=st.sampled_from([{}, {"a": 7, "c": None}, {"b": {"c": 2**70}, "host": "x"}]),
)


@given(st.lists(EVENTS, min_size=1, max_size=40))
def test_columns_are_logged_and_read_as_events_are(events: list[Event]) -> None:
    by_type = {
        event.sourcetype: [one for one in events if one.sourcetype == event.sourcetype] for event in events
    }
    groups = Grouped(
        [
            Alike(
                [one.raw for one in own],
                [one.document for one in own],
                Event("", "web", "", sourcetype),
                [one.source for one in own],
                [one.host for one in own],
                [None if one.time is None else micros(one.time) for one in own],
                [one.fields for one in own],
            )
            for sourcetype, own in by_type.items()
        ]
    )
    assert shown(groups) == shown(events)
    batch = Joined([Cohort(7, group) for group in groups.groups])
    logged = [arrived.item for arrived in decode(encode(batch))]
    assert [dataclasses.replace(one, document=None) for one in logged if isinstance(one, Event)] == list(
        groups
    )
    halves = Joined([batch[: len(events) // 2], batch[len(events) // 2 :]])
    together, apart = (
        read_batch(halves, Streams()),
        read_batch([Arrived(7, one) for one in groups], Streams()),
    )
    assert together.refused == apart.refused
    for address, group in apart.groups.items():
        found = together.groups[address]
        assert repr(found.readings) == repr(group.readings)
        assert (found.given.sources, found.given.places) == (group.given.sources, group.given.places)
