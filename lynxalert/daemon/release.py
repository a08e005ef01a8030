"""What was kept quiet and whose reason has run out, or was ended by hand → sent, if what it tells is still true."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import replace

from lynxalert.alerts import Instance, Key, Phase
from lynxalert.daemon.quiet import Quietness, labels_of, quietness
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.matchers import all_match
from lynxalert.notify.model import Delivery, Quiet, Target
from lynxalert.notify.queueing import situation_of
from lynxalert.notify.routing import lift, release
from lynxalert.plan import Row
from lynxalert.state import Definition, Silence, Transaction, begun, definitions, instances, outbox, owed

_SOUNDING = (Phase.FIRING, Phase.RECOVERING, Phase.NODATA)


def is_sounding(instance: Instance) -> bool:
    """Whether there is something to tell of it: it fires, or has no data, or it will be told once it has settled."""
    return instance.flapping or instance.phase in _SOUNDING


async def release_due(tx: Transaction, now: dt.datetime, inhibitions: Sequence[Inhibition] = ()) -> int:
    """Think again of every message kept quiet that is due for it; how many were queued.

    1. A start of an episode that is over, or of an alert that is gone, is not told any more.
    2. What still fires is queued, and so is an end, unless another reason holds by now.
    """
    waiting = await owed.waiting(tx, now)
    if not waiting:
        return 0
    quiet, queued = await quietness(tx, now, inhibitions), 0
    for alert_id, messages in waiting.items():
        found = await definitions.load(tx, alert_id)
        open_ = (await instances.of(tx, [alert_id]))[alert_id]
        sounding = {each.episode.id: each for each in open_.values() if each.episode and is_sounding(each)}
        ends = [each for each in messages if each.is_end]
        still = [each for each in messages if not each.is_end and found and each.episode in sounding]
        kept = {each.id for each in (*ends, *still)}
        changed = [replace(each, due_at=None) for each in messages if each.id not in kept]
        if found is None:  # nothing that could be quiet is left
            changed += [replace(each, reason=None, due_at=now) for each in ends]
        else:
            changed += await _thought_again(tx, found, [*ends, *still], sounding, quiet)
        await outbox.store(tx, changed, now)
        queued += sum(each.status.is_owed for each in changed)
    return queued


async def let_speak(
    tx: Transaction, now: dt.datetime, *, tell_still_firing: bool, ended: Silence | str
) -> None:
    """A silence, or the mute of an alert (its id), was ended by hand: what it kept quiet goes out.

    Starts only with *tell_still_firing*. What another one still keeps quiet waits for the end of that.
    """
    alert_id = ended if isinstance(ended, str) else ended.alert_id
    matchers = () if isinstance(ended, str) else ended.matchers
    kept = await owed.quieted(tx, [Quiet.SILENCED, Quiet.MUTED], alert_id)
    quiet = await quietness(tx, now)
    alerts = await definitions.some(tx, sorted({each.alert_id for each in kept}))
    by_id = {each.alert.id: each.alert for each in alerts}
    touched, covered = [], set()
    for each in kept:
        alert = by_id.get(each.alert_id)
        labels = labels_of(alert, json.loads(each.key)) if alert is not None else {}
        if all_match(matchers, labels):
            touched.append(each)
        if any(one.covers(each.alert_id, labels, now) for one in quiet.silences):
            covered.add(each.id)
    await outbox.store(tx, lift(touched, now, tell_still_firing=tell_still_firing, covered=covered), now)


async def think_again(
    tx: Transaction,
    alert_id: str,
    reason: Quiet,
    now: dt.datetime,
    targets: Collection[Target] | None = None,
) -> None:
    """*reason* holds for another time than it did, at *targets* or all: what it keeps quiet of the alert is thought of again."""
    kept = await owed.quieted(tx, [reason], alert_id)
    again = [each for each in kept if targets is None or each.target in targets]
    await outbox.store(tx, [replace(each, due_at=now) for each in again], now)


async def _thought_again(
    tx: Transaction,
    found: Definition,
    still: Sequence[Delivery],
    sounding: dict[str, Instance],
    quiet: Quietness,
) -> tuple[Delivery, ...]:
    alert = found.alert
    episodes = {each.episode for each in still}
    known: list[tuple[Key, Row, str]] = [(each.key, json.loads(each.key), each.episode) for each in still]
    known += [(each.key, each.labels, episode) for episode, each in sounding.items() if episode in episodes]
    situation = situation_of(
        alert,
        quiet.now,
        overlays=quiet.of_alert(alert),
        by_key=quiet.of_instances(alert, known),
        starts=await begun.starts(tx, alert.id, episodes, quiet.now - alert.policy.cooldown),
    )
    return release(still, situation)
