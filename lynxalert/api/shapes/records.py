"""What happened to an alert: transitions, deliveries, evaluations, instances."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from typing_extensions import TypedDict

Condition = Literal["ok", "pending", "firing", "recovering", "nodata"]
Key = dict[str, Any]


class ShownTransition(TypedDict):
    """A row of history; `evidence` with those that started an episode."""

    number: int
    at: dt.datetime
    kind: str
    reason: str | None
    key: Key
    previous: Condition
    condition: Condition
    value: float | None
    tier: str | None
    result: dict[str, Any] | None
    episode: str
    sequence: int
    started: dt.datetime
    held: bool
    late: bool
    version: int
    evidence: list[str]
    recorded_at: dt.datetime


class ShownHistory(TypedDict):
    """Transitions, newest first."""

    history: list[ShownTransition]


class Place(TypedDict):
    """A channel by type and name."""

    type: str
    name: str


class ShownDelivery(TypedDict):
    """What was owed to a channel, and what became of it. `key` is a text where the daemon speaks of itself."""

    number: int
    id: str
    episode: str
    sequence: int
    kind: str
    key: Key | str
    channel: Place
    status: str
    reason: str | None
    error: str | None
    attempts: int
    title: str
    text: str
    created_at: dt.datetime
    due_at: dt.datetime | None
    settled_at: dt.datetime | None
    receipt: str | None
    digest: str | None


class ShownDeliveries(TypedDict):
    """Deliveries of one alert, newest first."""

    notifications: list[ShownDelivery]


class OfAlert(TypedDict):
    """The alert that a delivery is about; no id where the daemon speaks of itself."""

    id: str | None
    name: str | None


class ShownNotification(ShownDelivery):
    """A delivery, with its alert and the group it went out in."""

    alert: OfAlert
    group: str | None


class ShownNotifications(TypedDict):
    """Deliveries over all alerts, newest first."""

    notifications: list[ShownNotification]


class ShownAttempt(TypedDict):
    """One try to send."""

    attempt: int
    at: dt.datetime
    status: str
    reason: str | None
    error: str | None


class TriedNotification(ShownNotification):
    """A delivery with every attempt."""

    log: list[ShownAttempt]


class Stretch(TypedDict):
    """A range of time; null: without an end."""

    start: dt.datetime | None
    end: dt.datetime | None


class ShownEvaluation(TypedDict):
    """One slot: judged, failed, or a gap of several that were skipped."""

    number: int
    kind: Literal["judged", "error", "gap"]
    slot: dt.datetime
    at: dt.datetime
    window: Stretch | None
    slots: int
    rows: int | None
    value: float | None
    duration_ms: float | None
    seen_sequence: int | None
    error: str | None
    recorded_at: dt.datetime


class ShownEvaluations(TypedDict):
    """Evaluations, newest first."""

    evaluations: list[ShownEvaluation]


class Known(TypedDict):
    """That somebody knows of it."""

    at: dt.datetime
    until: dt.datetime | None
    who: str | None
    note: str | None


class HeldOverlay(TypedDict):
    """Why something was quiet, until when, who said so."""

    reason: str
    until: dt.datetime | None
    who: str | None
    note: str | None
    source: str | None


class ShownInstance(TypedDict):
    """Where the instance of one key stands."""

    key: Key
    condition: Condition
    since: dt.datetime
    last_seen: dt.datetime | None
    last_hit: dt.datetime | None
    value: float | None
    result: dict[str, Any] | None
    episode: str | None
    started: dt.datetime | None
    tier: str | None
    evidence: list[str]
    flapping: bool
    overlays: list[HeldOverlay]
    acked: Known | None


class ShownInstances(TypedDict):
    """Instances by key."""

    instances: list[ShownInstance]


class Acknowledgement(TypedDict):
    """An episode that somebody knows of, until when; null: to its end."""

    key: Key
    episode: str
    at: dt.datetime
    until: dt.datetime | None


class Acknowledged(TypedDict):
    """What was acknowledged now."""

    acknowledged: list[Acknowledgement]
