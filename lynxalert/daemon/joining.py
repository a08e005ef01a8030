"""A channel that joins an alert while it fires → what the others have heard: the start, told as it stands now.

Not here: a channel that keeps its name and leads elsewhere (`state.following`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from lynxalert.alerts import Alert, ChannelSpec, Kind, Transition
from lynxalert.alerts.schedule import window
from lynxalert.daemon.commit import Context, Deliver, decide
from lynxalert.daemon.quiet import quietness
from lynxalert.daemon.release import is_sounding, think_again
from lynxalert.lang import QueryError
from lynxalert.notify.facts import Occasion
from lynxalert.notify.model import Quiet, Start, Target
from lynxalert.notify.queueing import target_of
from lynxalert.notify.routing import stands
from lynxalert.plan import Row
from lynxalert.state import Transaction, begun, evidence, history, instances, outbox, rules

# An alert and a row → its condition with the values of that.
Phrase: TypeAlias = Callable[[Alert, Row | None], str]


def unsaid(_alert: Alert, _row: Row | None) -> str:
    """Nobody can read the query."""
    return ""


async def join(
    tx: Transaction, before: Alert, alert: Alert, deliver: Deliver, phrase: Phrase, now: dt.datetime
) -> None:
    """Owe the channels that *alert* has and *before* had not what fires, once.

    A place that knows of an episode, under whatever name, hears what it has missed of it since, and nothing twice.
    """
    fresh = list(_fresh(before.channels, alert.channels))
    if not fresh:
        return
    standing = (await instances.of(tx, [alert.id]))[alert.id].values()
    sounding = [each.episode.id for each in standing if each.episode is not None and is_sounding(each)]
    if not sounding:
        return
    news = await history.newest(tx, sounding)
    frozen = await evidence.of(tx, sounding)
    starts = (await begun.starts_of(tx, {alert.id: begun.Sought(sounding)})).get(alert.id, ())
    context = Context(await quietness(tx, now, await rules.at(tx, now)), deliver, {})
    for spec, target in fresh:
        told = _told(starts, target)
        occasions = [
            _occasion(alert, each if each.episode in told else _as_start(each), phrase, frozen)
            for each in news
            if told.get(each.episode, 0) < each.sequence
        ]
        await outbox.enqueue(tx, await decide(tx, replace(alert, channels=(spec,)), occasions, context))
    await think_again(tx, alert.id, Quiet.CHANNEL_DISABLED, now, {target for _, target in fresh})


def _fresh(
    before: Sequence[ChannelSpec], after: Sequence[ChannelSpec]
) -> Iterator[tuple[ChannelSpec, Target]]:
    """The channels that nobody could speak through until now, and where they lead."""
    heard = [each for each in before if each.enabled]
    names = {(each.type, each.name) for each in heard}
    places = {target.destination for each in heard if (target := target_of(each)) is not None}
    for spec in after:
        target = target_of(spec)
        if not spec.enabled or target is None or (spec.type, spec.name) in names:
            continue
        if target.destination not in places:
            yield spec, target


def _told(starts: Sequence[Start], target: Target) -> Mapping[str, int]:
    """The sequence of the newest that the place of *target* was told of each episode it knows."""
    known = [each for each in starts if each.target.destination == target.destination and stands(each)]
    return {each.episode: each.told for each in sorted(known, key=lambda each: each.told)}


def _as_start(told: Transition) -> Transition:
    """*told* for somebody who knows nothing of its episode: a change is no news to them, that it fires is."""
    if told.kind is not Kind.CHANGED:
        return told
    return replace(told, kind=Kind.FIRED, reason=None, tier_before=None)


def _occasion(
    alert: Alert, told: Transition, phrase: Phrase, frozen: Mapping[str, Sequence[str]]
) -> Occasion:
    try:
        condition = phrase(alert, told.match.values if told.match is not None else None)
    except QueryError:  # it was written with macros that are gone
        condition = ""
    return Occasion(
        alert=alert,
        transition=told,
        condition=condition,
        window=window(alert, told.at),
        evidence=frozen.get(told.episode, ()),
    )
