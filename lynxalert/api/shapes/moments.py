"""What was on record at an instant, and what happened within some time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import with_config
from typing_extensions import TypedDict

from lynxalert.api.shapes.alert import AlertHealth
from lynxalert.api.shapes.records import (
    Condition,
    HeldOverlay,
    Key,
    OfAlert,
    Place,
    ShownEvaluation,
    ShownTransition,
)


class ToldMessage(TypedDict):
    """A message that was owed by then, and what had become of it."""

    id: str
    kind: str
    sequence: int
    channel: Place
    status: str
    reason: str | None
    error: str | None
    attempts: int
    at: dt.datetime | None


class Undelivered(ToldMessage):
    """A message that was late."""

    alert: OfAlert | None
    key: Key | str


class StoodInstance(TypedDict):
    """Where an instance stood."""

    key: Key
    condition: Condition
    since: dt.datetime
    value: float | None
    result: dict[str, Any] | None
    tier: str | None
    episode: str | None
    started: dt.datetime | None
    overlays: list[HeldOverlay]
    messages: list[ToldMessage]


class StoodAlert(TypedDict):
    """Where an alert stood."""

    id: str
    name: str
    key_in_file: str | None
    version: int
    severity: str
    q: str
    lifecycle: str
    health: AlertHealth
    overlays: list[HeldOverlay]
    last_evaluation: ShownEvaluation | None
    gap: ShownEvaluation | None
    instances: list[StoodInstance]


class MomentSummary(TypedDict):
    """Instances by condition, and what was not as it should be."""

    ok: int
    pending: int
    firing: int
    recovering: int
    nodata: int
    quiet_alerts: int
    quiet_instances: int
    alerts_in_error: int
    alerts_behind: int
    alerts_in_a_gap: int


class Unjudged(TypedDict):
    """Slots that were judged only later."""

    slots: int
    alerts: int
    judged_from: dt.datetime
    judged_to: dt.datetime


class LaterTransition(ShownTransition):
    """What became known later, of before."""

    alert: OfAlert | None


class LeftOut(TypedDict):
    """How many more there are of what is listed: the oldest first, but of the messages of an instance the newest."""

    undelivered: int
    known_later: int
    messages: int


class ShownMoment(TypedDict):
    """What was on record at an instant."""

    at: dt.datetime
    summary: MomentSummary
    unjudged: Unjudged | None
    alerts: list[StoodAlert]
    undelivered: list[Undelivered]
    known_later: list[LaterTransition]
    truncated: LeftOut


@with_config({"extra": "allow"})
class Happened(TypedDict):
    """One line of a timeline: when it was recorded, what it is, whose; and what goes with its `type`."""

    time: dt.datetime
    type: str
    alert: OfAlert | None


# `from` is a word of Python's, which the form with a dictionary does not mind.
Begun = TypedDict("Begun", {"from": dt.datetime})


class ShownTimeline(Begun):
    """What happened, oldest first."""

    to: dt.datetime
    entries: list[Happened]
