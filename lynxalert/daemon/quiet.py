"""Mutes, silences, schedules, acknowledgements and inhibitions, as they stand → the overlays that routing weighs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lynxalert.alerts import ActiveSchedule, Key, Transition
from lynxalert.alerts.active import is_active, next_active
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.model import Overlay, Quiet
from lynxalert.plan import Row
from lynxalert.state import Ack, Silence, Transaction, definitions, instances, overlays

RECHECK = dt.timedelta(minutes=1)  # how soon it is noticed that what inhibits is over


class Named(Protocol):
    """What of an alert matters to whatever keeps it quiet."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def severity(self) -> str:
        """Its severity."""
        ...

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        ...

    @property
    def active_schedule(self) -> ActiveSchedule | None:
        """When it may speak."""
        ...


@dataclass(frozen=True, slots=True)
class Quietness:
    """Every reason to stay quiet that holds at *now*. *firing* are the labels of what may inhibit by *inhibitions*."""

    now: dt.datetime
    silences: tuple[Silence, ...] = ()
    acks: Mapping[str, Ack] | None = None
    inhibitions: Sequence[Inhibition] = ()
    firing: Sequence[Mapping[str, Any]] = ()

    def of_alert(self, alert: Named) -> tuple[Overlay, ...]:
        """What keeps the whole alert quiet: its mute, its schedule."""
        mutes = [each for each in self.silences if each.alert_id == alert.id]
        found = [_overlay(Quiet.MUTED, each) for each in mutes if each.is_active(self.now)]
        if not is_active(alert.active_schedule, self.now):
            found.append(Overlay(Quiet.OFF_SCHEDULE, next_active(alert.active_schedule, self.now)))
        return tuple(found)

    def of_instances(
        self, alert: Named, instances: Iterable[tuple[Key, Row, str]]
    ) -> dict[Key, tuple[Overlay, ...]]:
        """What keeps single instances quiet, each given as key, labels, episode."""
        return {
            key: (*self._silenced(alert, labels), *self._inhibited(alert, labels), *self._acked(episode))
            for key, labels, episode in instances
        }

    def of_transitions(self, alert: Named, told: Iterable[Transition]) -> dict[Key, tuple[Overlay, ...]]:
        """`of_instances` for those that something happened to."""
        return self.of_instances(alert, ((each.key, each.labels, each.episode) for each in told))

    def _silenced(self, alert: Named, labels: Row) -> list[Overlay]:
        of_many = [each for each in self.silences if each.alert_id is None]
        seen = labels_of(alert, labels) if of_many else {}
        return [_overlay(Quiet.SILENCED, each) for each in of_many if each.covers(alert.id, seen, self.now)]

    def _inhibited(self, alert: Named, labels: Row) -> list[Overlay]:
        seen = labels_of(alert, labels) if self.inhibitions else {}
        found = (each.inhibitor(seen, self.firing) for each in self.inhibitions)
        by = next((each for each in found if each is not None), None)
        if by is None:
            return []
        until = self.now + RECHECK
        return [Overlay(Quiet.INHIBITED, until, note=str(by.get("alert")), source=by.get("alert_id"))]

    def _acked(self, episode: str) -> list[Overlay]:
        ack = (self.acks or {}).get(episode)
        return [Overlay(Quiet.ACKED, ack.until, ack.who, ack.note)] if ack is not None else []


def _overlay(reason: Quiet, silence: Silence) -> Overlay:
    return Overlay(reason, silence.ends_at, silence.who, silence.reason, silence.id)


def labels_of(alert: Named, labels: Row) -> dict[str, Any]:
    """What matchers see of an instance: the labels and name of its alert, and its own by-fields, which win."""
    own = {"alert": alert.name, "alert_id": alert.id, "severity": alert.severity}
    return {**own, **alert.labels, **labels}


async def quietness(tx: Transaction, now: dt.datetime, inhibitions: Sequence[Inhibition] = ()) -> Quietness:
    """All that holds at *now*."""
    return Quietness(
        now,
        await overlays.silenced(tx, now),
        await overlays.acked(tx, now),
        inhibitions,
        await _firing(tx) if inhibitions else (),
    )


async def _firing(tx: Transaction) -> list[dict[str, Any]]:
    """The labels of every instance that fires, wherever it stands."""
    by_alert = await instances.firing(tx)
    found = await definitions.some(tx, list(by_alert))
    return [labels_of(one.alert, each.labels) for one in found for each in by_alert[one.alert.id]]
