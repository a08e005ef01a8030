"""Instance × input → instance and transitions: the table of conditions, row by row. Pure.

Knows neither the roster (which input a key has) nor flapping (what is told of it).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias, assert_never

from lynxalert.alerts.model import ZERO, Instance, Kind, Match, Phase, Reason, Transition
from lynxalert.alerts.turn import Turn


class Input(StrEnum):
    """What a slot says about one key."""

    HIT = "hit"  # a row of this key
    MISS = "miss"  # evaluated, no row; with `recover`, the recovery holds
    BAND = "band"  # neither
    NONE = "none"  # an expected key without any event, and `no_data` = `nodata`
    UNKNOWN = "unknown"  # `no_data` = `keep`, or not absent for long enough: nothing changes


@dataclass(frozen=True, slots=True)
class Given:
    """An input with the row behind it, and why it is a hit when there is none."""

    input: Input
    match: Match | None = None
    reason: Reason | None = None


Outcome: TypeAlias = tuple[Instance, tuple[Transition, ...]]


def advance(turn: Turn, instance: Instance, given: Given) -> Outcome:
    """*instance* after one slot, and what happened. An ended episode is still there; who keeps it decides."""
    if instance.since > turn.at:  # the clock was set back: time spent in the future does not count
        instance = replace(instance, since=turn.at)
    match instance.phase:
        case Phase.OK | Phase.PENDING:
            return _from_quiet(turn, instance, given)
        case Phase.FIRING | Phase.RECOVERING:
            return _from_firing(turn, instance, given)
        case Phase.NODATA:
            return _from_nodata(turn, instance, given)
        case _:
            assert_never(instance.phase)


def _from_quiet(turn: Turn, instance: Instance, given: Given) -> Outcome:
    match given.input:
        case Input.HIT:
            return _rise(turn, instance, given)
        case Input.MISS | Input.BAND:
            owed = instance.episode is not None and instance.phase is Phase.PENDING and not instance.flapping
            return _end(turn, instance, Reason.DATA_BACK) if owed else (_enter(turn, instance, Phase.OK), ())
        case Input.NONE:
            return _lose(turn, instance)
        case Input.UNKNOWN:
            return instance, ()
        case _:
            assert_never(given.input)


def _from_firing(turn: Turn, instance: Instance, given: Given) -> Outcome:
    match given.input:
        case Input.HIT | Input.BAND:
            return _burn(turn, _seen(turn, instance, given), instance.phase)
        case Input.MISS:
            since = instance.since if instance.phase is Phase.RECOVERING else turn.at
            if turn.at - since >= turn.policy.keep_firing_for:
                return _end(turn, instance)
            return _enter(turn, instance, Phase.RECOVERING), ()
        case Input.NONE:
            return _lose(turn, instance)
        case Input.UNKNOWN:
            return instance, ()
        case _:
            assert_never(given.input)


def _from_nodata(turn: Turn, instance: Instance, given: Given) -> Outcome:
    match given.input:
        case Input.HIT | Input.BAND if instance.was_firing:
            firing = _seen(turn, instance, given)
            return _told(turn, instance.phase, firing, Kind.CHANGED, Reason.DATA_BACK)
        case Input.HIT:
            return _rise(turn, instance, given)
        case Input.MISS | Input.BAND:
            return _end(turn, instance, Reason.DATA_BACK)
        case Input.NONE | Input.UNKNOWN:
            return instance, ()
        case _:
            assert_never(given.input)


def _seen(turn: Turn, instance: Instance, given: Given) -> Instance:
    """*instance* firing; a hit brings its row along."""
    since = instance.since if instance.phase is Phase.FIRING else turn.at
    if given.input is not Input.HIT:
        return replace(instance, phase=Phase.FIRING, since=since)
    row = given.match or instance.match
    return replace(instance, phase=Phase.FIRING, since=since, hit=turn.at, match=row)


def _rise(turn: Turn, instance: Instance, given: Given) -> Outcome:
    """A hit of what does not fire yet: `for` needs every slot from *since* on judged, and true."""
    unbroken = instance.phase is Phase.PENDING and (turn.previous is None or instance.hit == turn.previous)
    since = instance.since if unbroken else turn.at
    fires = turn.at - since >= turn.policy.hold
    risen = replace(
        instance,
        phase=Phase.FIRING if fires else Phase.PENDING,
        since=turn.at if fires else since,
        hit=turn.at,
        match=given.match or instance.match,
        was_firing=False,
    )
    return _told(turn, instance.phase, risen, Kind.FIRED, given.reason) if fires else (risen, ())


def _burn(turn: Turn, instance: Instance, before: Phase) -> Outcome:
    """Still firing: say so when the tier changed or a repeat is due; coming back from recovering is silent."""
    episode = instance.episode
    if before is Phase.RECOVERING or episode is None:
        return instance, ()
    tier = instance.match.tier if instance.match else None
    if tier is not None and tier != episode.tier:
        return _told(turn, before, instance, Kind.CHANGED, Reason.TIER)
    if _repeat_is_due(turn, episode.told) and episode.id not in turn.acked:
        return _told(turn, before, instance, Kind.REPEATED)
    return instance, ()


def _repeat_is_due(turn: Turn, told: dt.datetime) -> bool:
    every = turn.policy.repeat_interval
    return every is not None and every > ZERO and turn.at - told >= every


def _lose(turn: Turn, instance: Instance) -> Outcome:
    was_firing = instance.phase in (Phase.FIRING, Phase.RECOVERING)
    lost = replace(_enter(turn, instance, Phase.NODATA), was_firing=was_firing)
    return _told(turn, instance.phase, lost, Kind.NO_DATA)


def _end(turn: Turn, instance: Instance, reason: Reason | None = None) -> Outcome:
    since = instance.since if instance.phase is Phase.OK else turn.at
    ended = replace(instance, phase=Phase.OK, since=since, was_firing=False)
    return _told(turn, instance.phase, ended, Kind.RESOLVED, reason)


def _enter(turn: Turn, instance: Instance, phase: Phase) -> Instance:
    return instance if instance.phase is phase else replace(instance, phase=phase, since=turn.at)


def _told(turn: Turn, before: Phase, after: Instance, kind: Kind, reason: Reason | None = None) -> Outcome:
    after, transition = turn.tell(before, after, kind, reason)
    return after, (transition,)
