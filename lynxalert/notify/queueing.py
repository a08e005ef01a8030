"""Occasions → deliveries, ready for the outbox: decided by `routing`, rendered once by `render`. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from lynxalert.alerts.model import Alert, ChannelSpec, Grouping, Key
from lynxalert.notify.channel import Channel, target
from lynxalert.notify.configure import configure
from lynxalert.notify.facts import Occasion, alert_facts
from lynxalert.notify.grouping import group_of
from lynxalert.notify.links import runbook
from lynxalert.notify.message import Link
from lynxalert.notify.model import Delivery, Overlay, Start, Target, delivery_id
from lynxalert.notify.pace import pace_of
from lynxalert.notify.render import compose, outlined
from lynxalert.notify.routing import Addressee, Decision, Situation, route

REMEMBERED = 4_096  # channels: thousands of alerts speak through the same few

# An occasion and the present → the links of its messages.
Linking: TypeAlias = Callable[[Occasion, dt.datetime], tuple[Link, ...]]


def runbook_only(occasion: Occasion, _now: dt.datetime) -> tuple[Link, ...]:
    """The links where nobody said at which address people find the daemon."""
    return tuple(runbook(occasion))


@lru_cache(maxsize=REMEMBERED)
def made(spec: ChannelSpec) -> Channel | None:
    """The channel that *spec* describes, or None while it is incomplete."""
    return configure(spec.type, spec.config, ())[0]


@lru_cache(maxsize=REMEMBERED)
def target_of(spec: ChannelSpec) -> Target | None:
    """The target that deliveries through *spec* are owed to, or None while it is incomplete."""
    channel = made(spec)
    return None if channel is None else target(channel, spec.name)


def situation_of(
    alert: Alert,
    now: dt.datetime,
    *,
    overlays: Sequence[Overlay] = (),
    by_key: Mapping[Key, Sequence[Overlay]] | None = None,
    starts: Sequence[Start] = (),
    crowd: bool = False,
) -> Situation:
    """The situation of *alert*, its channels turned into targets."""
    addressees = [Addressee(spec, target_of(spec)) for spec in alert.channels]
    return Situation(
        alert=alert,
        addressees=addressees,
        now=now,
        overlays=overlays,
        by_key=by_key or {},
        starts=starts,
        crowd=crowd,
    )


def queue(
    occasions: Sequence[Occasion], situation: Situation, links: Linking = runbook_only
) -> tuple[Delivery, ...]:
    """Every delivery that *occasions* of the situation's alert give rise to, suppressed ones included, in order."""
    channels = {one.target: made(one.spec) for one in situation.addressees if one.target is not None}
    for start in situation.starts:
        if start.target not in channels and start.channel is not None:
            channels[start.target] = made(start.channel)
    groupings = groupings_of(situation.addressees)
    digested = gathering(situation.addressees) if situation.crowd else frozenset()
    told = {
        (one.transition.episode, one.transition.sequence): replace(one, links=found)
        if (found := links(one, situation.now)) or one.links
        else one
        for one in occasions
    }
    alerts = {id(one.alert): one.alert for one in occasions}
    facts = {each: alert_facts(alert) for each, alert in alerts.items()}
    deliveries = []
    for decision in route([occasion.transition for occasion in occasions], situation):
        transition = decision.transition
        identity = delivery_id(transition.episode, transition.sequence, decision.target)
        occasion = told[transition.episode, transition.sequence]
        deliveries.append(
            Delivery(
                id=identity,
                alert_id=transition.alert_id,
                key=transition.key,
                episode=transition.episode,
                sequence=transition.sequence,
                target=decision.target,
                kind=transition.kind,
                status=decision.status,
                created_at=situation.now,
                due_at=decision.due_at,
                message=(outlined if decision.target in digested else compose)(
                    occasion, channels.get(decision.target), identity, facts[id(occasion.alert)]
                ),
                reason=decision.reason,
                group=_group(situation, decision, groupings.get(decision.target)),
            )
        )
    return tuple(deliveries)


def gathering(addressees: Iterable[Addressee]) -> frozenset[Target]:
    """The targets that are told of a crowd by digests: those with a group or a pace, unless they keep incidents."""
    return frozenset(
        one.target
        for one in addressees
        if one.target is not None
        and not one.target.stateful
        and (one.spec.grouping is not None or pace_of(one.spec) is not None)
    )


def groupings_of(addressees: Sequence[Addressee]) -> dict[Target, Grouping]:
    """The targets that gather what they are told; never those that keep an incident of each."""
    return {
        one.target: one.spec.grouping
        for one in addressees
        if one.target is not None and one.spec.grouping is not None and not one.target.stateful
    }


def _group(situation: Situation, decision: Decision, grouping: Grouping | None) -> str | None:
    if grouping is None:
        return None
    return group_of(situation.alert, decision.transition, grouping)
