"""Windows added up from parts say what reading them whole says: tick by tick, while events come late, go, and change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine import Engine
from lynxalert.engine.shared import Ask, Shared
from lynxalert.engine.shared.grid import SECOND as MICROS
from lynxalert.engine.shared.grid import Stretch, common_grain, stretch
from lynxalert.events import EventStore
from lynxalert.plan import TimeWindow
from tests.engine.test_shared import (
    NOON,
    SECOND,
    alone,
    answers,
    by_clauses,
    events,
    first_stages,
    last_stages,
    middle_stages,
    told,
)
from tests.fakes import FakeClock

MINUTE = 60 * SECOND


@st.composite
def summed(draw: st.DrawFn) -> str:
    """Queries that have parts, most of them."""
    calls = [
        "count as n, sum(status) as s, avg(dur) as a",
        "sum(dur) as n, avg(status) as a",
        "max(dur) as n, min(mix) as m, max(service) as x",
        f"count(eval(status>{draw(st.integers(0, 4))})) as n, count(mix) as c",
        "range(status) as n, sumsq(status) as q, avg(mix) as a",
        "dc(service) as n, count",
    ]
    aggregation = f"| stats {draw(st.sampled_from(calls))}{draw(by_clauses)}"
    return " ".join([draw(first_stages()), draw(middle_stages()), aggregation, draw(last_stages())])


@st.composite
def crowds(draw: st.DrawFn) -> list[str]:
    """Alerts of one shape or two, their constants drawn anew."""
    found = []
    for text in draw(st.lists(summed(), min_size=1, max_size=2)):
        for _ in range(draw(st.integers(1, 3))):
            word, number = draw(st.sampled_from(["a", "b", "12"])), draw(st.integers(0, 9))
            found.append(
                text.replace('"a"', f'"{word}"').replace("=a ", f"={word} ").replace(">3", f">{number}")
            )
    return found


ticks = st.fixed_dictionaries(
    {
        "later": st.sampled_from([5, 5, 10, 30, 0, 200, -60]),  # seconds since the tick before
        "events": st.lists(events, max_size=8),  # `at`: up to ninety seconds before
        "length": st.sampled_from([30, 60, 60, 90]),
        "odd": st.sampled_from([0, 0, 0, 0.5, 2]),  # off the grid, in seconds
        "again": st.sampled_from([0, 0, 30, 600]),  # a slot that long ago is judged again as well
        "over": st.sampled_from(["_time", "_time", "_indextime"]),
        "erased": st.sampled_from([0, 0, 0, 0, 70, 20]),  # seconds of events to keep
        "restart": st.sampled_from([False, False, False, True]),
    }
)


@given(
    crowds(),
    st.lists(ticks, min_size=2, max_size=5),
    st.sampled_from([2**20, 2**20, 3_000]),
    st.integers(1, 2),
)
def test_every_tick_says_what_whole_windows_say(
    texts: list[str], story: list[dict[str, Any]], most_parts: int, sources: int
) -> None:
    clock = FakeClock(NOON)
    store = EventStore(clock=clock)
    engine = Engine(store)
    shared = Shared(engine, most_parts=most_parts, least_spared=0)
    for number, tick in enumerate(story):
        clock.tick(max(0, tick["later"]) * SECOND)
        now = NOON + int((clock.now() - NOON).total_seconds() + min(0, tick["later"])) * SECOND
        for source in range(sources):
            store.ingest(records(tick["events"][source::sources], clock.now(), number), source=str(source))
        if tick["erased"]:
            store.retain({"main": now - tick["erased"] * SECOND})
        if tick["restart"]:
            shared = Shared(engine, most_parts=most_parts, least_spared=0)
        at = now + tick["odd"] * SECOND
        slots = [at, at - tick["again"] * SECOND] if tick["again"] else [at]
        asked = [
            Ask(text, TimeWindow(slot - tick["length"] * SECOND, slot, tick["over"]), slot)
            for slot in slots
            for text in texts
        ]
        together = answers(shared, asked)
        for place, ask in enumerate(asked):
            assert told(together[place], engine, ask) == alone(engine, ask), (number, ask)


def records(found: Sequence[dict[str, Any]], now: dt.datetime, number: int) -> list[dict[str, Any]]:
    made = []
    for event in found:
        at = now + (event["at"] - 90) * SECOND
        made.append(
            {"timestamp": at.isoformat(), f"new{number}": 1}
            | {name: value for name, value in event.items() if name != "at"}
        )
    return made


class Ticks:
    """A store, alerts over the last minute of it, and a check of every answer against reading the window whole."""

    def __init__(self, *texts: str, most_parts: int = 2**20, kind: type[EventStore] = EventStore) -> None:
        self.clock = FakeClock(NOON)
        self.store = kind(clock=self.clock)
        self.engine = Engine(self.store)
        self.shared = Shared(self.engine, most_parts=most_parts, least_spared=0)
        self.texts = texts

    def arrive(self, *ages: float, **found: object) -> None:
        """Events that happened so many seconds ago."""
        now = self.clock.now()
        self.store.ingest([{"timestamp": (now - age * SECOND).isoformat(), **found} for age in ages])

    def tick(self, seconds: int = 5, ago: dt.timedelta = 0 * SECOND) -> int:
        """Ask some seconds later, as of *ago*; how many answers came from parts."""
        self.clock.tick(seconds * SECOND)
        at, before = self.clock.now() - ago, self.shared.ledgers.answered
        asked = [Ask(text, TimeWindow(at - MINUTE, at), at) for text in self.texts]
        for place, answer in answers(self.shared, asked).items():
            assert told(answer, self.engine, asked[place]) == alone(self.engine, asked[place])
        return self.shared.ledgers.answered - before


COUNTS = [
    f"service={name} | stats count as n, sum(ms) as s by level | where n > {n}"
    for n, name in enumerate("aab")
]


def test_what_is_asked_again_is_added_up_from_parts() -> None:
    ticks = Ticks(*COUNTS)
    ticks.arrive(3, 20, 50, service="a", level="error", ms=5)
    assert ticks.tick() == 0  # nobody asked before
    ticks.arrive(2, service="b", level="info", ms=7)
    assert [ticks.tick(), ticks.tick(30), ticks.tick(55)] == [3, 3, 3]


def test_windows_that_share_nothing_are_read_whole() -> None:
    ticks = Ticks(*COUNTS)
    ticks.arrive(3, service="a", level="error", ms=5)
    assert [ticks.tick(), ticks.tick(60), ticks.tick(60)] == [0, 0, 0]
    assert ticks.shared.ledgers.nbytes == 0


def test_a_late_event_lands_in_its_own_bucket() -> None:
    ticks = Ticks(*COUNTS)
    ticks.arrive(3, service="a", level="error", ms=5)
    ticks.tick()
    ticks.tick()
    ticks.arrive(40, service="a", level="error", ms=6)
    assert ticks.tick(5, ago=30 * SECOND) == 0  # a window that begins before the ledger does
    assert ticks.tick(5) == 3
    ticks.tick(60)
    ticks.arrive(40, service="a", level="error", ms=6)
    assert ticks.tick(0, ago=30 * SECOND) == 3


def test_a_sum_that_depends_on_the_order_is_read_whole() -> None:
    ticks = Ticks("* | stats sum(ms) as s", "* | stats count as n")
    ticks.arrive(3, 4, 5, service="a", ms=0.1)
    assert [ticks.tick(), ticks.tick(), ticks.tick()] == [0, 1, 1]


def test_sums_that_outgrow_a_double_are_read_whole() -> None:
    ticks = Ticks("* | stats sum(ms) as s, avg(ms) as a")
    ticks.arrive(3, service="a", ms=2**50)
    ticks.tick()
    assert ticks.tick() == 1
    ticks.arrive(3, 4, 5, service="a", ms=2**50 + 1)
    assert [ticks.tick(), ticks.tick()] == [0, 0]


def test_groups_as_many_as_events_are_read_whole() -> None:
    ticks = Ticks("* | stats count by id")
    now = ticks.clock.now().isoformat()
    ticks.store.ingest({"timestamp": now, "id": f"r{n}"} for n in range(4_200))
    assert [ticks.tick(), ticks.tick(), ticks.tick()] == [0, 0, 0]
    assert ticks.shared.ledgers.nbytes == 0


def test_what_was_erased_is_no_longer_counted() -> None:
    ticks = Ticks(*COUNTS)
    ticks.arrive(3, 20, 50, service="a", level="error", ms=5)
    ticks.tick()
    ticks.tick()
    assert ticks.store.retain({"main": ticks.clock.now() - 40 * SECOND}) == 1
    assert [ticks.tick(0), ticks.tick()] == [3, 3]


def test_parts_are_let_go_when_there_are_too_many() -> None:
    roomy, tight = Ticks(*COUNTS, "* | stats count"), Ticks(*COUNTS, "* | stats count", most_parts=100)
    for ticks in (roomy, tight):
        ticks.arrive(3, 20, 50, service="a", level="error", ms=5)
        ticks.tick()
        ticks.tick()
        ticks.tick()
    assert roomy.shared.ledgers.nbytes > 100 >= tight.shared.ledgers.nbytes


class Busy(EventStore):
    """Has no memory for a while."""

    busy = False

    def cursor(self) -> Any:
        return Refusing(super().cursor()) if self.busy else super().cursor()


class Refusing:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def sql(self, _: str) -> None:
        raise duckdb.OutOfMemoryException("for a while")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def test_what_could_not_be_gathered_is_read_whole_for_a_while() -> None:
    ticks = Ticks(*COUNTS, kind=Busy)
    ticks.arrive(3, service="a", level="error", ms=5)
    ticks.tick()
    assert ticks.tick() == 3
    assert isinstance(ticks.store, Busy)
    ticks.store.busy = True
    ticks.arrive(3, service="b", level="error", ms=5)
    assert ticks.tick() == 0
    ticks.store.busy = False
    assert [ticks.tick(20), ticks.tick(20), ticks.tick(20)] == [0, 0, 3]


def test_windows_of_few_events_are_read_whole() -> None:
    few, many = Ticks(COUNTS[0]), Ticks(COUNTS[0])
    for ticks, count in ((few, 80), (many, 120)):
        ticks.shared = Shared(ticks.engine, least_spared=500)  # twice as many for one that is alone
        for _ in range(3):
            ticks.arrive(*[1] * count, service="a", level="error", ms=5)
            answered = ticks.tick()
        assert answered == (ticks is many)
    assert few.tick() == many.tick() == 0  # nothing comes any more


def test_old_parts_are_merged_and_let_go() -> None:
    ticks = Ticks(*COUNTS)
    sizes = []
    for _ in range(45):
        ticks.arrive(1, 7, service="a", level="error", ms=5)
        ticks.tick(30)
        sizes.append(ticks.shared.ledgers.nbytes)
    assert max(sizes[35:]) <= 1.2 * max(sizes[22:35])
    assert ticks.tick(0, ago=9 * MINUTE) == 3
    assert [ticks.tick(0, ago=20 * MINUTE), ticks.tick(0), ticks.tick()] == [0, 0, 3]


def test_a_window_of_another_day_does_not_begin_a_ledger_there() -> None:
    ticks = Ticks()
    ticks.arrive(3, 86_400, service="a", level="error", ms=5)
    for number in range(3):
        ticks.clock.tick(5 * SECOND)
        at = ticks.clock.now()
        slots = [at, at - dt.timedelta(days=1)]
        asked = [Ask(COUNTS[0], TimeWindow(slot - MINUTE, slot), slot) for slot in slots]
        for place, answer in answers(ticks.shared, asked).items():
            assert told(answer, ticks.engine, asked[place]) == alone(ticks.engine, asked[place])
        assert ticks.shared.ledgers.answered == number


def test_a_clock_set_back_begins_anew() -> None:
    ticks = Ticks(*COUNTS)
    ticks.arrive(3, service="a", level="error", ms=5)
    ticks.tick()
    ticks.tick()
    assert ticks.tick(0, ago=dt.timedelta(days=1)) == 0
    assert [ticks.tick(0), ticks.tick()] == [0, 3]


def test_fields_that_change_begin_anew() -> None:
    """A whole number becomes a fraction, then a text: the column is widened, then no longer has every value."""
    ticks = Ticks("ms>=3 | stats count as n, max(ms) as m", "ms>=4 | stats count as n, max(ms) as m")
    ticks.arrive(3, 4, ms=5)
    ticks.tick()
    assert ticks.tick() == 2
    for value in (4.5, "7 ms", 6):
        ticks.arrive(1, ms=value)
        ticks.tick()
    assert ticks.tick() == 2


def test_windows_are_made_of_the_largest_buckets_that_fit() -> None:
    whole = [stretch(TimeWindow(NOON - length * SECOND, NOON)) for length in (60, 300, 7)]
    assert [each and each.grain() for each in whole] == [5 * MICROS, 5 * MICROS, MICROS]
    assert stretch(TimeWindow(NOON - 0.5 * SECOND, NOON)) is None
    assert stretch(TimeWindow(None, NOON)) is None
    assert stretch(TimeWindow(NOON, NOON)) is None


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.integers(-10, 10**6))
def test_buckets_make_up_their_window(start: int, length: int, second: int) -> None:
    window = Stretch(start * MICROS, (start + length) * MICROS)
    grain = common_grain([window])
    first, behind = window.buckets(grain)
    at = second * MICROS + MICROS // 2
    assert (first <= at // grain < behind) == (window.start <= at < window.end)
