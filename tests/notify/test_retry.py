"""When to try again: Retry-After in every dialect, back-off, degradation, giving up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.alerts.model import ChannelSpec, Kind
from lynxalert.notify.channel import channels
from lynxalert.notify.model import Delivery, DeliveryError, Failure, Status, Target
from lynxalert.notify.pace import USUAL
from lynxalert.notify.render import compose
from lynxalert.notify.retry import (
    END_LIFETIME,
    START_LIFETIME,
    Lifetimes,
    after_failure,
    retry_after,
    retry_at,
)
from tests.notify.occasions import MINUTE, T, occasion

SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, None, None),
        ({"Retry-After": "17"}, None, 17),
        ({"retry-after": "1.5"}, None, 1.5),
        ({"Retry-After": "Sat, 14 Feb 2026 13:25:30 GMT"}, None, 30),
        ({"Retry-After": "Sat, 14 Feb 2026 13:25:30 UTC"}, None, 30),
        ({"Retry-After": "Sat, 14 Feb 2026 13:25:30"}, None, 30),
        ({"Retry-After": "Sat, 14 Feb 2026 14:25:30 +0100"}, None, 30),
        ({"Retry-After": "Sat, 14 Feb 2026 13:00:00 GMT"}, None, 1),
        ({"retry-after-ms": "2500", "Retry-After": "9"}, None, 2.5),
        ({"X-RateLimit-Period-In-Sec": "60"}, None, 60),
        ({"X-RateLimit-Reset-After": "1.337", "X-RateLimit-Reset": "1771075500.2"}, None, 1.337),
        ({"X-RateLimit-Reset": str(T.timestamp() + 42)}, None, 42),
        ({"X-RateLimit-Reset": str(T.timestamp() * 1000 + 42_500)}, None, 42.5),
        ({"X-RateLimit-Reset": "30"}, None, 30),
        ({"X-RateLimit-Reset": str(T.timestamp() - 9)}, None, 1),
        ({"RateLimit-Reset": "50"}, None, 50),
        ({"X-RateLimit-Reset": "50"}, {"retry_after": 3}, 3),
        ({"Retry-After": "0"}, None, 1),
        ({"Retry-After": "-5"}, None, 1),
        ({"Retry-After": "1e400"}, None, None),
        ({"Retry-After": "nan"}, None, None),
        ({"Retry-After": "99999999"}, None, 3600),
        ({"Retry-After": "soon"}, None, None),
        ({"Retry-After": ""}, None, None),
        ({}, {"retry_after": 0.75}, 1),
        ({}, {"retry_after": 2.75, "global": False}, 2.75),
        ({}, {"ok": False, "parameters": {"retry_after": 35}}, 35),
        ({}, {"rate_limit": {"name": "x", "retry_after": "Sat, 14 Feb 2026 13:26:00 UTC"}}, 60),
        ({}, {"retry_after": True}, None),
        ({}, {"parameters": 7}, None),
        ({}, [1], None),
    ],
)
def test_retry_after(headers: dict[str, str], body: Any, seconds: float | None) -> None:
    expected = None if seconds is None else dt.timedelta(seconds=seconds)
    assert retry_after(headers, body, T) == expected


def test_limits_told_beside_other_faults_are_no_wish() -> None:
    """GitHub, Opsgenie and Discord tell them in every answer."""
    assert retry_after({"X-RateLimit-Reset": "3000"}, None, T, throttled=False) is None
    assert retry_after({"Retry-After": "30"}, None, T, throttled=False) == 30 * SECOND


@pytest.mark.parametrize("kind", sorted(USUAL))
def test_what_is_usual_is_said_of_channels_there_are(kind: str) -> None:
    assert kind in channels()


@given(st.text(max_size=40))
def test_retry_after_takes_any_text(text: str) -> None:
    wish = retry_after({"Retry-After": text}, {"retry_after": text}, T)
    assert wish is None or SECOND <= wish <= dt.timedelta(hours=1)


def fault(
    reason: Failure = Failure.SERVER, *, permanent: bool = False, wish: dt.timedelta | None = None
) -> DeliveryError:
    return DeliveryError(reason, "HTTP 500", permanent=permanent, retry_after=wish, status=500)


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0.0, 1), (1, 0.999, 1.998), (2, 0.5, 2), (3, 0.5, 4), (9, 0.5, 256), (10, 0.5, 300), (60, 0.5, 300)],
)
def test_back_off_with_full_jitter(attempt: int, chance: float, seconds: float) -> None:
    assert retry_at(attempt, fault(), T, lambda: chance) == T + dt.timedelta(seconds=seconds)


def test_a_wish_is_obeyed_and_a_little_more() -> None:
    assert retry_at(1, fault(wish=20 * SECOND), T, lambda: 0.0) == T + 20 * SECOND
    assert retry_at(1, fault(wish=20 * SECOND), T, lambda: 0.5) == T + 21 * SECOND


def delivery(kind: Kind = Kind.FIRED, **changes: Any) -> Delivery:
    told = occasion(kind)
    made = Delivery(
        id="dlv_1",
        alert_id="alt_1",
        key="{}",
        episode="e",
        sequence=1,
        target=Target("webhook", "a", "webhook:1"),
        kind=kind,
        status=Status.LEASED,
        created_at=T,
        due_at=T,
        message=compose(told, None, "dlv_1"),
        lease_until=T + MINUTE,
    )
    return replace(made, **changes)


def test_a_passing_fault_is_retried() -> None:
    after = after_failure(delivery(), fault(), T, lambda: 0.5)
    assert (after.status, after.attempt, after.reason, after.detail) == (
        Status.RETRYING,
        1,
        "server",
        "HTTP 500",
    )
    assert (after.due_at, after.lease_until, after.settled_at) == (T + SECOND, None, T)


def test_a_permanent_fault_fails() -> None:
    after = after_failure(delivery(), fault(Failure.UNAUTHORIZED, permanent=True), T, lambda: 0.5)
    assert (after.status, after.due_at, after.reason) == (Status.FAILED, None, "unauthorized")


def test_a_refused_text_gets_one_degraded_attempt() -> None:
    refused = fault(Failure.REJECTED, permanent=True)
    once = after_failure(delivery(), refused, T, lambda: 0.5)
    assert (once.status, once.degraded, once.due_at) == (Status.RETRYING, True, T)
    twice = after_failure(once, refused, T, lambda: 0.5)
    assert (twice.status, twice.attempt) == (Status.FAILED, 2)


@pytest.mark.parametrize(("kind", "lifetime"), [(Kind.FIRED, START_LIFETIME), (Kind.RESOLVED, END_LIFETIME)])
def test_giving_up(kind: Kind, lifetime: dt.timedelta) -> None:
    assert lifetime == (dt.timedelta(hours=24) if kind is Kind.FIRED else dt.timedelta(days=7))
    almost = T + lifetime - 2 * SECOND
    assert after_failure(delivery(kind), fault(), almost, lambda: 0.5).status is Status.RETRYING
    over = after_failure(delivery(kind), fault(), T + lifetime, lambda: 0.5)
    assert (over.status, over.reason, over.due_at) == (Status.FAILED, "gave_up", None)


@pytest.mark.parametrize("kind", [Kind.FIRED, Kind.RESOLVED])
def test_giving_up_as_a_channel_says(kind: Kind) -> None:
    """A channel goes before the default, each for its own half."""
    spec = ChannelSpec(type="webhook", name="sms", max_age=10 * MINUTE)
    lifetimes = Lifetimes(60 * MINUTE, 120 * MINUTE).at(spec)
    assert (lifetimes.start, lifetimes.end) == (10 * MINUTE, 120 * MINUTE)
    assert Lifetimes(60 * MINUTE, 120 * MINUTE).at(None).start == 60 * MINUTE
    lifetime = 10 * MINUTE if kind is Kind.FIRED else 120 * MINUTE
    almost = T + lifetime - 2 * SECOND
    assert after_failure(delivery(kind), fault(), almost, lambda: 0.5, lifetimes).status is Status.RETRYING
    assert after_failure(delivery(kind), fault(), T + lifetime, lambda: 0.5, lifetimes).reason == "gave_up"
