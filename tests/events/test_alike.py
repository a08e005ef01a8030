"""Bodies of plain JSON lines stay columns: they must say what their events say one by one."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.events import Alike, Event, EventStore, Reject, destinations
from lynxalert.events.alike import by_source
from lynxalert.events.arrivals import Arrived, Cohort, Joined, decode, encode
from lynxalert.events.queue import load_of
from lynxalert.ingest import PROTOCOLS, Payload
from lynxalert.ingest.protocols.native import Native
from tests.events.stores import Standing, rows
from tests.events.test_together import OBJECTS

ORIGIN = Event("", "web", "nginx", None, "h1")


def alike(*raws: str) -> Alike:
    found = decoded("\n".join(raws))
    assert isinstance(found, Alike)
    return found


def decoded(body: str) -> Any:
    native = PROTOCOLS["native"]()
    assert isinstance(native, Native)
    query = {"index": "web", "source": "nginx", "host": "h1"}
    return native.decode(Payload(body.encode(), query=query)).events


def shown(events: Any) -> list[tuple[Any, ...]]:
    """Every field, the document too, which equality leaves out."""
    return [tuple(getattr(event, field.name) for field in dataclasses.fields(Event)) for event in events]


def test_it_is_a_sequence_of_events() -> None:
    events = alike('{"a":1}', '{"a":2}', '{"a":3}')
    assert events[1] == Event('{"a":2}', "web", "nginx", None, "h1")
    assert [event.document for event in events[1:]] == [{"a": 2}, {"a": 3}]
    assert (len(events), destinations(events), by_source(events)) == (3, {("web", "nginx")}, {"nginx": 3})
    assert (destinations(events[:0]), by_source(events[:0])) == (set(), {})


def test_a_record_of_the_log_is_the_same_either_way() -> None:
    events = alike('{"a":1}', '{"b":"\\u00e9"}')
    cohort, each = Cohort(7, events), [Arrived(7, event) for event in events]
    assert encode(cohort) == encode(each)
    assert load_of(cohort) == load_of(each)
    assert list(decode(encode(cohort))) == each
    assert list(cohort[1:]) == each[1:]
    joined = Joined([cohort, each])
    assert (len(joined), list(joined), joined[2], list(joined[1:3])) == (
        4,
        each * 2,
        each[0],
        [each[1], each[0]],
    )


@pytest.mark.parametrize(
    "body",
    [
        '{"a":1}\r\n{"a":2}',
        '{"a":1}\n\n{"a":2}',
        '{"a":1}\nno json',
        '{"a":1}\n[1]',
        '{"a":1}\n{"a":1e400}',
        '{"a":1}\n{"a":"\\ud83d"}',
        '{"a":\n1}',
        "\n".join(['{"a":1}', '{"a":' * 200 + "1" + "}" * 200]),
    ],
)
def test_what_is_unusual_is_read_line_by_line(body: str) -> None:
    assert not isinstance(decoded(body), Alike)


@given(st.lists(OBJECTS, min_size=1, max_size=24))
def test_columns_decode_as_lines_do(lines: list[str]) -> None:
    assert shown(decoded("\n".join(lines))) == shown(decoded("\r\n".join(lines)))


async def test_a_store_keeps_columns_as_it_keeps_events(tmp_path: pathlib.Path) -> None:
    lines = [f'{{"timestamp":"2026-11-21T11:59:{n:02d}.000Z","n":{n},"host":"own"}}' for n in range(40)]
    lines[7] = '{"time":"2026-11-21T10:00:00Z","n":{"m":1},"text":"a\\"b"}'
    found = []
    for number, events in enumerate((alike(*lines), list(alike(*lines)))):
        store = EventStore(tmp_path / f"{number}.duckdb", clock=Standing())
        store.start()
        await store.accept(events)
        await store.accept(events, [Reject(3, "bad", "line 3")])
        await store.flush()
        found.append(rows(store))
        assert (store.counters().stored, store.counters().dead_letters) == (80, 1)
        store.close()
    assert found[0] == found[1]
