"""Transitions → what is owed to whom, or why not: one decision per transition and target. Pure.

The pair rule: an end goes to exactly those targets that accepted a start of its episode, or still owe one,
whatever became of alert and channel since. Overlays silence starts at once and hold the ends of chats; places that
keep an incident open get their end in any case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lynxalert.alerts.model import ZERO, Alert, ChannelSpec, Key, Kind, Reason, Transition
from lynxalert.notify.model import Delivery, Failure, Overlay, Quiet, Start, Status, Target

# What silences everything but an end; in the order in which they are named as the reason.
SILENCING = (Quiet.MUTED, Quiet.SILENCED, Quiet.OFF_SCHEDULE, Quiet.INHIBITED, Quiet.FLAPPING)


@dataclass(frozen=True, slots=True)
class Addressee:
    """A channel of the alert with the target it stands for; *target* None: it is not configured."""

    spec: ChannelSpec
    target: Target | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is owed to *target* for *transition*. *due_at* None: held until released, or final."""

    transition: Transition
    target: Target
    status: Status
    due_at: dt.datetime | None
    reason: Quiet | Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision depends on besides the transition.

    *overlays* hold for the whole alert, *by_key* for single instances. *starts* are those of the episodes at
    hand, and of earlier episodes of the same keys that were accepted within the cooldown. *crowd*: so much is told at
    once that most of it will be read in digests; it decides nothing but when texts are written.
    """

    alert: Alert
    addressees: Sequence[Addressee]
    now: dt.datetime
    overlays: Sequence[Overlay] = ()
    by_key: Mapping[Key, Sequence[Overlay]] = field(default_factory=dict)
    starts: Sequence[Start] = ()
    crowd: bool = False


def route(transitions: Iterable[Transition], situation: Situation) -> tuple[Decision, ...]:
    """A decision for every transition and every target it concerns, in order; later ones see earlier ones."""
    known = Known(situation.starts)
    decided: list[Decision] = []
    for transition in transitions:
        decide = _end if transition.is_end else _news
        for decision in decide(transition, situation, known):
            decided.append(decision)
            start = known.at(transition.episode).get(decision.target)
            if not transition.is_end and (start is None or not stands(start)):
                known.add(Start(transition.key, transition.episode, decision.target, decision.status))
    return tuple(decided)


class Known:
    """Starts, found without a look at each: there may be tens of thousands."""

    def __init__(self, starts: Iterable[Start]) -> None:
        self._by_episode: dict[str, dict[Target, Start]] = {}
        self._by_key: dict[Key, list[Start]] = {}
        for each in starts:
            self.add(each)

    def add(self, start: Start) -> None:
        """One more; it takes the place of what was known of its episode and target."""
        self._by_episode.setdefault(start.episode, {})[start.target] = start
        self._by_key.setdefault(start.key, []).append(start)

    def at(self, episode: str) -> Mapping[Target, Start]:
        """What each target knows of *episode*."""
        return self._by_episode.get(episode, {})

    def place(self, episode: str, target: Target) -> Target:
        """*target*, or the one under whose name its place was told of *episode* before."""
        told = self.at(episode)
        if not told or target in told:
            return target
        there = (
            each for each, start in told.items() if each.destination == target.destination and stands(start)
        )
        return next(there, target)

    def of(self, key: Key) -> Sequence[Start]:
        """All of one instance."""
        return self._by_key.get(key, ())


def _news(transition: Transition, situation: Situation, known: Known) -> list[Decision]:
    """Decisions on a start, change, repetition, loss of data or flapping."""
    decided: dict[Target, Decision] = {}
    for addressee in situation.addressees:
        if addressee.target is None:
            target = Target(addressee.spec.type, addressee.spec.name, f"{addressee.spec.type}:unconfigured")
            failure = Decision(transition, target, Status.FAILED, None, Failure.UNCONFIGURED)
            decided.setdefault(target, failure)
            continue
        target = known.place(transition.episode, addressee.target)
        quiet = _quiet(transition, addressee.spec, situation, target, known)
        decision = Decision(transition, target, Status.QUEUED, situation.now)
        if quiet is not None:
            decision = Decision(transition, target, Status.SUPPRESSED, quiet.until, quiet.reason)
        decided.setdefault(target, decision)
    return list(decided.values())


def _end(transition: Transition, situation: Situation, known: Known) -> list[Decision]:
    """Decisions on an end: only where a start of the episode is known."""
    unwanted = {one.target for one in situation.addressees if not one.spec.send_resolved}
    decided = []
    for target, start in known.at(transition.episode).items():
        if not stands(start):
            decided.append(_suppressed(transition, target, Quiet.START_NOT_ACCEPTED))
        elif target in unwanted:
            decided.append(_suppressed(transition, target, Quiet.SEND_RESOLVED_OFF))
        elif transition.held:
            decided.append(_suppressed(transition, target, Quiet.FLAPPING))
        else:
            overlay = None if target.stateful else _silence(transition, situation)
            if overlay is None or transition.reason is Reason.DELETED:
                decided.append(Decision(transition, target, Status.QUEUED, situation.now))
            else:
                held = Decision(transition, target, Status.QUEUED, overlay.until, overlay.reason)
                decided.append(held)
    return decided


def _quiet(
    transition: Transition,
    spec: ChannelSpec,
    situation: Situation,
    target: Target,
    known: Known,
) -> Overlay | None:
    """Why *transition* is not told at *target*; its `until` says when to think again."""
    if not spec.enabled:
        return Overlay(Quiet.CHANNEL_DISABLED)
    if transition.held:
        return Overlay(Quiet.FLAPPING)
    silence = _silence(transition, situation)
    if silence is not None:
        return silence
    start = known.at(transition.episode).get(target)
    if start is not None and stands(start):
        if transition.kind is not Kind.REPEATED:
            return None
        if start.status is not Status.DELIVERED:
            return Overlay(Quiet.START_WAITING)
        acked = any(overlay.reason is Quiet.ACKED for overlay in _overlays(transition, situation))
        return Overlay(Quiet.ACKED) if acked else None
    return cooldown(
        transition.key, transition.episode, target, situation.alert, known.of(transition.key), situation.now
    )


def cooldown(
    key: Key, episode: str, target: Target, alert: Alert, starts: Iterable[Start], now: dt.datetime
) -> Overlay | None:
    """The cooldown that keeps a new start of *key* from *target*: since the last one accepted there."""
    if alert.policy.cooldown <= ZERO:
        return None
    accepted = [
        start.accepted_at
        for start in starts
        if start.accepted_at and start.key == key and start.target == target and start.episode != episode
    ]
    if not accepted:
        return None
    over = (
        min(max(accepted), now) + alert.policy.cooldown
    )  # accepted later than now: the clock was set back since
    return Overlay(Quiet.COOLDOWN, over) if over > now else None


def release(waiting: Sequence[Delivery], situation: Situation) -> tuple[Delivery, ...]:
    """What becomes of what was kept quiet and whose `due_at` has come: ends, and news of episodes that still fire.

    The newest per episode and target is queued, unless another reason holds; the older ones stay suppressed. Where the
    start was told, that is a change or a loss of data of which nothing later was told; repeats are not caught up.
    """
    changed: list[Delivery] = [_thought_again(each, situation) for each in waiting if each.is_end]
    waiting = [each for each in waiting if not each.is_end]
    done: set[tuple[str, Target]] = set()
    known = Known(situation.starts)
    told = {(start.episode, start.target): start.told for start in situation.starts if stands(start)}
    for delivery in sorted(waiting, key=lambda one: one.sequence, reverse=True):
        at = (delivery.episode, delivery.target)
        stale = at in told and (delivery.kind is Kind.REPEATED or delivery.sequence <= told[at])
        if at in done or stale:
            changed.append(replace(delivery, due_at=None))
            continue
        done.add(at)
        overlay = _strongest([*situation.overlays, *situation.by_key.get(delivery.key, ())])
        if overlay is None and at not in told:
            overlay = _still_cools(delivery, situation, known)
        if overlay is None:
            queued = replace(delivery, status=Status.QUEUED, reason=None, created_at=situation.now)
            changed.append(replace(queued, due_at=situation.now))
        else:
            changed.append(replace(delivery, reason=overlay.reason, due_at=overlay.until))
    return tuple(changed)


def _still_cools(start: Delivery, situation: Situation, known: Known) -> Overlay | None:
    """The cooldown that keeps quiet a start which has waited once."""
    now = situation.now
    # What was accepted later than now was so before the clock was set back: this has waited for it already.
    earlier = [one for one in known.of(start.key) if (one.accepted_at or now) <= now]
    return cooldown(start.key, start.episode, start.target, situation.alert, earlier, now)


def lift(
    silenced: Sequence[Delivery], now: dt.datetime, *, tell_still_firing: bool, covered: Container[str] = ()
) -> tuple[Delivery, ...]:
    """What becomes of what a mute held when somebody ends it by hand: ends go out, starts only if told to.

    All of it is thought of again by `release`, so that no other reason to stay quiet is passed over. *covered* are
    the ids of what another mute or silence keeps quiet: it goes out when that is over, as if nothing had been ended.
    """
    return tuple(
        replace(
            each,
            due_at=now if each.is_end or tell_still_firing or each.id in covered else None,
        )
        for each in silenced
    )


def _thought_again(end: Delivery, situation: Situation) -> Delivery:
    """An end that was held: to be sent now, unless it must still wait."""
    overlays = [] if end.target.stateful else [*situation.overlays, *situation.by_key.get(end.key, ())]
    overlay = _strongest(overlays)
    if overlay is None:
        return replace(end, reason=None, due_at=situation.now)
    return replace(end, reason=overlay.reason, due_at=overlay.until)


def _silence(transition: Transition, situation: Situation) -> Overlay | None:
    return _strongest(_overlays(transition, situation))


def _overlays(transition: Transition, situation: Situation) -> list[Overlay]:
    return [*situation.overlays, *situation.by_key.get(transition.key, ())]


def _strongest(overlays: Iterable[Overlay]) -> Overlay | None:
    """The silence that lasts longest; one without an end lasts for ever. Equal ones: the first named."""
    silences = [overlay for overlay in overlays if overlay.reason in SILENCING]
    never = dt.datetime.max.replace(tzinfo=dt.UTC)
    return max(silences, key=lambda one: (one.until or never, -SILENCING.index(one.reason)), default=None)


def stands(start: Start) -> bool:
    """Whether its place knows of the episode, or will."""
    return start.status is Status.DELIVERED or start.status is Status.COLLAPSED or start.status.is_owed


def _suppressed(transition: Transition, target: Target, reason: Quiet) -> Decision:
    return Decision(transition, target, Status.SUPPRESSED, None, reason)
