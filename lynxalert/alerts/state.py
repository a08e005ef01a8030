"""Policy × instances × inputs at T → Step. The one function that changes a condition; pure.

The table itself is `advance`; who is on the roster, and what a slot says of each key, is `roster`; what may be
told of an instance that will not settle is `flapping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lynxalert.alerts import roster
from lynxalert.alerts.advance import Outcome, advance
from lynxalert.alerts.flapping import hold
from lynxalert.alerts.model import Inputs, Instance, Key, Kind, Phase, Reason, Step, Transition
from lynxalert.alerts.turn import Turn


def step(turn: Turn, instances: Mapping[Key, Instance], inputs: Inputs | None) -> Step:
    """Every instance after the slot *turn*, and what happened to it.

    *inputs* None: the query failed, nothing changes and the slot was not evaluated.

    1. Add the keys heard of for the first time, as far as `max_instances` allows.
    2. Advance each instance alone; forget those the roster no longer knows.
    3. Keep what is not plain `ok`; keep plain `ok` only where a roster or flapping needs the memory.
    """
    if inputs is None:
        return Step(dict(sorted(instances.items())))
    declared = roster.expected(turn)
    joined, refused = _join(turn, instances, inputs)
    kept: dict[Key, Instance] = {}
    transitions: list[Transition] = []
    for key, instance in sorted(joined.items()):
        noticed = roster.notice(instance, inputs, turn.at)
        if roster.is_forgotten(turn, noticed, declared):
            transitions += _closing(turn, noticed, Reason.MISSING)
            continue
        after, told = _one(turn, noticed, inputs)
        transitions += told
        if not roster.is_idle(after) or after.flips or inputs.present is not None:
            kept[key] = after
    kept, shed = roster.shed(turn, kept, declared)
    return Step(kept, tuple(transitions), refused + shed)


def close(turn: Turn, instances: Mapping[Key, Instance], reason: Reason) -> Step:
    """Every instance removed because the alert was disabled, deleted or changed in meaning."""
    told = [each for _, instance in sorted(instances.items()) for each in _closing(turn, instance, reason)]
    return Step({}, tuple(told))


def _join(turn: Turn, instances: Mapping[Key, Instance], inputs: Inputs) -> tuple[dict[Key, Instance], int]:
    """The known instances and the new ones there is room for; hits come before mere presence."""
    new = roster.newcomers(turn, instances, inputs)
    active = sum(not roster.is_idle(each) for each in instances.values())
    room = max(0, turn.policy.max_instances - active)
    # A known idle key that hits takes room as well; it is never refused, for it is already on the roster.
    rising = sum(key in inputs.hits and roster.is_idle(each) for key, each in instances.items())
    hits = sorted(key for key in new if key in inputs.hits)
    refused = set(hits[max(0, room - rising) :])
    return {**instances, **{key: each for key, each in new.items() if key not in refused}}, len(refused)


def _one(turn: Turn, instance: Instance, inputs: Inputs) -> Outcome:
    return hold(turn, instance, advance(turn, instance, roster.given(turn, instance, inputs)))


def _closing(turn: Turn, instance: Instance, reason: Reason) -> tuple[Transition, ...]:
    if instance.episode is None:
        return ()
    ended = replace(instance, phase=Phase.OK, since=turn.at, flapping=False)
    return (turn.tell(instance.phase, ended, Kind.RESOLVED, reason)[1],)
