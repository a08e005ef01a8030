"""Outcome of an evaluation × health → health, and the notice it is worth. Pure.

Health belongs to the alert, not to its instances: a failing query neither fires nor resolves anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

QUERY = "query"  # it fails
CROWD = "instances"  # there are too many


class HealthState(StrEnum):
    """The second axis."""

    OK = "ok"
    ERROR = "error"
    BEHIND = "behind"


class NoticeKind(StrEnum):
    """What the error channel hears of an alert that cannot do its work."""

    ALERT_ERROR = "alert_error"
    ALERT_RECOVERED = "alert_recovered"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message for the error channel. *cause*: what begins and ends by itself, `query` or `instances`."""

    alert_id: str
    kind: NoticeKind
    message: str
    at: dt.datetime
    cause: str = QUERY


@dataclass(frozen=True, slots=True)
class Health:
    """Whether an alert can do its work.

    *errors* counts failed slots in a row, *since* is T of the first, *message* the last one's. *told*: the error
    channel heard of it. *crowded*: `max_instances` keeps keys out. *behind* is how many slots wait.
    """

    errors: int = 0
    since: dt.datetime | None = None
    message: str = ""
    told: bool = False
    crowded: bool = False
    behind: int = 0

    @property
    def state(self) -> HealthState:
        """The one word for it."""
        if self.errors or self.crowded:
            return HealthState.ERROR
        return HealthState.BEHIND if self.behind else HealthState.OK


def failed(
    health: Health, alert_id: str, message: str, at: dt.datetime, error_after: int
) -> tuple[Health, tuple[Notice, ...]]:
    """After one more failed slot; a notice once there were *error_after* in a row."""
    after = replace(health, errors=health.errors + 1, since=health.since or at, message=message)
    if after.errors < error_after or health.told:
        return after, ()
    return replace(after, told=True), (Notice(alert_id, NoticeKind.ALERT_ERROR, message, at),)


def judged(
    health: Health, alert_id: str, refused: int, limit: int, at: dt.datetime
) -> tuple[Health, tuple[Notice, ...]]:
    """After a slot that was judged, with *refused* keys kept out by `max_instances` = *limit*."""
    after = Health(crowded=refused > 0, behind=health.behind)
    notices = []
    if health.errors and health.told:
        notices.append(Notice(alert_id, NoticeKind.ALERT_RECOVERED, "the alert is evaluated again", at))
    if after.crowded:
        message = f"too many instances: more than {limit}, {refused} left out"
        after = replace(after, message=message, since=health.since if health.crowded else at)
        if not health.crowded:
            notices.append(Notice(alert_id, NoticeKind.ALERT_ERROR, message, at, CROWD))
    elif health.crowded:
        said = "every instance has room again"
        notices.append(Notice(alert_id, NoticeKind.ALERT_RECOVERED, said, at, CROWD))
    return after, tuple(notices)
