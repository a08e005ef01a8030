"""An alert and the rows that meet it → why it would stay quiet all the same, each reason with its end."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from lynxalert.alerts import Alert, Match
from lynxalert.alerts.active import is_active, next_active
from lynxalert.alerts.changes import lifecycle
from lynxalert.alerts.model import Lifecycle
from lynxalert.daemon.quiet import quietness
from lynxalert.notify.queueing import target_of
from lynxalert.notify.routing import cooldown
from lynxalert.state import Database, begun, overlays


async def overlays_of(
    database: Database, alert: Alert, hits: Sequence[Match], now: dt.datetime
) -> list[dict[str, Any]]:
    """What keeps *alert* or one of its *hits* quiet at *now*: its lifecycle, mute, schedule, silences, cooldowns."""
    found: list[dict[str, Any]] = []
    state = lifecycle(alert, now)
    if state is not Lifecycle.ENABLED:
        found.append({"reason": str(state), "until": alert.paused_until if alert.paused else None})
    async with database.read() as tx:
        mute = await overlays.mute_of(tx, alert.id, now)
        starts = await begun.starts(tx, alert.id, [], now - alert.policy.cooldown)
        standing = await quietness(tx, now)
    if mute is not None:
        found.append({"reason": "muted", "until": mute.ends_at, "note": mute.reason or None})
    if not is_active(alert.active_schedule, now):
        found.append({"reason": "off_schedule", "until": next_active(alert.active_schedule, now)})
    by_key = standing.of_instances(alert, ((hit.key, hit.labels, "") for hit in hits))
    for key, held in by_key.items():
        found += [{"reason": str(each.reason), "until": each.until, "key": json.loads(key)} for each in held]
    for spec in alert.channels:
        target = target_of(spec)
        cooling = [
            quiet
            for hit in hits
            if target and spec.enabled and (quiet := cooldown(hit.key, "", target, alert, starts, now))
        ]
        if cooling:
            until = max(each.until for each in cooling if each.until is not None)
            found.append({"reason": "cooldown", "until": until, "channel": spec.name})
    return found
