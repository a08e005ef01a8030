"""Which event belongs to which transaction: random events against the promises of the rules."""

from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.plan.transactions import Event, Rules, assembled

KEYS = st.sampled_from(["a", "b", None])
LIMITS = st.sampled_from([None, 0, 2, 5])


@st.composite
def streams(draw: st.DrawFn, fields: int) -> list[Event]:
    """Up to forty events, newest first, some at the same time."""
    size = draw(st.integers(0, 40))
    time, events = 100, []
    for place in range(size):
        time -= draw(st.integers(0, 3))
        values = tuple(draw(KEYS) for _ in range(fields))
        events.append(Event(place, time, values, draw(st.booleans()), draw(st.booleans())))
    return events


def times(events: list[Event], places: list[int]) -> list[int]:
    return [events[place].time for place in places]


@given(st.data(), LIMITS, LIMITS, st.sampled_from([None, 1, 3]), st.integers(0, 2), st.booleans())
def test_limits_hold_and_no_event_is_lost(data, span, pause, most, fields, connected) -> None:
    events = data.draw(streams(fields))
    found = list(assembled(events, Rules(fields, span, pause, most, connected=connected)))
    places = [place for one in found for place in one.places]
    has_a_field = [e.place for e in events if fields == 0 or any(value is not None for value in e.values)]
    assert sorted(places) == has_a_field
    for one in found:
        own = times(events, one.places)
        assert own == sorted(own, reverse=True)
        assert span is None or own[0] - own[-1] <= span
        assert pause is None or all(later - earlier <= pause for later, earlier in itertools.pairwise(own))
        assert most is None or len(own) <= most
        for field in range(fields):
            assert len({events[p].values[field] for p in one.places} - {None}) <= 1


@given(streams(1))
def test_without_rules_one_field_groups(events: list[Event]) -> None:
    groups = defaultdict(list)
    for event in events:
        if event.values[0] is not None:
            groups[event.values[0]].append(event.place)
    found = list(assembled(events, Rules(1)))
    assert sorted(one.places for one in found) == sorted(groups.values())
    assert not any(one.closed for one in found)


@given(streams(1))
def test_what_starts_and_ends_stands_at_the_edges(events: list[Event]) -> None:
    rules = Rules(1, starts=True, ends=True)
    for one in assembled(events, rules):
        newest, *rest = one.places
        assert one.ended == events[newest].ends
        assert not any(events[place].ends for place in rest)
        assert not any(events[place].starts for place in one.places[:-1])
        assert one.started == events[one.places[-1]].starts
        assert one.complete(rules) == (one.started and one.ended)
        assert one.closed or not one.started


@given(streams(1))
def test_a_start_alone_closes(events: list[Event]) -> None:
    for one in assembled(events, Rules(1, starts=True)):
        assert one.closed == events[one.places[-1]].starts


def test_an_event_may_join_two_that_share_nothing_else() -> None:
    newest_first = [Event(0, 9, ("ann", None)), Event(1, 8, ("ann", "x")), Event(2, 7, (None, "x"))]
    assert [one.places for one in assembled(newest_first, Rules(2))] == [[0, 1, 2]]


def test_of_two_that_fit_the_one_touched_last_takes_the_event() -> None:
    newest_first = [Event(0, 9, ("ann", None)), Event(1, 8, (None, "x")), Event(2, 7, ("ann", "x"))]
    assert [one.places for one in assembled(newest_first, Rules(2))] == [[0], [1, 2]]


def test_many_open_transactions_cost_no_search() -> None:
    events = [Event(place, -place, (str(place % 50_000),)) for place in range(100_000)]
    assert sum(1 for _ in assembled(events, Rules(1, span=200_000))) == 50_000
