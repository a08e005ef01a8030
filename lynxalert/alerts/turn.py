"""What is the same for every instance at one slot, and how a transition is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from lynxalert.alerts.keys import episode_id
from lynxalert.alerts.model import Alert, Episode, Instance, Kind, Phase, Policy, Reason, Transition

_REMINDS = (Kind.FIRED, Kind.CHANGED, Kind.REPEATED, Kind.FLAPPING, Kind.NO_DATA)


@dataclass(frozen=True, slots=True)
class Turn:
    """One slot of one alert: T is *at*, *previous* the T of the slot before on the schedule (None: no such).

    *acked* are the episodes whose repeats somebody stopped.
    """

    alert: Alert
    at: dt.datetime
    previous: dt.datetime | None = None
    acked: frozenset[str] = frozenset()

    @property
    def policy(self) -> Policy:
        """How inputs become transitions."""
        return self.alert.policy

    def tell(
        self, before: Phase, after: Instance, kind: Kind, reason: Reason | None = None
    ) -> tuple[Instance, Transition]:
        """*after* with its episode one transition further (begun, if none was open), and that transition."""
        match = after.match
        episode = after.episode
        if episode is None:
            identity = episode_id(self.alert.id, self.alert.version, after.key, self.at)
            episode = Episode(id=identity, started=self.at, sequence=0, told=self.at)
        earlier = episode.tier
        episode = replace(
            episode,
            sequence=episode.sequence + 1,
            told=self.at if kind in _REMINDS else episode.told,
            tier=(match.tier if match else None) or episode.tier,
        )
        return replace(after, episode=episode), Transition(
            alert_id=self.alert.id,
            version=self.alert.version,
            key=after.key,
            labels=after.labels,
            kind=kind,
            previous=before,
            phase=after.phase,
            episode=episode.id,
            sequence=episode.sequence,
            started=episode.started,
            at=self.at,
            reason=reason,
            match=match,
            tier=episode.tier,
            tier_before=earlier if earlier != episode.tier else None,
        )
