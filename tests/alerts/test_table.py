"""The table of `alerting.md` §5, every `from` with every input, cell by cell."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from lynxalert.alerts.advance import Given, Input, advance
from lynxalert.alerts.model import (
    Alert,
    Episode,
    Every,
    Inputs,
    Instance,
    Match,
    NoData,
    Phase,
    Policy,
    Reason,
    Transition,
)
from lynxalert.alerts.state import close, step
from lynxalert.alerts.turn import Turn

MINUTE = dt.timedelta(minutes=1)
T = dt.datetime(2026, 2, 14, 12, 10, tzinfo=dt.UTC)
STARTED = T - 5 * MINUTE
EPISODE = Episode(id="ep_1", started=STARTED, sequence=1, told=STARTED, tier="warn")
HIT = Given(Input.HIT, Match("{}", {}, {"n": 9}, 9.0, "warn"))
BAND, MISS, NONE, UNKNOWN = Given(Input.BAND), Given(Input.MISS), Given(Input.NONE), Given(Input.UNKNOWN)


def turn(**policy: object) -> Turn:
    alert = Alert(
        id="alt_1",
        name="a",
        query="*",
        schedule=Every(MINUTE, "1m"),
        window=MINUTE,
        policy=Policy(**policy),  # type: ignore[arg-type]
    )
    return Turn(alert, T, T - MINUTE)


def instance(phase: Phase, *, since: int = 1, was_firing: bool = False, hit: bool = True) -> Instance:
    told = phase not in (Phase.OK, Phase.PENDING)
    return Instance(
        key="{}",
        labels={},
        phase=phase,
        since=T - since * MINUTE,
        seen=T - MINUTE,
        hit=T - MINUTE if hit else None,
        episode=EPISODE if told else None,
        was_firing=was_firing,
    )


OK, PENDING, FIRING, RECOVERING = (Phase.OK, Phase.PENDING, Phase.FIRING, Phase.RECOVERING)
NODATA = Phase.NODATA
NOW = 0  # entered at T

CELLS = [
    # from, given, policy, → phase, since (minutes ago), told
    (instance(OK), HIT, {}, FIRING, NOW, "fired"),
    (instance(OK), HIT, {"hold": MINUTE}, PENDING, NOW, ""),
    (instance(OK, since=9), MISS, {}, OK, 9, ""),
    (instance(OK, since=9), BAND, {}, OK, 9, ""),
    (instance(OK), NONE, {}, NODATA, NOW, "no_data"),
    (instance(OK, since=9), UNKNOWN, {}, OK, 9, ""),
    (instance(PENDING, since=2), HIT, {"hold": 2 * MINUTE}, FIRING, NOW, "fired"),
    (instance(PENDING, since=1), HIT, {"hold": 2 * MINUTE}, PENDING, 1, ""),
    (instance(PENDING, since=2, hit=False), HIT, {"hold": 2 * MINUTE}, PENDING, NOW, ""),
    (instance(PENDING), MISS, {"hold": 2 * MINUTE}, OK, NOW, ""),
    (instance(PENDING), BAND, {"hold": 2 * MINUTE}, OK, NOW, ""),
    (instance(PENDING), NONE, {"hold": 2 * MINUTE}, NODATA, NOW, "no_data"),
    (instance(PENDING, since=1), UNKNOWN, {"hold": 2 * MINUTE}, PENDING, 1, ""),
    (instance(FIRING, since=5), HIT, {}, FIRING, 5, ""),
    (instance(FIRING, since=5), BAND, {}, FIRING, 5, ""),
    (instance(FIRING, since=5), HIT, {"repeat_interval": 5 * MINUTE}, FIRING, 5, "repeated"),
    (instance(FIRING, since=5), BAND, {"repeat_interval": 5 * MINUTE}, FIRING, 5, "repeated"),
    (instance(FIRING, since=5), HIT, {"repeat_interval": 6 * MINUTE}, FIRING, 5, ""),
    (
        instance(FIRING, since=5),
        Given(Input.HIT, Match("{}", {}, {}, 99.0, "critical")),
        {"repeat_interval": MINUTE},
        FIRING,
        5,
        "changed tier",
    ),
    (instance(FIRING), MISS, {}, OK, NOW, "resolved"),
    (instance(FIRING), MISS, {"keep_firing_for": MINUTE}, RECOVERING, NOW, ""),
    (instance(FIRING), NONE, {}, NODATA, NOW, "no_data"),
    (instance(FIRING, since=5), UNKNOWN, {"repeat_interval": MINUTE}, FIRING, 5, ""),
    (instance(RECOVERING), HIT, {"keep_firing_for": 2 * MINUTE}, FIRING, NOW, ""),
    (instance(RECOVERING), HIT, {"repeat_interval": MINUTE}, FIRING, NOW, ""),
    (instance(RECOVERING), BAND, {"keep_firing_for": 2 * MINUTE}, FIRING, NOW, ""),
    (instance(RECOVERING, since=1), MISS, {"keep_firing_for": 2 * MINUTE}, RECOVERING, 1, ""),
    (instance(RECOVERING, since=2), MISS, {"keep_firing_for": 2 * MINUTE}, OK, NOW, "resolved"),
    (instance(RECOVERING), NONE, {"keep_firing_for": 2 * MINUTE}, NODATA, NOW, "no_data"),
    (instance(RECOVERING, since=9), UNKNOWN, {"keep_firing_for": MINUTE}, RECOVERING, 9, ""),
    (instance(NODATA, was_firing=True), HIT, {"hold": MINUTE}, FIRING, NOW, "changed data_back"),
    (instance(NODATA, was_firing=True), BAND, {}, FIRING, NOW, "changed data_back"),
    (instance(NODATA), HIT, {}, FIRING, NOW, "fired"),
    (instance(NODATA), HIT, {"hold": MINUTE}, PENDING, NOW, ""),
    (instance(NODATA), BAND, {}, OK, NOW, "resolved data_back"),
    (instance(NODATA), MISS, {}, OK, NOW, "resolved data_back"),
    (instance(NODATA, was_firing=True), MISS, {"keep_firing_for": MINUTE}, OK, NOW, "resolved data_back"),
    (instance(NODATA, since=9), NONE, {}, NODATA, 9, ""),
    (instance(NODATA, since=9), UNKNOWN, {}, NODATA, 9, ""),
]


def words(transitions: tuple[Transition, ...]) -> str:
    return ", ".join(f"{each.kind} {each.reason or ''}".strip() for each in transitions)


@pytest.mark.parametrize(
    "cell",
    CELLS,
    ids=[f"{n}-{cell[0].phase}-{cell[1].input}-{cell[3]}" for n, cell in enumerate(CELLS)],
)
def test_cell(cell: tuple[Instance, Given, dict[str, object], Phase, int, str]) -> None:
    before, given, policy, phase, since, told = cell
    after, transitions = advance(turn(**policy), before, given)
    assert (after.phase, words(transitions)) == (phase, told)
    assert after.since == T - since * MINUTE
    for each in transitions:
        assert (each.previous, each.phase, each.at) == (before.phase, phase, T)
        assert each.sequence == (before.episode.sequence + 1 if before.episode else 1)


def test_the_table_has_every_cell() -> None:
    cells = {(before.phase, given.input) for before, given, *_ in CELLS}
    assert cells == {(phase, each) for phase in Phase for each in Input}


@pytest.mark.parametrize("phase", list(Phase))
def test_a_failed_query_leaves_everything_as_it_was(phase: Phase) -> None:
    before = {"{}": instance(phase)}
    outcome = step(turn(no_data=NoData.NODATA), before, None)
    assert outcome.instances == before
    assert outcome.transitions == ()


@pytest.mark.parametrize("reason", [Reason.DISABLED, Reason.DELETED, Reason.UPDATED])
@pytest.mark.parametrize("phase", list(Phase))
def test_closing_removes_every_instance_and_ends_every_episode(phase: Phase, reason: Reason) -> None:
    outcome = close(turn(), {"{}": instance(phase)}, reason)
    assert outcome.instances == {}
    ended = phase not in (OK, PENDING)
    assert words(outcome.transitions) == (f"resolved {reason}" if ended else "")


def test_closing_ends_an_episode_that_flapping_held_open() -> None:
    held = replace(instance(OK), episode=EPISODE, flapping=True)
    (told,) = close(turn(), {"{}": held}, Reason.DELETED).transitions
    assert (told.kind, told.held) == ("resolved", False)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("no_data", list(NoData))
def test_the_roster_forgets_a_key_after_a_day_without_events(phase: Phase, no_data: NoData) -> None:
    old = replace(instance(phase), seen=T - dt.timedelta(hours=24), absent=T - dt.timedelta(hours=23))
    outcome = step(turn(no_data=no_data), {"{}": old}, Inputs(present={}))
    assert outcome.instances == {}
    ended = phase not in (OK, PENDING)
    assert words(outcome.transitions) == ("resolved missing" if ended else "")


def test_an_acknowledged_episode_is_not_repeated_and_the_repeat_is_due_when_it_is_undone() -> None:
    before = {"{}": instance(FIRING)}
    inputs = Inputs(hits={"{}": Match("{}", {}, {})})
    quiet = step(replace(turn(repeat_interval=MINUTE), acked=frozenset({"ep_1"})), before, inputs)
    assert quiet.transitions == ()
    loud = step(turn(repeat_interval=MINUTE), quiet.instances, inputs)
    assert words(loud.transitions) == "repeated"


def test_time_spent_in_a_future_that_did_not_come_does_not_count() -> None:
    ahead = replace(instance(RECOVERING), since=T + dt.timedelta(days=1))
    after, transitions = advance(turn(keep_firing_for=MINUTE), ahead, MISS)
    assert (after.phase, after.since, transitions) == (RECOVERING, T, ())


def test_a_hit_without_a_slot_before_it_counts_as_unbroken() -> None:
    first = replace(turn(hold=2 * MINUTE), previous=None)
    after, _ = advance(first, instance(PENDING, since=2, hit=False), HIT)
    assert after.phase is FIRING


def test_a_key_known_to_be_without_data_is_missing_at_once() -> None:
    before = {"{}": instance(FIRING)}
    inputs = Inputs(missing={"{}": {}})
    assert words(step(turn(no_data=NoData.NODATA), before, inputs).transitions) == "no_data"
    assert words(step(turn(no_data=NoData.OK), before, inputs).transitions) == "resolved"
    assert words(step(turn(no_data=NoData.FIRING), {}, inputs).transitions) == "fired no_events"
