"""Outcomes → one transaction: cursors, instances, history and deliveries, all of them or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lynxalert.alerts import ZERO, Alert, ChannelSpec
from lynxalert.alerts.health import Health, Notice
from lynxalert.daemon.namesakes import renamed
from lynxalert.daemon.quiet import Quietness, quietness
from lynxalert.daemon.slots import Outcome
from lynxalert.notify.digest import AWAY
from lynxalert.notify.facts import Occasion
from lynxalert.notify.grouping import due
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.model import Delivery, Start, Target
from lynxalert.notify.news import of_alert
from lynxalert.notify.queueing import groupings_of, queue, situation_of
from lynxalert.notify.routing import Situation
from lynxalert.state import (
    Transaction,
    begun,
    chronicle,
    definitions,
    evidence,
    gathering,
    history,
    instances,
    notices,
    outbox,
)
from lynxalert.state.chronicle import OVER, Matter, Note

CROWD = 50  # transitions of one commit: texts that a digest will stand for are not written beforehand
AWAY_WAIT = dt.timedelta(seconds=5)  # other alerts that catch up are told in the same message

# Occasions of one alert, and all a decision depends on → what is owed; nothing else is known to the evaluator.
Deliver: TypeAlias = Callable[[Sequence[Occasion], Situation], Sequence[Delivery]]
# A notice about an alert that cannot do its work → what is owed to the error channel.
Tell: TypeAlias = Callable[[Alert, Notice], Sequence[Delivery]]


def tell_nobody(_alert: Alert, _notice: Notice) -> Sequence[Delivery]:
    """There is no error channel."""
    return ()


@dataclass(frozen=True, slots=True)
class Voice:
    """How deliveries come about."""

    deliver: Deliver = queue
    tell: Tell = tell_nobody
    inhibitions: Callable[[], Sequence[Inhibition]] = tuple  # the rules in force
    error_channels: Callable[[], Sequence[ChannelSpec]] = (
        tuple  # who hears of alerts that cannot do their work
    )


async def commit(
    tx: Transaction, outcomes: Sequence[Outcome], now: dt.datetime, voice: Voice
) -> tuple[Outcome, ...]:
    """Write *outcomes* and what they give rise to; those that were written.

    An alert that was edited while it was evaluated is left out: its slots are judged again by what it says now.
    """
    revisions = await definitions.revisions_of(tx, [each.alert.id for each in outcomes])
    valid = [each for each in outcomes if revisions.get(each.alert.id) == each.before.definition.revision]
    valid = await renamed(tx, valid, now)
    # First, so that what begins to fire inhibits what begins with it.
    moved = ((each.alert.id, each.before.instances, each.instances) for each in valid)
    await instances.save_all(tx, moved, now)
    await chronicle.note(tx, healths(valid), now)
    told = [occasion.transition for each in valid for occasion in each.occasions]
    quiet = await quietness(tx, now, voice.inhibitions()) if told else Quietness(now)
    context = Context(quiet, voice.deliver, await known_starts(tx, valid, now), len(told) >= CROWD)
    deliveries: list[Delivery] = []
    for each in valid:
        owed_now = await decide(tx, each.alert, each.occasions, context)
        deliveries += away(each, owed_now, now)
        for notice in each.notices:
            deliveries += voice.tell(each.alert, notice)
            await notices.owe(tx, of_alert(each.alert, notice), voice.error_channels(), now)
        for at, inputs in each.amended.items():
            await history.amend(tx, each.alert.id, at, inputs)
    starts = [one for each in valid for one in each.occasions if one.transition.is_start]
    frozen = ((one.alert.id, one.transition.episode, one.evidence) for one in starts)
    await evidence.freeze(tx, frozen, now)
    await instances.save_cursors(tx, [each.cursor for each in valid])
    await history.record(tx, [made for each in valid for made in each.evaluations])
    await history.append(tx, told, now)
    await outbox.enqueue(tx, deliveries)
    return tuple(valid)


def healths(outcomes: Sequence[Outcome]) -> list[Note]:
    """What the chronicle says of alerts that can do their work otherwise than before."""
    changed = [each for each in outcomes if each.cursor.health != each.before.cursor.health]
    return [
        Note(Matter.HEALTH, each.alert.id, "", OVER if each.cursor.health == Health() else each.cursor.health)
        for each in changed
    ]


async def say(
    tx: Transaction, alert: Alert, occasions: Sequence[Occasion], quiet: Quietness, deliver: Deliver
) -> None:
    """Write what happened to instances of *alert* into history, and queue what is owed for it."""
    await history.append(tx, [each.transition for each in occasions], quiet.now)
    starts = await begun.starts_of(tx, _sought(alert, occasions, quiet.now))
    await outbox.enqueue(tx, await decide(tx, alert, occasions, Context(quiet, deliver, starts)))


@dataclass(frozen=True, slots=True)
class Context:
    """What decisions of one commit share: the *starts* known of each alert, when each group goes out.

    *crowd*: so much is told that most of it will be read in digests.
    """

    quiet: Quietness
    deliver: Deliver
    starts: Mapping[str, Sequence[Start]]
    crowd: bool = False
    due_at: dict[tuple[Target, str], dt.datetime] = field(default_factory=dict)


async def known_starts(
    tx: Transaction, outcomes: Sequence[Outcome], now: dt.datetime
) -> Mapping[str, Sequence[Start]]:
    """What channels know of all that *outcomes* tell, asked at once."""
    sought: dict[str, begun.Sought] = {}
    for each in outcomes:
        sought |= _sought(each.alert, each.occasions, now)
    return await begun.starts_of(tx, sought)


def _sought(alert: Alert, occasions: Sequence[Occasion], now: dt.datetime) -> Mapping[str, begun.Sought]:
    """What must be known of *alert* to tell *occasions*: nothing of first starts, unless there is a cooldown."""
    cooldown = alert.policy.cooldown
    if not occasions or (cooldown <= ZERO and all(each.transition.sequence == 1 for each in occasions)):
        return {}
    episodes = {each.transition.episode for each in occasions}
    return {alert.id: begun.Sought(episodes, now - cooldown if cooldown > ZERO else None)}


async def decide(
    tx: Transaction, alert: Alert, occasions: Sequence[Occasion], context: Context
) -> Sequence[Delivery]:
    """What is owed for *occasions* of *alert*, by all that is known of its channels."""
    if not occasions:
        return ()
    quiet, told = context.quiet, [each.transition for each in occasions]
    situation = situation_of(
        alert,
        quiet.now,
        overlays=quiet.of_alert(alert),
        by_key=quiet.of_transitions(alert, told),
        starts=context.starts.get(alert.id, ()),
        crowd=context.crowd or len(occasions) >= CROWD,
    )
    return await gathered(tx, context.deliver(occasions, situation), situation, context.due_at)


async def gathered(
    tx: Transaction,
    deliveries: Sequence[Delivery],
    situation: Situation,
    due_at: dict[tuple[Target, str], dt.datetime] | None = None,
) -> Sequence[Delivery]:
    """*deliveries*, those of channels that group due with their group; *due_at* remembers when each group is."""
    groupings, now = groupings_of(situation.addressees), situation.now
    if not groupings:
        return deliveries
    due_at = {} if due_at is None else due_at
    found = []
    for each in deliveries:
        grouping = groupings.get(each.target)
        if grouping is not None and each.group is not None and each.status.is_owed and each.due_at == now:
            at = (each.target, each.group)
            if at not in due_at:
                due_at[at] = due(grouping, await gathering.group(tx, *at), now)
            found.append(replace(each, due_at=due_at[at]))
        else:
            found.append(each)
    return found


def away(outcome: Outcome, deliveries: Sequence[Delivery], now: dt.datetime) -> Sequence[Delivery]:
    """*deliveries* of *outcome*, those of episodes that began and ended before anybody looked due together.

    Only several slots judged at once know both: the daemon was down, or late.
    """
    told = [each.transition for each in outcome.occasions]
    begun = {each.episode for each in told if each.sequence == 1}
    over = begun & {each.episode for each in told if each.is_end and not each.held}
    return [
        replace(each, group=AWAY, due_at=now + AWAY_WAIT)
        if each.episode in over and each.status.is_owed and each.reason is None and not each.target.stateful
        else each
        for each in deliveries
    ]
