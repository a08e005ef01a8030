"""What holds for every policy and every past: the product agrees with the reference, starts and ends pair up."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.alerts.model import (
    Alert,
    Every,
    Flapping,
    Inputs,
    Instance,
    Key,
    Kind,
    Match,
    NoData,
    Phase,
    Policy,
    Transition,
)
from lynxalert.alerts.state import step
from lynxalert.alerts.turn import Turn
from tests.alerts.reference import Rule, told

MINUTE = dt.timedelta(minutes=1)
NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)

pasts = st.lists(st.sampled_from("XXX...~0!"), max_size=40)
calm = st.lists(st.sampled_from("XX..~!"), max_size=40)
rules = st.builds(
    Rule,
    hold=st.integers(0, 3),
    keep=st.integers(0, 3),
    repeat=st.integers(0, 4),
    changes=st.integers(0, 4),
    slots=st.integers(4, 8),
    quiet=st.integers(1, 4),
)


def alert_of(rule: Rule, no_data: NoData = NoData.NODATA) -> Alert:
    flapping = Flapping(rule.changes, rule.slots, rule.quiet) if rule.changes else None
    policy = Policy(
        hold=rule.hold * MINUTE,
        keep_firing_for=rule.keep * MINUTE,
        repeat_interval=rule.repeat * MINUTE if rule.repeat else None,
        no_data=no_data,
        no_data_for=dt.timedelta(0),
        flapping=flapping,
    )
    return Alert(id="alt_1", name="a", query="*", schedule=Every(MINUTE, "1m"), window=MINUTE, policy=policy)


def inputs_of(slot: dict[str, str]) -> Inputs | None:
    if "!" in slot.values():
        return None

    def matches(letter: str) -> dict[Key, Match]:
        return {key: Match(key, {}, {}) for key, each in slot.items() if each == letter}

    return Inputs(matches("X"), matches("~"), {key: {} for key, each in slot.items() if each not in "0?"})


def run(alert: Alert, slots: Sequence[dict[str, str]]) -> list[tuple[dict[Key, Instance], list[Transition]]]:
    instances: dict[Key, Instance] = {}
    out = []
    for n, slot in enumerate(slots):
        at = NOON + n * MINUTE
        outcome = step(Turn(alert, at, at - MINUTE), instances, inputs_of(slot))
        instances = dict(outcome.instances)
        out.append((instances, list(outcome.transitions)))
    return out


def shown(key: Key, history: list[tuple[dict[Key, Instance], list[Transition]]]) -> list[str]:
    lines = []
    for instances, transitions in history:
        phase = instances[key].phase if key in instances else Phase.OK
        words = [f"({each.kind})" if each.held else str(each.kind) for each in transitions if each.key == key]
        lines.append(" ".join([str(phase), *words]))
    return lines


@settings(max_examples=80)
@given(rules, pasts)
def test_the_product_agrees_with_the_reference(rule: Rule, past: list[str]) -> None:
    # A roster key is known from its first slot on; the reference knows only one key, from the start.
    past = [".", *past]
    assert shown("a", run(alert_of(rule), [{"a": each} for each in past])) == told(rule, past)


@given(rules, st.lists(st.tuples(*[st.sampled_from("XX..~0!")] * 3), max_size=30))
def test_keys_do_not_touch_each_other(rule: Rule, slots: list[tuple[str, str, str]]) -> None:
    # A failed query fails for all keys, so it is made to fail in each run.
    slots = [tuple("!" * 3) if "!" in slot else slot for slot in slots]  # type: ignore[misc]
    together = run(alert_of(rule), [dict(zip("abc", slot, strict=True)) for slot in slots])
    for n, key in enumerate("abc"):
        alone = run(alert_of(rule), [{key: slot[n]} for slot in slots])
        assert shown(key, together) == shown(key, alone)


@given(rules, pasts)
def test_starts_and_ends_alternate_and_sequences_count_from_one(rule: Rule, past: list[str]) -> None:
    history = run(alert_of(rule), [{"a": each} for each in past])
    episodes: dict[str, list[Transition]] = {}
    for each in (each for _, transitions in history for each in transitions):
        episodes.setdefault(each.episode, []).append(each)
    for n, episode in enumerate(episodes.values()):
        assert [each.sequence for each in episode] == list(range(1, len(episode) + 1))
        assert episode[0].kind in (Kind.FIRED, Kind.NO_DATA)
        assert {each.started for each in episode} == {episode[0].at}
        ends = [each for each in episode if each.is_end and not each.held]
        assert ends == (episode[-1:] if episode[-1].is_end and not episode[-1].held else [])
        if n < len(episodes) - 1:
            assert ends, "an episode begins before the one before it has ended"
        said = [each for each in episode if not each.held]
        assert not said or said[0].is_start
    firing = history[-1][0].get("a") if history else None
    if firing is not None and firing.phase is Phase.FIRING:
        assert firing.episode is not None
        assert firing.episode.id in episodes


@given(rules, pasts, st.integers(0, 40))
def test_a_replay_from_any_slot_gives_the_same_history(rule: Rule, past: list[str], cut: int) -> None:
    alert = alert_of(rule)
    slots = [{"a": each, "b": "X"} for each in past]
    live = run(alert, slots)
    instances = live[min(cut, len(live)) - 1][0] if live and cut else {}
    for n in range(min(cut, len(slots)), len(slots)):
        at = NOON + n * MINUTE
        again = step(Turn(alert, at, at - MINUTE), instances, inputs_of(slots[n]))
        instances = dict(again.instances)
        assert (instances, list(again.transitions)) == live[n]


@given(rules, calm)
def test_for_needs_every_slot_judged_and_true(rule: Rule, past: list[str]) -> None:
    for n, (_, transitions) in enumerate(run(alert_of(rule), [{"a": each} for each in past])):
        if any(each.kind is Kind.FIRED for each in transitions):
            assert past[n - rule.hold : n + 1] == ["X"] * (rule.hold + 1)


@given(rules, st.lists(st.sampled_from("X.~?!"), max_size=40))
def test_unknown_never_tells_a_start_or_an_end(rule: Rule, past: list[str]) -> None:
    history = run(alert_of(rule, NoData.KEEP), [{"a": each} for each in past])
    for each, (_, transitions) in zip(past, history, strict=True):
        if each in "?!":
            assert all(told.reason == "settled" for told in transitions)


SETTINGS = {
    "for": {"hold": 2},
    "keep_firing_for": {"keep": 2},
    "repeat": {"repeat": 3},
    "flapping": {"changes": 3},
    "no_data": {},
}


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(SETTINGS, 2)))
def test_every_two_settings_together(first: str, second: str) -> None:
    rule = Rule(**SETTINGS[first], **SETTINGS[second], slots=8, quiet=3)
    letters = "X.0" if "no_data" in (first, second) else "X.~"
    for past in itertools.product(letters, repeat=6):
        whole = [".", *past, "X", "X", "X", "X", ".", ".", ".", "."]
        assert shown("a", run(alert_of(rule), [{"a": each} for each in whole])) == told(rule, whole)


@pytest.mark.parametrize("no_data", list(NoData))
@pytest.mark.parametrize("other", ["for", "keep_firing_for", "repeat", "flapping"])
def test_every_no_data_policy_with_every_setting_pairs_starts_and_ends(no_data: NoData, other: str) -> None:
    rule = Rule(**SETTINGS[other], slots=8, quiet=3)
    for past in itertools.product("X.0", repeat=6):
        whole = [*past, *".............."]
        history = run(alert_of(rule, no_data), [{"a": each} for each in whole])
        told_ = [each for _, transitions in history for each in transitions if not each.held]
        starts = {each.episode for each in told_ if each.is_start}
        ends = [each.episode for each in told_ if each.is_end]
        assert sorted(starts) == sorted(ends)
        assert history[-1][0]["a"].phase is Phase.OK
