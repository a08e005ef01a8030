"""Which keys an alert knows, what a slot says about each, and which it may forget. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from lynxalert.alerts.advance import Given, Input
from lynxalert.alerts.keys import key_of
from lynxalert.alerts.model import Inputs, Instance, Key, Match, NoData, Phase, Policy, Reason
from lynxalert.alerts.turn import Turn
from lynxalert.plan import Row


def expected(turn: Turn) -> dict[Key, Row]:
    """The keys that were declared with `expect`."""
    return {key_of(labels): labels for labels in turn.alert.expect}


def newcomers(turn: Turn, known: Mapping[Key, Instance], inputs: Inputs) -> dict[Key, Instance]:
    """A quiet instance for every key that is heard of for the first time and matters."""
    found: dict[Key, Row] = {}
    if inputs.present is not None:
        found |= expected(turn)
        found |= inputs.present
        found |= {key: band.labels for key, band in inputs.bands.items()}
    found |= inputs.missing
    found |= {key: hit.labels for key, hit in inputs.hits.items()}
    return {
        key: Instance(key=key, labels=labels, phase=Phase.OK, since=turn.at, seen=turn.at)
        for key, labels in found.items()
        if key not in known
    }


def notice(instance: Instance, inputs: Inputs, at: dt.datetime) -> Instance:
    """*instance* with what the slot says of its presence written down."""
    if inputs.present is None or _is_seen(instance.key, inputs):
        is_noted = instance.seen == at and instance.absent is None
        return instance if is_noted else replace(instance, seen=at, absent=None)
    return replace(instance, absent=instance.absent or at)


def given(turn: Turn, instance: Instance, inputs: Inputs) -> Given:
    """What the slot says about *instance*, `no_data` applied. Expects `notice` to have run."""
    if (hit := inputs.hits.get(instance.key)) is not None:
        return Given(Input.HIT, hit)
    if (band := inputs.bands.get(instance.key)) is not None:
        return Given(Input.BAND, band)
    if instance.key in inputs.missing:
        return _without_data(turn.policy, instance)
    if instance.absent is None or turn.policy.no_data is NoData.OK:
        return Given(Input.MISS)
    if _silence(turn, instance.absent) < silence_allowed(turn):
        return Given(Input.UNKNOWN)
    return _without_data(turn.policy, instance)


def silence_allowed(turn: Turn) -> dt.timedelta:
    """How long a key may go without an event before it counts as missing: `no_data_for`."""
    if turn.policy.no_data_for is not None:
        return turn.policy.no_data_for
    interval = turn.at - turn.previous if turn.previous is not None else turn.alert.window
    return turn.alert.window + interval


def is_forgotten(turn: Turn, instance: Instance, declared: Iterable[Key]) -> bool:
    """Whether the roster drops *instance*: no event for `forget_after`, and nobody declared it."""
    if instance.absent is None or instance.key in declared:
        return False
    return turn.at - instance.seen >= turn.policy.forget_after


def is_idle(instance: Instance) -> bool:
    """Whether nothing would be lost by forgetting *instance* but that its key exists."""
    return instance.phase is Phase.OK and instance.episode is None


def shed(turn: Turn, kept: dict[Key, Instance], declared: Iterable[Key]) -> tuple[dict[Key, Instance], int]:
    """*kept* within `max_instances`, and how many keys were refused for that.

    Idle keys go first, those not seen for longest before others; what is active stays.
    """
    surplus = len(kept) - turn.policy.max_instances
    if surplus <= 0:
        return kept, 0
    idle = [each for each in kept.values() if is_idle(each) and each.key not in declared]
    gone = {each.key for each in sorted(idle, key=lambda each: (each.seen, each.key))[:surplus]}
    return {key: each for key, each in kept.items() if key not in gone}, len(gone)


def _is_seen(key: Key, inputs: Inputs) -> bool:
    return key in inputs.hits or key in inputs.bands or (inputs.present is not None and key in inputs.present)


def _silence(turn: Turn, absent: dt.datetime) -> dt.timedelta:
    """How long the key has surely had no event: since the window that was the first to miss it began."""
    return turn.at - absent + turn.alert.window


def _without_data(policy: Policy, instance: Instance) -> Given:
    match policy.no_data:
        case NoData.OK:
            return Given(Input.MISS)
        case NoData.KEEP:
            return Given(Input.UNKNOWN)
        case NoData.NODATA:
            return Given(Input.NONE)
        case NoData.FIRING:
            row = Match(instance.key, instance.labels, instance.labels, count=0)
            return Given(Input.HIT, row, Reason.NO_EVENTS)
        case _:
            assert_never(policy.no_data)
