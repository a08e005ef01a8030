"""Late events: which judged slots they touch, and what should have been told. Pure.

Judging a past slot again can open an episode that nobody heard of. It never takes back what was told, and it
cannot mend an alert that fires *because* rows are late (`count < n`): that one needs a `delay`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lynxalert.alerts import roster
from lynxalert.alerts.advance import advance
from lynxalert.alerts.flapping import hold
from lynxalert.alerts.model import Alert, Inputs, Instance, Key, Phase, Step, Transition
from lynxalert.alerts.turn import Turn
from lynxalert.plan import TimeWindow

LEAST_LATENESS = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Judged:
    """One slot as it was judged: its T, the T of the slot before, and what it said; None: it failed."""

    at: dt.datetime
    previous: dt.datetime | None
    inputs: Inputs | None


def max_lateness(alert: Alert) -> dt.timedelta:
    """How far back windows are judged again: `max_lateness`, else the window or ten minutes."""
    if alert.max_lateness is not None:
        return alert.max_lateness
    return max(alert.window, LEAST_LATENESS)


def too_late_before(alert: Alert, at: dt.datetime) -> dt.datetime:
    """The event time before which a row that arrives at the slot *at* changes nothing any more."""
    return at - max_lateness(alert) - alert.window


def dirty(alert: Alert, slots: Sequence[Judged], oldest: dt.datetime, at: dt.datetime) -> tuple[Judged, ...]:
    """The *slots* to judge again at *at*, oldest first, when the least late event time is *oldest*."""
    horizon = at - max_lateness(alert)
    return tuple(slot for slot in slots if slot.at >= horizon and oldest < slot.at < at)


def merged(windows: Iterable[TimeWindow], start: dt.datetime) -> list[TimeWindow]:
    """The time that any of *windows* covers from *start* on, each instant once."""
    found: list[tuple[dt.datetime, dt.datetime]] = []
    bounded = ((each.start or start, each.end) for each in windows)
    for begins, ends in sorted((max(begins, start), ends) for begins, ends in bounded if ends is not None):
        if ends <= begins:
            continue
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(ends, found[-1][1])
        else:
            found.append((begins, ends))
    return [TimeWindow(*each) for each in found]


def rejudge(
    alert: Alert, slots: Sequence[Judged], told: Sequence[Transition], live: Mapping[Key, Instance]
) -> Step:
    """*live* after *slots*, in order and with their new inputs, went through the transition function again.

    *told* is the history of these slots. Per key, only the stretches outside its told episodes are replayed:

    1. An episode that opens and ends there was missed: both are told, marked late.
    2. One that runs into a told episode is the same stay; that one was told already.
    3. One still open at the end becomes the live one, unless the key fires as it is.
    """
    instances = dict(live)
    transitions: list[Transition] = []
    keys = {key for slot in slots if slot.inputs is not None for key in slot.inputs.hits}
    for key in sorted(keys):
        stays = _stays(key, told, live.get(key))
        after, missed = _replay(alert, key, slots, stays)
        transitions += missed
        before = live.get(key)
        if after is not None and (before is None or before.episode is None):
            instances[key] = after if before is None else _grafted(before, after)
    return Step(dict(sorted(instances.items())), tuple(transitions))


@dataclass(frozen=True, slots=True)
class _Stay:
    start: dt.datetime
    end: dt.datetime | None

    def covers(self, at: dt.datetime) -> bool:
        return self.start <= at and (self.end is None or at <= self.end)


def _stays(key: Key, told: Sequence[Transition], live: Instance | None) -> list[_Stay]:
    """The told episodes of *key*, open ones without an end."""
    starts: dict[str, dt.datetime] = {}
    ends: dict[str, dt.datetime] = {}
    for each in (each for each in told if each.key == key):
        starts.setdefault(each.episode, each.started)
        if each.is_end and not each.held:
            ends[each.episode] = each.at
    if live is not None and live.episode is not None:
        starts.setdefault(live.episode.id, live.episode.started)
    return [_Stay(start, ends.get(episode)) for episode, start in starts.items()]


def _replay(
    alert: Alert, key: Key, slots: Sequence[Judged], stays: Sequence[_Stay]
) -> tuple[Instance | None, list[Transition]]:
    """The instance that a replay ends with, if it is not plain `ok`, and what was missed on the way."""
    calm = replace(alert, policy=replace(alert.policy, flapping=None))
    instance: Instance | None = None
    missed: list[Transition] = []
    opened: list[Transition] = []  # of the episode that is open now; may yet merge into a told one
    for turn, inputs in _turns(calm, slots):
        if any(stay.covers(turn.at) for stay in stays):
            instance, opened = None, []
            continue
        if instance is None:
            hit = inputs.hits.get(key)
            if hit is None:
                continue
            instance = Instance(key=key, labels=hit.labels, phase=Phase.OK, since=turn.at, seen=turn.at)
        before = instance
        instance, said = hold(turn, before, advance(turn, before, roster.given(turn, before, inputs)))
        opened += (replace(each, late=True) for each in said)
        if instance.episode is None:
            missed += opened
            opened = []
        if roster.is_idle(instance):
            instance = None
    return instance, missed + opened


def _turns(alert: Alert, slots: Sequence[Judged]) -> Iterator[tuple[Turn, Inputs]]:
    """The judged slots; late rows never make a key go missing, so presence is left out."""
    for slot in slots:
        if slot.inputs is not None:
            yield (
                Turn(alert, slot.at, slot.previous),
                replace(slot.inputs, present=None, missing={}),
            )


def _grafted(live: Instance, replayed: Instance) -> Instance:
    """*live* with the condition that the replay came to; its roster and its flips stay its own."""
    return replace(
        live,
        phase=replayed.phase,
        since=replayed.since,
        hit=replayed.hit,
        match=replayed.match,
        episode=replayed.episode,
        was_firing=False,
    )
