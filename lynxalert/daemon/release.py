"""Suppressed starts whose reason has run out → sent, if what they tell is still true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from lynxalert.alerts import Instance, Phase
from lynxalert.daemon.quiet import Quietness, quietness
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.model import Delivery
from lynxalert.notify.queueing import situation_of
from lynxalert.notify.routing import release
from lynxalert.state import Definition, Transaction, definitions, instances, outbox, owed

_SOUNDING = (Phase.FIRING, Phase.RECOVERING, Phase.NODATA)


async def release_due(tx: Transaction, now: dt.datetime, inhibitions: Sequence[Inhibition] = ()) -> int:
    """Think again of every suppressed message that is due for it; how many were queued.

    1. An episode that is over, or an alert that is gone, is not told any more.
    2. What still fires is queued, unless another reason holds by now.
    """
    waiting = await owed.waiting(tx, now)
    if not waiting:
        return 0
    quiet, queued = await quietness(tx, now, inhibitions), 0
    for alert_id, messages in waiting.items():
        found = await definitions.load(tx, alert_id)
        open_ = (await instances.of(tx, [alert_id]))[alert_id]
        sounding = {
            each.episode.id: each for each in open_.values() if each.episode and each.phase in _SOUNDING
        }
        over = [each for each in messages if found is None or each.episode not in sounding]
        changed = [replace(each, due_at=None) for each in over]
        still = [each for each in messages if each not in over]
        if found is not None and still:
            changed += await _thought_again(tx, found, still, sounding, quiet)
        await outbox.store(tx, changed, now)
        queued += sum(each.status.is_owed for each in changed)
    return queued


async def _thought_again(
    tx: Transaction,
    found: Definition,
    still: Sequence[Delivery],
    sounding: dict[str, Instance],
    quiet: Quietness,
) -> tuple[Delivery, ...]:
    alert = found.alert
    episodes = {each.episode for each in still}
    known = [(each.key, each.labels, episode) for episode, each in sounding.items() if episode in episodes]
    situation = situation_of(
        alert,
        quiet.now,
        overlays=quiet.of_alert(alert),
        by_key=quiet.of_instances(alert, known),
        starts=await owed.starts(tx, alert.id, episodes, quiet.now - alert.policy.cooldown),
    )
    return release(still, situation)
