"""Scripts of events: what a line means, what the places become, what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from lynxalert.events.script import ScriptError, duration, play, read

START = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)


def test_a_line_repeats_from_its_start_on() -> None:
    lines = read('{"at": "1m", "repeat": 3, "every": "2s", "source": "app", "event": "order {n} at {time}"}')
    assert [(one.at - START, one.event.raw, one.event.source) for one in play(lines, START)] == [
        (dt.timedelta(seconds=60), "order 1 at 2026-02-14T12:01:00Z", "app"),
        (dt.timedelta(seconds=62), "order 2 at 2026-02-14T12:01:02Z", "app"),
        (dt.timedelta(seconds=64), "order 3 at 2026-02-14T12:01:04Z", "app"),
    ]


def test_places_are_filled_inside_objects_and_in_any_form() -> None:
    lines = read('{"event": {"t": "{time:%d/%b/%Y:%H:%M:%S +0000}", "deep": ["{n}", 7]}}')
    assert play(lines, START)[0].event.raw == '{"t":"14/Feb/2026:12:00:00 +0000","deep":["1",7]}'


def test_lines_are_merged_in_order_of_time() -> None:
    lines = read('{"at": "3s", "event": "c"}\n\n{"repeat": 2, "every": "2s", "event": "a{n}"}')
    assert [one.event.raw for one in play(lines, START)] == ["a1", "a2", "c"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[1]", "script:1: a line is a JSON object"),
        ('{"event": "x"}\n{oops', "script:2: Expecting property name"),
        ('{"event": "x", "evry": "2s"}', "unknown key `evry`"),
        ('{"event": 7}', "`event` must be a text or an object"),
        ('{"event": "x", "repeat": 0}', "`repeat` must be a whole number"),
        ('{"event": "x", "at": "soon"}', "`soon` is no duration"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(ScriptError) as error:
        read(text)
    assert complaint in str(error.value)


def test_durations_add_up() -> None:
    assert duration("1h2m3s") == dt.timedelta(hours=1, minutes=2, seconds=3)
    assert duration("250ms") == dt.timedelta(milliseconds=250)
