"""When each destination may be written to: its pace, the wait a provider asked for, a rest after many failures.

Kept in memory: after a restart every gate is open. What waits is in the outbox.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lynxalert.alerts.model import ChannelSpec
from lynxalert.notify.breaker import OF_THE_PLACE, rest
from lynxalert.notify.model import Delivery, DeliveryError, Failure
from lynxalert.notify.pace import Bucket, pace_of

BATCH = 32  # messages claimed in one commit


@dataclass(slots=True)
class Gate:
    """One destination. *failures* in a row; closed from *shut_at* until *opens_at*. *batches*: it takes whatever comes, one by one."""

    failures: int = 0
    opens_at: dt.datetime | None = None
    shut_at: dt.datetime | None = None
    bucket: Bucket | None = None
    batches: bool = False


class Gates:
    """Every destination that was written to since the start."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    def is_open(self, destination: str, now: dt.datetime) -> bool:
        """Whether one more message may go there."""
        gate = self._gates.get(destination)
        return gate is None or gate.opens_at is None or gate.opens_at <= now

    def most(self, destination: str) -> int:
        """How many messages to claim for it at once: one where they may have to go out together."""
        gate = self._gates.get(destination)
        return BATCH if gate is not None and gate.batches else 1

    def learn(self, destination: str, *, batches: bool) -> None:
        """Remember of what kind the message was that is sent there now."""
        self._gates.setdefault(destination, Gate()).batches = batches

    def room(self, destination: str, spec: ChannelSpec, now: dt.datetime) -> int | None:
        """How many messages it takes at once; None: any number."""
        pace, gate = pace_of(spec), self._gates.setdefault(destination, Gate())
        if pace is None:
            gate.bucket = None
            return None
        if gate.bucket is None or gate.bucket.pace != pace:
            gate.bucket = Bucket.full(pace, now)
        gate.bucket = gate.bucket.filled(now)
        return int(gate.bucket.tokens)

    def accepted(self, destination: str, now: dt.datetime) -> None:
        """A message went there."""
        gate = self._gates.setdefault(destination, Gate())
        gate.failures, gate.opens_at, gate.shut_at = 0, None, now
        self._spend(gate, now)

    def refused(self, delivery: Delivery, error: DeliveryError, now: dt.datetime) -> None:
        """A message did not; *delivery* as it stands after that."""
        gate = self._gates.setdefault(delivery.target.destination, Gate())
        gate.opens_at, gate.shut_at = None, now
        if error.reason in OF_THE_PLACE:
            gate.failures += 1
            if (pause := rest(gate.failures)) is not None:
                gate.opens_at = now + pause
        elif error.reason is Failure.THROTTLED:
            # The provider asked the whole destination to wait, not this message alone.
            gate.opens_at = delivery.due_at
        self._spend(gate, now)

    def rewind(self, now: dt.datetime) -> None:
        """The clock was set back to *now*: what is closed stays so for as long as it was closed for."""
        for gate in self._gates.values():
            if gate.opens_at is not None and gate.shut_at is not None and gate.shut_at > now:
                gate.opens_at, gate.shut_at = gate.opens_at - (gate.shut_at - now), now

    def openings(self, now: dt.datetime) -> Iterator[dt.datetime]:
        """When gates that are closed at *now* open."""
        return (
            each.opens_at
            for each in self._gates.values()
            if each.opens_at is not None and each.opens_at > now
        )

    def _spend(self, gate: Gate, now: dt.datetime) -> None:
        if gate.bucket is None:
            return
        gate.bucket = gate.bucket.filled(now).taken()
        ready = gate.bucket.ready_at()
        if ready > now:
            gate.opens_at = max(ready, gate.opens_at or ready)
