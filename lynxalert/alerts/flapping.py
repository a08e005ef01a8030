"""Holds what is told of an instance that changes too often, then tells the truth. Pure.

The condition itself is never touched. While an instance flaps its episode stays open, whatever its phase: the
outside world sees one incident from the first message to the one after the hold.
"""

from __future__ import annotations

from dataclasses import replace

from lynxalert.alerts.advance import Outcome
from lynxalert.alerts.model import Flapping, Instance, Kind, Phase, Reason, Transition
from lynxalert.alerts.turn import Turn


def hold(turn: Turn, before: Instance, outcome: Outcome) -> Outcome:
    """*outcome* of the slot for the instance that was *before*, as it may be told.

    1. Note whether the condition changed at this slot.
    2. Too many changes: one `flapping` message stands for this change and all that follow.
    3. While flapping: starts and ends are history only, and an end leaves the episode open.
    4. Enough quiet slots: tell where the instance stands now.
    """
    after, transitions = outcome
    rule = turn.policy.flapping
    if rule is None:
        return _closed(after, transitions), transitions
    flipped = any(_is_change(each) for each in transitions)
    flips = (before.flips << 1 | flipped) & ((1 << rule.slots) - 1)
    if not before.flapping and (flips.bit_count() < rule.changes or not flipped):
        return _closed(after, transitions, flips), transitions
    if flips != after.flips:
        after = replace(after, flips=flips)
    if before.flapping:
        held = tuple(replace(each, held=True) if _is_change(each) else each for each in transitions)
        return _settle(turn, after, held) if _is_quiet(rule, flips) else (after, held)
    held = tuple(replace(each, held=True) if _is_change(each) else each for each in transitions)
    after, flapping = turn.tell(after.phase, replace(after, flapping=True), Kind.FLAPPING)
    return after, (*held, flapping)


def _is_change(transition: Transition) -> bool:
    if transition.kind is Kind.CHANGED:
        return transition.reason is Reason.DATA_BACK
    return transition.kind in (Kind.FIRED, Kind.RESOLVED, Kind.NO_DATA)


def _is_quiet(rule: Flapping, flips: int) -> bool:
    return flips & ((1 << rule.quiet) - 1) == 0


def _settle(turn: Turn, after: Instance, transitions: tuple[Transition, ...]) -> Outcome:
    after = replace(after, flapping=False, flips=0)
    if transitions:  # a repeat or a new tier, told at this very slot, says where it stands
        return after, transitions
    match after.phase:
        case Phase.FIRING | Phase.RECOVERING:
            kind = Kind.CHANGED
        case Phase.NODATA:
            kind = Kind.NO_DATA
        case Phase.OK | Phase.PENDING:
            kind = Kind.RESOLVED
    after, truth = turn.tell(after.phase, after, kind, Reason.SETTLED)
    told = (*transitions, truth)
    return _closed(after, told), told


def _closed(after: Instance, transitions: tuple[Transition, ...], flips: int | None = None) -> Instance:
    """Without its episode, if that has ended; with *flips*, unless None."""
    flips = after.flips if flips is None else flips
    if any(each.kind is Kind.RESOLVED for each in transitions):
        return replace(after, episode=None, match=None, flips=flips)
    return replace(after, flips=flips) if flips != after.flips else after
