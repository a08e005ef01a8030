"""After an attempt: delivered; or when to try again: retry at, retry degraded, or never. Pure; time and chance are arguments.

Exponential back-off with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"); a provider's own
wish goes first.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lynxalert.alerts.model import ChannelSpec
from lynxalert.notify.message import Plain
from lynxalert.notify.model import Delivery, DeliveryError, Failure, Status

BASE = dt.timedelta(seconds=2)
CAP = dt.timedelta(minutes=10)
SHORTEST = dt.timedelta(seconds=1)
LONGEST_WISH = dt.timedelta(hours=1)  # a provider asking for more is asked again
START_LIFETIME = dt.timedelta(hours=24)
END_LIFETIME = dt.timedelta(days=7)  # an open incident at the provider must be closed

RESETS = ("x-ratelimit-reset-after", "x-ratelimit-period-in-sec", "ratelimit-reset", "x-ratelimit-reset")
INSTANT = 1e9  # a greater number is no count of seconds but an instant
MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a message is tried since it was queued: news, and ends."""

    start: dt.timedelta = START_LIFETIME
    end: dt.timedelta = END_LIFETIME

    def at(self, spec: ChannelSpec | None) -> Lifetimes:
        """What *spec* says, else these."""
        if spec is None:
            return self
        return Lifetimes(spec.max_age or self.start, spec.max_age_resolved or self.end)


USUAL = Lifetimes()

# A way to draw from [0, 1).
Random = Callable[[], float]


def retry_after(
    headers: Mapping[str, str], body: Plain, now: dt.datetime, *, throttled: bool = True
) -> dt.timedelta | None:
    """How long the provider asks to wait, in any of its dialects, between 1 s and 1 h; None if it does not say.

    `retry-after-ms`; `Retry-After` in seconds or as a date, `UTC` for `GMT` included (incident.io); `retry_after`
    (Discord), `parameters.retry_after` (Telegram) and `rate_limit.retry_after` (incident.io) in the body.
    Where it was *throttled*, and only there, because these stand in other answers too: `X-RateLimit-Reset-After`
    (Discord), `X-RateLimit-Period-In-Sec` (Opsgenie), `RateLimit-Reset` and `X-RateLimit-Reset` (seconds, or an instant
    in seconds or milliseconds since 1970).
    """
    named = {name.lower(): text for name, text in headers.items()}
    wishes = [_scaled(named.get("retry-after-ms"), 0.001), _wish(named.get("retry-after"), now)]
    if isinstance(body, Mapping):
        nested = (body.get("parameters"), body.get("rate_limit"), body)
        wishes += [_wish(inner.get("retry_after"), now) for inner in nested if isinstance(inner, Mapping)]
    if throttled:
        wishes += [_reset(named.get(name), now) for name in RESETS]
    wish = next((wish for wish in wishes if wish is not None), None)
    return None if wish is None else dt.timedelta(seconds=_clamped(wish))


def retry_at(attempt: int, error: DeliveryError, now: dt.datetime, random: Random) -> dt.datetime:
    """When to try again after *attempt* (from 1) failed with *error*; ignores permanence and give-up."""
    if error.retry_after is not None:
        # A little later than asked, so that the destinations of one provider do not all return at once.
        return now + error.retry_after * (1 + 0.1 * random())
    ceiling = min(CAP, BASE * (1 << min(attempt - 1, 20)))
    return now + max(SHORTEST, ceiling * random())


def after_failure(
    delivery: Delivery,
    error: DeliveryError,
    now: dt.datetime,
    random: Random,
    lifetimes: Lifetimes = USUAL,
) -> Delivery:
    """*delivery* as it stands after an attempt that failed with *error* at *now*; given up beyond its lifetime."""
    attempt = delivery.attempt + 1
    failed = replace(
        delivery,
        attempt=attempt,
        status=Status.FAILED,
        reason=error.reason,
        detail=error.detail,
        due_at=None,
        lease_until=None,
        settled_at=now,
    )
    if error.reason is Failure.REJECTED and not delivery.degraded:
        return replace(failed, status=Status.RETRYING, degraded=True, due_at=now)
    if error.permanent:
        return failed
    due = retry_at(attempt, error, now, random)
    lifetime = lifetimes.end if delivery.is_end else lifetimes.start
    if due > delivery.created_at + lifetime:
        return replace(failed, reason=Failure.GAVE_UP)
    return replace(failed, status=Status.RETRYING, due_at=due)


def after_success(
    delivery: Delivery, now: dt.datetime, receipt: str | None = None, note: str | None = None
) -> Delivery:
    """*delivery* as it stands after its provider took it at *now* and answered with *receipt*; *note*: not all of it."""
    return replace(
        delivery,
        status=Status.DELIVERED,
        attempt=delivery.attempt + 1,
        reason=None,
        detail=note,
        due_at=None,
        lease_until=None,
        settled_at=now,
        receipt=receipt,
    )


def _wish(value: Plain, now: dt.datetime) -> float | None:
    seconds = _scaled(value, 1.0)
    if seconds is not None or not isinstance(value, str):
        return seconds
    try:
        instant = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return (aware - now).total_seconds()


def _reset(value: Plain, now: dt.datetime) -> float | None:
    """A wish that may be spelled as the instant at which it is fulfilled."""
    seconds = _wish(value, now)
    if seconds is None or seconds < INSTANT:
        return seconds
    return seconds * (0.001 if seconds > MILLISECONDS else 1) - now.timestamp()


def _scaled(value: Plain, factor: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) * factor
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _clamped(seconds: float) -> float:
    return min(max(seconds, SHORTEST.total_seconds()), LONGEST_WISH.total_seconds())
