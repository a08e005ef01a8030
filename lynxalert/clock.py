"""The only place that asks what time it is."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits for it. Tests pass a clock they move by hand."""

    def now(self) -> dt.datetime:
        """The present instant, aware, in UTC."""
        ...

    async def sleep(self, duration: dt.timedelta) -> None:
        """Return once *duration* has passed on this clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> dt.datetime:
        """The present instant, aware, in UTC."""
        return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place

    async def sleep(self, duration: dt.timedelta) -> None:
        """Return once *duration* has passed."""
        await asyncio.sleep(max(0.0, duration.total_seconds()))


def monotonic() -> float:
    """Seconds on a clock that never goes back: for measuring, never for dates."""
    return time.monotonic()


@lru_cache(maxsize=4096)  # of a crowd, all say the same few; equal instants read alike, whatever their zone
def rfc3339(instant: dt.datetime) -> str:
    """*instant* as RFC 3339 in UTC, trailing zeros of the fraction removed.

    >>> rfc3339(dt.datetime(2026, 2, 14, 13, 25, 0, 500000, tzinfo=dt.UTC))
    '2026-02-14T13:25:00.5Z'
    """
    utc = instant.astimezone(dt.UTC) if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    text = utc.isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if utc.microsecond else text}Z"
