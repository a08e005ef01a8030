"""Frames → the store: whoever waits for this before reading on loses nothing that was read."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog
from prometheus_client import Counter

from lynxalert.api.metrics import Metrics
from lynxalert.clock import Clock
from lynxalert.events import Backpressure, Event, EventStore, Reject, StoreError
from lynxalert.ingest.framing import Frame
from lynxalert.ingest.protocols.syslog import Syslog

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.syslog")

PAUSE = dt.timedelta(seconds=1)  # before the store is tried again
PROTOCOL = "syslog"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame, the moment it was read (aware, UTC) and the address it came from."""

    frame: Frame
    moment: dt.datetime
    sender: str


class Keeper:
    """Decodes and stores, as often as it takes. *failure*: why the store takes nothing at the moment."""

    def __init__(self, store: EventStore, metrics: Metrics, clock: Clock) -> None:
        self.clock = clock
        self.failure: str | None = None
        self._store = store
        self._metrics = metrics
        self.refused = Counter(
            "lynxalert_syslog_refused",
            "Connections and datagrams of senders that may not send, or are too many.",
            ("reason",),
            registry=metrics.registry,
        )

    async def keep(self, arrivals: Iterable[Arrival], decoder: Syslog) -> None:
        """Return when all of *arrivals* survive a crash. Cancelled before that, they are lost, and the log says so."""
        found = [decoder.message(each.frame, each.moment, each.sender) for each in arrivals]
        events = [each for each in found if isinstance(each, Event)]
        rejects = [each for each in found if isinstance(each, Reject)]
        if not found:
            return
        stored = False
        try:
            while not stored:
                stored = await self._accepted(events, rejects)
        finally:
            if not stored:
                log.error("syslog_lost", events=len(events), reason=self.failure or "stopped")
        self._metrics.accepted.labels(PROTOCOL).inc(len(events))
        self._metrics.rejected.labels(PROTOCOL).inc(len(rejects))

    async def _accepted(self, events: Sequence[Event], rejects: Sequence[Reject]) -> bool:
        """Whether the store has them; when not, time has passed."""
        try:
            await self._store.accept(events, rejects)
        except Backpressure as error:
            self._metrics.refused.inc()
            await self.clock.sleep(error.retry_after)
            return False
        except StoreError as error:
            if self.failure is None:
                log.warning("syslog_waits", reason=str(error))
            self.failure = str(error)
            await self.clock.sleep(PAUSE)
            return False
        self.failure = None
        return True


class Admission:
    """Who may send: this machine, and the networks *allow*; everybody where there are none to choose from."""

    def __init__(self, allow: Sequence[str], keeper: Keeper) -> None:
        self._networks = [ipaddress.ip_network(each) for each in allow]
        self._refused = keeper.refused
        self._known = functools.lru_cache(maxsize=4_096)(self._judge)

    def admits(self, sender: str) -> bool:
        """Whether *sender*, an address, may send; a refusal is counted."""
        admitted = self._known(sender)
        if not admitted:
            self._refused.labels("network").inc()
        return admitted

    def _judge(self, sender: str) -> bool:
        address = ipaddress.ip_address(sender.partition("%")[0])
        if not self._networks or address.is_loopback:
            return True
        return any(address in network for network in self._networks)


def plain(address: str) -> str:
    """An address as people write it: that of IPv4 also where the socket speaks IPv6."""
    return address.removeprefix("::ffff:") if "." in address else address
