"""Attempts at a channel → how that channel is: ok, failing, or red. Pure.

Red is what does not mend itself: a refused key, an address that is gone, a text refused even when plain (which is how
some providers refuse a key). Somebody must look. So must they where a place takes nothing for a quarter of an hour.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from lynxalert.notify.model import Delivery, Failure, Status, Target
from lynxalert.notify.news import News

LASTING = (
    Failure.UNAUTHORIZED,
    Failure.NOT_FOUND,
    Failure.REJECTED,
    Failure.REFUSED,
    Failure.BLOCKED,
    Failure.UNCONFIGURED,
)
LONG = dt.timedelta(minutes=15)  # nothing is taken, and those who run the daemon are told


class Wellbeing(StrEnum):
    """How a channel is. Untried until the first message or test."""

    UNTRIED = "untried"
    OK = "ok"
    FAILING = "failing"
    RED = "red"


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How one target is, *since* when; *failures* in a row; when it last accepted, failed, was tested."""

    target: Target
    state: Wellbeing = Wellbeing.UNTRIED
    since: dt.datetime | None = None
    failures: int = 0
    accepted_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    reason: str | None = None
    detail: str | None = None
    tested_at: dt.datetime | None = None
    tested: str | None = None  # what the test found: ok, error, reachable, unreachable, unknown


def after(health: ChannelHealth, delivery: Delivery) -> ChannelHealth:
    """*health* after an attempt that ended as *delivery* says; the same where there was none."""
    at = delivery.settled_at
    if at is None or delivery.attempt == 0:
        return health
    if delivery.status is Status.DELIVERED:
        return replace(_turned(health, Wellbeing.OK, at), failures=0, accepted_at=at)
    refused_once = delivery.status is Status.RETRYING and delivery.reason == Failure.REJECTED
    if delivery.status not in (Status.RETRYING, Status.FAILED) or refused_once:
        return health
    if delivery.reason == Failure.THROTTLED:  # nobody's mistake
        return health
    state = Wellbeing.RED if delivery.reason in LASTING else Wellbeing.FAILING
    if health.state is Wellbeing.RED:
        state = Wellbeing.RED
    return replace(
        _turned(health, state, at),
        failures=health.failures + 1,
        failed_at=at,
        reason=delivery.reason,
        detail=delivery.detail,
    )


def news_of(before: ChannelHealth, now: ChannelHealth) -> News | None:
    """What there is to tell when *before* became *now*: it lasts, or is over."""
    bad = _lasts(now)
    if bad == _lasts(before) or now.since is None:
        return None
    name = f"{now.target.name} ({now.target.type})"
    refuses = "refuses messages" if now.state is Wellbeing.RED else "takes no messages"
    text = f"{now.reason}: {now.detail}" if bad else "a message was accepted again"
    return News(
        topic="channel_failed",
        about=f"{name} {now.target.destination}",
        title=f"Channel {name} {refuses if bad else 'takes messages again'}",
        text=text,
        at=now.since,
        is_over=not bad,
    )


def _lasts(health: ChannelHealth) -> bool:
    if health.state is not Wellbeing.FAILING or health.since is None or health.failed_at is None:
        return health.state is Wellbeing.RED
    return health.failed_at - health.since >= LONG


def _turned(health: ChannelHealth, state: Wellbeing, at: dt.datetime) -> ChannelHealth:
    return replace(health, state=state, since=health.since if health.state is state else at)
