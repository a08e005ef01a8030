"""A sign of life to somebody outside, while evaluator, store and sender all get on: a dead man's switch.

It stops when one of them stalls, not only when the process dies. Whoever hears it rings when it stays away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

import structlog

from lynxalert.clock import Clock
from lynxalert.config.settings import Heartbeat
from lynxalert.notify.fields import Url, secrets
from lynxalert.notify.http import Http
from lynxalert.notify.model import DeliveryError

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.heartbeat")

IDLE = dt.timedelta(minutes=1)  # how often to see whether a heartbeat is wanted by now

# What keeps a part from getting on; None: nothing.
Stall: TypeAlias = Callable[[dt.datetime], str | None]


class Loop(Protocol):
    """Something that goes round, and can be asked to."""

    looked_at: dt.datetime | None

    def wake(self) -> None:
        """Go round once more."""
        ...


class Pulse:
    """Beats at its interval; *loops* must go round between two beats, *stalls* must find nothing."""

    def __init__(
        self,
        settings: Callable[[], Heartbeat],
        http: Http,
        clock: Clock,
        loops: Mapping[str, Loop],
        stalls: Mapping[str, Stall],
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._loops = loops
        self._stalls = stalls
        self._asked_at: dt.datetime | None = None

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            settings = self._settings()
            if settings.url is not None:
                await self.beat(settings)
            await self._clock.sleep(settings.interval if settings.url is not None else IDLE)

    async def beat(self, settings: Heartbeat) -> bool:
        """Give one sign of life, unless a part stalls; whether it was heard."""
        now = self._clock.now()
        stalled = self._stalled(now)
        self._asked_at = now
        for loop in self._loops.values():
            loop.wake()
        if stalled:
            log.error("heartbeat_withheld", stalled=stalled)
            return False
        url = Url(settings.url or "")
        try:
            await self._http.hiding(secrets(url)).request(settings.method, url)
        except DeliveryError as error:
            log.warning("heartbeat_not_heard", reason=str(error.reason), detail=error.detail)
            return False
        return True

    def _stalled(self, now: dt.datetime) -> dict[str, str]:
        """What keeps each part that does not get on."""
        found = {name: text for name, stall in self._stalls.items() if (text := stall(now))}
        asked = self._asked_at
        for name, loop in self._loops.items():
            if asked is not None and (loop.looked_at is None or loop.looked_at < asked <= now):
                found.setdefault(name, "it does not go round")
        return found
