"""Episodes that begin at a T at which one of the same name began before → the same under a name of their own.

That is so only where a clock was set back so far that slots are judged a second time. What is told of the second stay would
else be taken for what was told of the first, by our outbox and by every provider.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lynxalert.alerts import Instance
from lynxalert.alerts.keys import again
from lynxalert.daemon.slots import Outcome
from lynxalert.notify.facts import Occasion
from lynxalert.state import Transaction, history


async def renamed(tx: Transaction, outcomes: Sequence[Outcome], now: dt.datetime) -> list[Outcome]:
    """*outcomes*, no episode of which is known to history by the name of one that begins now."""
    told = [one.transition for each in outcomes for one in each.occasions]
    begun = {each.episode for each in told if each.sequence == 1 and not each.late}
    names = {name: again(name, now) for name in await history.known(tx, begun)}
    return [_renamed(each, names) if names else each for each in outcomes]


def _renamed(outcome: Outcome, names: Mapping[str, str]) -> Outcome:
    return replace(
        outcome,
        occasions=tuple(_occasion(each, names) for each in outcome.occasions),
        instances={key: _instance(each, names) for key, each in outcome.instances.items()},
    )


def _occasion(occasion: Occasion, names: Mapping[str, str]) -> Occasion:
    told = occasion.transition
    return replace(occasion, transition=replace(told, episode=names.get(told.episode, told.episode)))


def _instance(instance: Instance, names: Mapping[str, str]) -> Instance:
    episode = instance.episode
    if episode is None or episode.id not in names:
        return instance
    return replace(instance, episode=replace(episode, id=names[episode.id]))
