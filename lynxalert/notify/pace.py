"""How fast a destination may be written to: a token bucket, and what is usual for each type of channel. Pure.

The figures stay below what providers document: Slack one a second for a hook, Telegram 20 a minute for a group,
Discord about 30 a minute for a hook, Grafana IRM 300 in five minutes for an integration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from lynxalert.alerts.model import ChannelSpec, Pace

MINUTE = dt.timedelta(minutes=1)
# Whoever is not named here takes whatever comes: receivers of one's own, that say 429 when it is too much.
USUAL = {
    "discord": Pace(30, MINUTE, 5),
    "email": Pace(60, MINUTE, 10),
    "googlechat": Pace(60, MINUTE, 5),
    "grafana_oncall": Pace(60, MINUTE, 60),
    "mattermost": Pace(60, MINUTE, 10),
    "msteams": Pace(60, MINUTE, 4),
    "ntfy": Pace(12, MINUTE, 30),
    "pagerduty": Pace(120, MINUTE, 60),
    "pushover": Pace(30, MINUTE, 5),
    "slack": Pace(60, MINUTE, 5),
    "telegram": Pace(20, MINUTE, 5),
    "twilio_sms": Pace(60, MINUTE, 5),
}


def pace_of(spec: ChannelSpec) -> Pace | None:
    """What *spec* says, else what is usual for its type; None: no limit."""
    return spec.pace or USUAL.get(spec.type)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens at one instant. Full at first: what a restart forgets is at most one burst."""

    pace: Pace
    tokens: float
    at: dt.datetime

    @classmethod
    def full(cls, pace: Pace, now: dt.datetime) -> Bucket:
        """A new one."""
        return cls(pace, float(pace.burst), now)

    def filled(self, now: dt.datetime) -> Bucket:
        """The same at *now*; a clock set back adds nothing."""
        gone = max(0.0, (now - self.at).total_seconds())
        tokens = min(float(self.pace.burst), self.tokens + gone * self._each_second)
        return replace(self, tokens=tokens, at=now)

    def taken(self) -> Bucket:
        """The same after one more message."""
        return replace(self, tokens=self.tokens - 1)

    def ready_at(self) -> dt.datetime:
        """When there is a whole token."""
        # A millisecond more, so that rounding never leaves it a hair short.
        missing = max(0.0, 1 - self.tokens)
        return self.at + dt.timedelta(seconds=missing / self._each_second + 0.001) if missing else self.at

    @property
    def _each_second(self) -> float:
        return self.pace.count / self.pace.per.total_seconds()
