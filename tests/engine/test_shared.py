"""Many alerts asked at once answer what each answers alone: `Engine.query` is the oracle, row for row."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine import Compiler, Engine, QueryFailed
from lynxalert.engine.shared import Added, Alone, Answer, Ask, Piece, Shared
from lynxalert.engine.shared.batch import Batch
from lynxalert.engine.shared.medley import Medley
from lynxalert.events import EventStore
from lynxalert.lang import QueryError
from lynxalert.plan import Result, TimeWindow
from lynxalert.plan.knowledge import Knowledge
from tests.fakes import FakeClock

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
MINUTE = TimeWindow(NOON - 60 * SECOND, NOON)

words = st.sampled_from(["a", "b", "A", "ab", "12", ""])
# Halves and quarters: whatever the order they are added in, the sum is the same.
numbers = st.one_of(st.integers(-3, 600), st.sampled_from([0.25, 1.5, -2.75, 12.0]))
mixed = st.one_of(words, numbers, st.booleans(), st.none(), st.lists(words, max_size=2))
events = st.fixed_dictionaries(
    {"at": st.integers(0, 90), "message": st.sampled_from(["boot a", "halt b12", "x"])},
    optional={"service": words, "status": st.integers(0, 5), "dur": numbers, "mix": mixed},
)

literals = st.sampled_from(['"a"', '"b"', '"12"', "3", "12", "1.5", "-2", '"1.5"', '""'])
searched = st.sampled_from(["a", "b", "/a/b", "A", "a*", "12", "3", "1.5", "zzz"])
signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
fields = st.sampled_from(["service", "status", "dur", "mix", "nowhere"])
by_clauses = st.sampled_from(["", " by service", " by mix", " by service, status", " by nowhere"])


@st.composite
def first_stages(draw: st.DrawFn) -> str:
    terms = [
        f"{draw(fields)}{draw(signs)}{draw(searched)}",
        f"{draw(fields)}={draw(searched)} {draw(fields)}={draw(searched)}",
        f"NOT {draw(fields)}={draw(searched)}",
        f"{draw(fields)} IN ({draw(searched)}, {draw(searched)})",
        f"({draw(fields)}={draw(searched)} OR {draw(fields)}>{draw(searched)})",
        "boot",
        "*",
        f"earliest=-{draw(st.integers(1, 90))}s {draw(fields)}={draw(searched)}",
        "earliest=-60s latest=-10s",
    ]
    return draw(st.sampled_from(terms))


@st.composite
def middle_stages(draw: st.DrawFn) -> str:
    return draw(
        st.sampled_from(
            [
                "",
                f"| where {draw(fields)}{draw(signs)}{draw(literals)}",
                f"| where {draw(fields)}={draw(literals)} AND {draw(fields)}>{draw(literals)}",
                f'| eval mix=if(status>={draw(st.integers(0, 5))}, "bad", mix)',
                "| eval dur=dur*2 | where isnotnull(dur)",
                f'| where _time > relative_time(now(), "-{draw(st.integers(5, 50))}s")',
                "| bin _time span=30s",
                f'| eval mix=strftime(_time, "%d %H"), service=lower(service) | search mix!={draw(searched)}',
            ]
        )
    )


@st.composite
def aggregations(draw: st.DrawFn) -> str:
    calls = [
        "count as n",
        f"count(eval(status>{draw(st.integers(0, 4))})) as n",
        f"sum(dur) as n, count as {draw(st.sampled_from(['c', 'count']))}",
        "avg(dur) as n, max(mix) as m, min(dur)",
        "dc(mix) as n, values(service) as v, list(status) as l",
        "p90(dur) as n, first(service) as f, latest(status) as s",
        "count(mix) as n, range(_time) as r",
    ]
    return f"| stats {draw(st.sampled_from(calls))}{draw(by_clauses)}"


@st.composite
def last_stages(draw: st.DrawFn) -> str:
    return draw(
        st.sampled_from(
            [
                "",
                f"| where n{draw(signs)}{draw(literals)}",
                f"| eval r=n*2 | where r>={draw(st.integers(-1, 9))} OR isnull(r)",
                f"| search n{draw(signs)}{draw(searched)}",
                "| sort - n | fields n",
                f"| head {draw(st.integers(1, 3))}",
                "| stats count",
            ]
        )
    )


queries = st.builds(" ".join, st.tuples(first_stages(), middle_stages(), aggregations(), last_stages()))
of_events = st.sampled_from(
    [
        "",
        "| where dur>=600",
        "| dedup service",
        "| sort 2 - dur | where dur>3",
        "| head 2",
        "| streamstats count as s by service | where s>1",
        "| fields service dur",
        "| rename service as s | table s status",
    ]
)
of_rows = st.builds(" ".join, st.tuples(first_stages(), middle_stages(), of_events))
windows = st.builds(
    lambda end, length, over: TimeWindow(NOON + (end - length) * SECOND, NOON + end * SECOND, over),
    st.sampled_from([0, 0, -5, 30]),
    st.sampled_from([60, 60, 20, 90]),
    st.sampled_from(["_time", "_time", "_indextime"]),
)
asks = st.builds(
    lambda text, window, zone: Ask(text, window, window.end or NOON, zone),
    st.one_of(queries, of_rows),
    windows,
    st.sampled_from(["UTC", "UTC", "America/New_York"]),
)


@st.composite
def shapes(draw: st.DrawFn) -> list[Ask]:
    """Alerts with much in common: one text, its constants and windows drawn anew."""
    text = draw(queries)
    parts = st.sampled_from(["a", "b", "12"])
    return [
        Ask(text.replace('"a"', f'"{draw(parts)}"').replace("=a ", f"={draw(parts)} "), window, NOON)
        for window in draw(st.lists(windows, min_size=2, max_size=4))
    ]


def engine_of(found: Sequence[dict[str, Any]], sources: int = 1) -> Engine:
    """An engine over *found*, which came in two parts, half a minute apart."""
    clock = FakeClock(NOON - 50 * SECOND)
    store = EventStore(clock=clock)
    records = [
        {"timestamp": (NOON + (event["at"] - 90) * SECOND).isoformat()}
        | {name: value for name, value in event.items() if name != "at"}
        for event in found
    ]
    for part in range(2):
        clock.tick(part * 30 * SECOND)
        for number in range(sources):
            store.ingest(records[part::2][number::sources], source=str(number))
    return Engine(store)


def answers(shared: Shared, asked: Sequence[Ask]) -> dict[int, Answer]:
    wrong, pieces = shared.sort(asked)
    found = dict(wrong)
    for piece in pieces:
        found.update(shared.answer(piece))
    return found


def told(answer: Answer, engine: Engine, ask: Ask) -> object:
    if answer is None:  # there are rows, which nobody has read yet
        answer = engine.query(ask.text, now=ask.now, window=ask.window, timezone=ask.timezone)
        assert answer.rows
    if not isinstance(answer, Result):
        return str(answer)
    rows = [{name: rounded(value) for name, value in row.items()} for row in answer.rows]
    return answer.columns, answer.types, rows, answer.truncated, answer.warnings, answer.window


def rounded(value: object) -> object:
    """Sums are told to the digits that do not depend on the order of adding."""
    return float(f"{value:.12g}") if isinstance(value, float) and math.isfinite(value) else value


def alone(engine: Engine, ask: Ask) -> object:
    try:
        found = engine.query(ask.text, now=ask.now, window=ask.window, timezone=ask.timezone)
        return told(found, engine, ask)
    except (QueryError, QueryFailed) as error:
        return str(error)


@given(
    st.lists(events, max_size=25), st.lists(asks, min_size=1, max_size=4), shapes(), st.sampled_from([1, 2])
)
def test_each_answers_as_if_it_were_alone(
    found: list[dict[str, Any]], some: list[Ask], alike: list[Ask], sources: int
) -> None:
    engine = engine_of(found, sources)
    asked = [*some, *alike, some[0]]
    together = answers(Shared(engine), asked)
    assert sorted(together) == list(range(len(asked)))
    for place, ask in enumerate(asked):
        assert told(together[place], engine, ask) == alone(engine, ask), ask.text


EVENTS: list[dict[str, Any]] = [
    {"at": place, "message": "x", "service": "ab"[place % 2], "status": place % 5, "dur": place / 4}
    for place in range(90)
]


def counted(service: str, least: int, field: str = "service") -> Ask:
    return Ask(f"{field}={service} | stats count as n | where n > {least}", MINUTE, NOON)


def batches(shared: Shared, asked: Sequence[Ask]) -> list[int]:
    """How many asks each reading of the events answers."""
    pieces = [whole(piece) for piece in shared.sort(asked)[1]]
    return [
        1 if isinstance(piece, Alone) else len(piece.members if isinstance(piece, Batch) else piece.strands)
        for piece in pieces
    ]


def whole(piece: Piece) -> Batch | Medley | Alone:
    return piece.batch if isinstance(piece, Added) else piece


def test_what_differs_in_constants_is_read_once() -> None:
    shared = Shared(engine_of(EVENTS))
    assert batches(shared, [counted("a", 3), counted("b", 4), counted("zzz", 5)]) == [3]
    assert batches(shared, [counted("a", 3), counted("a", 3, "status")]) == [1, 1]


def test_thresholds_over_the_same_events_share_one_probe() -> None:
    shared = Shared(engine_of(EVENTS))
    asked = [Ask(f"status>=3 | stats count by service | where count>{n}", MINUTE, NOON) for n in range(20)]
    assert batches(shared, asked) == [20]
    assert [len(answer.rows) for answer in answers(shared, asked).values() if isinstance(answer, Result)] == [
        *[2] * 12,
        *[0] * 8,
    ]


def test_a_count_of_nothing_is_a_row_with_zero() -> None:
    shared = Shared(engine_of(EVENTS))
    asked = [Ask(f"service={name} | stats count, max(dur) as m", MINUTE, NOON) for name in ("a", "no", "nil")]
    found = [answer.rows for answer in answers(shared, asked).values() if isinstance(answer, Result)]
    assert found == [[{"count": 30, "m": 22}], [{"count": 0, "m": None}], [{"count": 0, "m": None}]]


def test_ranges_that_no_equality_finds_are_read_in_lots() -> None:
    engine = engine_of(EVENTS)
    asked = [Ask(f"dur>{n / 4} | stats count", MINUTE, NOON) for n in range(70)]
    shared = Shared(engine, most_parts=0)
    assert sorted(batches(shared, asked)) == [6, 64]
    for place, answer in answers(shared, asked).items():
        assert told(answer, engine, asked[place]) == alone(engine, asked[place])


def test_whole_events_are_counted_together_before_they_are_read() -> None:
    engine = engine_of(EVENTS)
    shared = Shared(engine)
    asked = [Ask(f"service={name} status>=3", MINUTE, NOON) for name in ("a", "no", "nil")]
    assert batches(shared, asked) == [3]
    found = answers(shared, asked)
    assert [None if each is None else told(each, engine, asked[0]) for each in found.values()] == [
        None,
        *(alone(engine, ask) for ask in asked[1:]),
    ]


def test_events_in_an_order_are_counted_before_they_are_read() -> None:
    engine = engine_of(EVENTS)
    asked = [Ask(f"service=a | dedup status | where dur > {n}", MINUTE, NOON) for n in (1, 9999)]
    for place, answer in answers(Shared(engine), asked).items():
        assert told(answer, engine, asked[place]) == alone(engine, asked[place])
    wrong = Ask("earliest=2026-99-99 service=a | dedup status", MINUTE, NOON)
    (error,) = answers(Shared(engine), [wrong]).values()
    assert str(error) == alone(engine, wrong)


def test_what_looks_at_several_rows_stands_alone() -> None:
    shared = Shared(engine_of(EVENTS))
    pieces = shared.sort([Ask(f"service=a | head {n} | stats count", MINUTE, NOON) for n in (1, 2)])[1]
    assert [type(piece) for piece in pieces] == [Alone, Alone]


def test_a_wrong_query_hurts_nobody_else() -> None:
    shared = Shared(engine_of(EVENTS))
    found = answers(shared, [counted("a", 3), Ask("service=a | stats cuont", MINUTE, NOON), counted("b", 3)])
    assert isinstance(found[1], QueryError)
    assert all(isinstance(found[place], Result) for place in (0, 2))


def test_a_batch_that_fails_is_cut_until_the_culprit_stands_alone() -> None:
    """More rows than a reading may have: those of one alert alone do not take the others' answers away."""
    engine = engine_of(EVENTS)
    shared = Shared(engine, most_rows=40)
    asked = [
        Ask(f"service={name} | stats count by dur, status | where count<{n}", MINUTE, NOON)
        for name in ("a", "b", "no")
        for n in (1, 9)
    ]
    assert batches(shared, asked) == [6]
    for place, answer in answers(shared, asked).items():
        assert told(answer, engine, asked[place]) == alone(engine, asked[place])


def test_fields_that_move_between_sorting_and_reading_are_read_where_they_are() -> None:
    store = EventStore()
    engine = Engine(store)
    store.ingest([{"timestamp": (NOON - SECOND).isoformat(), "service": "a", "mix": 1}] * 3)
    shared = Shared(engine)
    asked = [Ask(f"service=a mix={n} | stats count", MINUTE, NOON) for n in (1, 2)]
    pieces = shared.sort(asked)[1]
    store.ingest([{"timestamp": (NOON - SECOND).isoformat(), "service": "a", "mix": "2", "more": 1}])
    found = dict(pair for piece in pieces for pair in shared.answer(piece))
    assert [answer.rows for answer in found.values() if isinstance(answer, Result)] == [
        [{"count": 3}],
        [{"count": 1}],
    ]


@given(st.lists(events, min_size=1, max_size=12), st.lists(events, min_size=1, max_size=12), shapes())
def test_what_was_learnt_stays_right_while_fields_come_and_change(
    before: list[dict[str, Any]], after: list[dict[str, Any]], asked: list[Ask]
) -> None:
    """New fields, wider fields, another stream: an alert is learnt anew when that concerns it, and not otherwise."""
    engine = engine_of(before)
    shared = Shared(engine)
    answers(shared, asked)
    store = engine.source
    assert isinstance(store, EventStore)
    for number, event in enumerate(after):
        at = (NOON + (event["at"] - 90) * SECOND).isoformat()
        record = {name: value for name, value in event.items() if name != "at"}
        store.ingest([{"timestamp": at, **record, f"new{number}": number}], source=str(number % 2))
    together = answers(shared, asked)
    for place, ask in enumerate(asked):
        assert told(together[place], engine, ask) == alone(engine, ask), ask.text


def test_a_field_that_nobody_mentions_makes_nobody_learn() -> None:
    engine = engine_of(EVENTS)
    shared = Shared(engine)
    asked = [counted("a", 1), counted("b", 2)]
    (before,) = map(whole, shared.sort(asked)[1])
    store = engine.source
    assert isinstance(store, EventStore)
    version = store.catalog().version
    store.ingest([{"timestamp": NOON.isoformat(), "unheard": 1}], source="0")
    assert store.catalog().version > version
    (after,) = map(whole, shared.sort(asked)[1])
    assert isinstance(before, Batch)
    assert isinstance(after, Batch)
    assert after.members[0].known.footing is before.members[0].known.footing
    assert after.members[0].known.version > version


def test_other_macros_make_another_query_of_the_same_text() -> None:
    engine = engine_of(EVENTS)
    shared = Shared(engine)
    asked = [Ask(f"`few` | stats count by service | where count>{n}", MINUTE, NOON) for n in (1, 2)]
    for definition, services in (("service=a", ["a"]), ("service=b", ["b"]), ("status>=0", ["a", "b"])):
        engine.compiler = Compiler(Knowledge({"few": definition}))
        for place, answer in answers(shared, asked).items():
            assert told(answer, engine, asked[place]) == alone(engine, asked[place])
            assert isinstance(answer, Result)
            assert sorted(str(row["service"]) for row in answer.rows) == services


class Counting(Engine):
    """An engine that counts the queries that it is asked one by one."""

    asked = 0

    def query(self, *given: Any, **more: Any) -> Result:
        self.asked += 1
        return super().query(*given, **more)


@pytest.mark.parametrize("index", ["main", "later"])
def test_where_no_event_has_come_yet_one_reading_says_so_to_all(index: str) -> None:
    store = EventStore(clock=FakeClock(NOON))
    if index == "later":
        store.ingest([{"timestamp": NOON.isoformat(), "service": "a"}])
    engine = Counting(store)
    texts = (
        "dur>{} | stats count",
        "service=a | stats count by host | where count>{}",
        "service={} dur>1",
    )
    asked = [Ask(f"index={index} {text.format(n)}", MINUTE, NOON) for text in texts for n in (5, 6, 7)]
    found = answers(Shared(engine), asked)
    assert engine.asked == 0
    for place, answer in found.items():
        assert told(answer, engine, asked[place]) == alone(engine, asked[place])
