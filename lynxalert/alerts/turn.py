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
        match, open_ = after.match, after.episode
        tier, earlier = (match.tier if match else None) or None, open_.tier if open_ else None
        if open_ is None:
            identity = episode_id(self.alert.id, self.alert.version, after.key, self.at)
            episode = Episode(id=identity, started=self.at, sequence=1, told=self.at, tier=tier)
        else:
            told = self.at if kind in _REMINDS else open_.told
            episode = replace(open_, sequence=open_.sequence + 1, told=told, tier=tier or earlier)
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
