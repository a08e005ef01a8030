"""Mutes, silences, schedules and acknowledgements, as they stand → the overlays that routing weighs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lynxalert.alerts import Alert, Key, Transition
from lynxalert.alerts.active import is_active, next_active
from lynxalert.notify.model import Overlay, Quiet
from lynxalert.plan import Row
from lynxalert.state import Ack, Silence, Transaction, overlays


@dataclass(frozen=True, slots=True)
class Quietness:
    """Every reason to stay quiet that holds at *now*."""

    now: dt.datetime
    silences: tuple[Silence, ...] = ()
    acks: Mapping[str, Ack] | None = None

    def of_alert(self, alert: Alert) -> tuple[Overlay, ...]:
        """What keeps the whole alert quiet: its mute, its schedule."""
        mutes = [each for each in self.silences if each.alert_id == alert.id]
        found = [Overlay(Quiet.MUTED, each.ends_at) for each in mutes if each.is_active(self.now)]
        if not is_active(alert.active_schedule, self.now):
            found.append(Overlay(Quiet.OFF_SCHEDULE, next_active(alert.active_schedule, self.now)))
        return tuple(found)

    def of_instances(
        self, alert: Alert, instances: Iterable[tuple[Key, Row, str]]
    ) -> dict[Key, tuple[Overlay, ...]]:
        """What keeps single instances quiet, each given as key, labels, episode: silences, acknowledgements."""
        found: dict[Key, tuple[Overlay, ...]] = {}
        for key, labels, episode in instances:
            silenced = [
                Overlay(Quiet.SILENCED, each.ends_at)
                for each in self.silences
                if each.alert_id is None and each.covers(alert.id, labels_of(alert, labels), self.now)
            ]
            ack = (self.acks or {}).get(episode)
            acked = [Overlay(Quiet.ACKED, ack.until)] if ack is not None else []
            found[key] = (*silenced, *acked)
        return found

    def of_transitions(self, alert: Alert, told: Iterable[Transition]) -> dict[Key, tuple[Overlay, ...]]:
        """`of_instances` for those that something happened to."""
        return self.of_instances(alert, ((each.key, each.labels, each.episode) for each in told))


def labels_of(alert: Alert, labels: Row) -> dict[str, Any]:
    """What matchers see of an instance: the labels and name of its alert, and its own by-fields, which win."""
    own = {"alert": alert.name, "alert_id": alert.id, "severity": alert.severity}
    return {**own, **alert.labels, **labels}


async def quietness(tx: Transaction, now: dt.datetime) -> Quietness:
    """All that holds at *now*."""
    return Quietness(now, await overlays.silenced(tx, now), await overlays.acked(tx, now))
