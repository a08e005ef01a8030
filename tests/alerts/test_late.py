"""Late events: what is judged again, and that history is only ever added to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts import late
from lynxalert.alerts.late import Judged, dirty, rejudge
from lynxalert.alerts.model import Instance, Key, Transition
from lynxalert.alerts.state import step
from lynxalert.alerts.turn import Turn
from tests.alerts.timeline import NOON, Run, describe, hit, inputs_of, read_alert

MINUTE = dt.timedelta(minutes=1)


def slots_of(row: str) -> list[Judged]:
    """One key `a`; the first slot is at 12:01."""
    return [
        Judged(NOON + (n + 1) * MINUTE, NOON + n * MINUTE, inputs_of({"a": letter}, tracked=False))
        for n, letter in enumerate(row.split())
    ]


def live(alert_text: str, row: str) -> Run:
    run = Run(read_alert(alert_text), tracked=False)
    for letter in row.split():
        run.column({"a": letter})
    return run


def again(alert_text: str, before: str, after: str) -> tuple[list[str], str]:
    """What a second look tells when *before* was seen live and *after* is the truth; and the live phase then."""
    run = live(alert_text, before)
    outcome = rejudge(run.alert, slots_of(after), run.transitions, run.instances)
    phases = [str(each.phase) for each in outcome.instances.values()]
    told = [describe(each).replace('{"key":"a"} ', "") for each in outcome.transitions]
    return told, phases[0] if phases else "ok"


@pytest.mark.parametrize(
    ("policy", "before", "after", "told", "phase"),
    [
        ("every 1m", ". . . .", ". . . .", [], "ok"),
        ("every 1m", ". . . .", ". X . .", ["12:02 #1 fired late", "12:03 #2 resolved late"], "ok"),
        ("every 1m", ". . . .", ". . X X", ["12:03 #1 fired late"], "firing"),
        ("every 1m", ". . X X", ". X X X", [], "firing"),  # the same stay, told already
        ("every 1m", ". X . .", ". X X .", [], "ok"),  # the slot that told the end is part of the stay
        ("every 1m", ". X . .", ". X . X", ["12:04 #1 fired late"], "firing"),
        ("every 1m", ". X X .", ". . . .", [], "ok"),  # nothing is ever taken back
        ("every 1m", ". . X X", ". . . .", [], "firing"),
        ("every 1m", "X . . X", "X . . X", [], "firing"),
        ("every 1m", ". . . . X", "X . . . X", ["12:01 #1 fired late", "12:02 #2 resolved late"], "firing"),
        ("every 1m, for 2m", ". X . .", ". X X X", ["12:04 #1 fired late"], "firing"),
        ("every 1m, for 2m", ". . . .", ". . X X", [], "pending"),
        ("every 1m, for 2m", ". X ! .", ". X ! X", [], "pending"),
        ("every 1m, keep 2m", ". . . .", ". X . .", ["12:02 #1 fired late"], "recovering"),
        ("every 1m, flapping 2/9/9", ". . . . .", "X . X . X", None, "firing"),
    ],
)
def test_a_second_look(policy: str, before: str, after: str, told: list[str] | None, *, phase: str) -> None:
    said, stands = again(policy, before, after)
    assert stands == phase
    if told is not None:
        assert said == told
    else:
        assert [each.split()[2] for each in said] == ["fired", "resolved", "fired", "resolved", "fired"]


def test_a_late_episode_goes_on_live_with_its_identity() -> None:
    run = live("every 1m", ". . .")
    outcome = rejudge(run.alert, slots_of(". . X"), run.transitions, run.instances)
    next_at = NOON + 4 * MINUTE
    after = step(
        Turn(run.alert, next_at, NOON + 3 * MINUTE), outcome.instances, inputs_of({"a": "."}, tracked=False)
    )
    assert [describe(each) for each in after.transitions] == ['12:04 {"key":"a"} #2 resolved']
    assert after.transitions[0].episode == outcome.transitions[0].episode


def test_a_key_on_the_roster_keeps_what_the_roster_knows() -> None:
    run = live("every 1m", ". . .")
    seen = NOON - MINUTE
    key = next(iter(slots_of("X")[0].inputs.hits))  # type: ignore[union-attr]
    known = {
        key: Instance(key=key, labels={"key": "a"}, phase="ok", since=NOON, seen=seen, flips=6)  # type: ignore[arg-type]
    }
    outcome = rejudge(run.alert, slots_of(". . X"), (), known)
    after = outcome.instances[key]
    assert (after.phase, after.seen, after.flips) == ("firing", seen, 6)


def test_dirty_slots_lie_after_the_event_and_within_the_lateness() -> None:
    alert = replace(read_alert("every 1m"), max_lateness=3 * MINUTE)
    slots = slots_of(". . . . . .")
    at = NOON + 7 * MINUTE

    def minutes(oldest: int) -> list[int]:
        found = dirty(alert, slots, NOON + oldest * MINUTE, at)
        return [(slot.at - NOON) // MINUTE for slot in found]

    assert minutes(4) == [5, 6]
    assert minutes(0) == [4, 5, 6]
    assert minutes(6) == []


def test_lateness_defaults_to_the_window_and_at_least_ten_minutes() -> None:
    assert late.max_lateness(read_alert("every 1m")) == 10 * MINUTE
    assert late.max_lateness(read_alert("every 1m, window 1h")) == 60 * MINUTE
    assert late.too_late_before(read_alert("every 1m"), NOON) == NOON - 11 * MINUTE


@given(
    st.lists(st.booleans(), min_size=1, max_size=30),
    st.lists(st.integers(0, 12), min_size=30, max_size=30),
    st.integers(0, 2),
    st.integers(0, 2),
)
def test_in_whatever_order_events_arrive_no_episode_is_missed_or_invented(
    events: list[bool], delays: list[int], hold: int, keep: int
) -> None:
    """`events[n]`: slot n has an event, which arrives `delays[n]` slots after it. All arrive in the end."""
    alert = replace(read_alert(f"every 1m, for {hold}m, keep {keep}m"), max_lateness=60 * MINUTE)
    last = len(events) + 14
    instances: dict[Key, Instance] = {}
    told: list[Transition] = []
    for now in range(last):
        arrived = [n < len(events) and events[n] and n + delays[n] <= now for n in range(now + 1)]
        slots = slots_of(" ".join("X" if each else "." for each in arrived))
        if any(n + delays[n] == now and events[n] for n in range(min(now, len(events)))):
            second = rejudge(alert, slots[:-1], told, instances)
            instances = dict(second.instances)
            told += second.transitions
        outcome = step(Turn(alert, slots[-1].at, slots[-1].previous), instances, slots[-1].inputs)
        instances = dict(outcome.instances)
        told += outcome.transitions
    truth = Run(alert, tracked=False)
    for n in range(last):
        truth.column({"a": "X" if n < len(events) and events[n] else "."})
    ours, theirs = stays(told), stays(truth.transitions)
    assert all(any(touch(one, other) for other in theirs) for one in ours)
    assert all(any(touch(one, other) for other in ours) for one in theirs)
    assert len({(each.episode, each.sequence) for each in told}) == len(told)


def stays(told: list[Transition]) -> list[tuple[dt.datetime, dt.datetime]]:
    ends = {each.episode: each.at for each in told if each.is_end}
    return [(each.at, ends[each.episode]) for each in told if each.is_start]


def touch(one: tuple[dt.datetime, dt.datetime], other: tuple[dt.datetime, dt.datetime]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def test_matches_of_the_late_rows_are_the_ones_told() -> None:
    run = live("every 1m", ". .")
    outcome = rejudge(run.alert, slots_of("X ."), (), run.instances)
    assert outcome.transitions[0].match == hit("a")
