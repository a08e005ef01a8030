"""Batches → a daemon over HTTP, or a data folder that none holds. Either way an outcome means: on the disk."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import pathlib
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from lynxalert.cli._reading import Batch
from lynxalert.cli._remote import NoDaemonError, authorization
from lynxalert.clock import Clock
from lynxalert.errors import LynxError
from lynxalert.events import Backpressure, EventStore
from lynxalert.ingest import PROTOCOLS, Payload

MOST_WAIT = dt.timedelta(seconds=60)  # whatever a Retry-After says
FIRST_WAIT = dt.timedelta(milliseconds=250)
LATER = {429, 502, 503, 504, 507}  # come back
TOO_LARGE = 413

Told = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: events kept, lines left out, and (line of the source, reason) of some of those."""

    accepted: int = 0
    rejected: int = 0
    reasons: tuple[tuple[int, str], ...] = ()

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.accepted + other.accepted,
            self.rejected + other.rejected,
            self.reasons + other.reasons,
        )


class Receiver(Protocol):
    """Where batches go."""

    async def send(self, batch: Batch, origin: Mapping[str, str]) -> Outcome:
        """Return when *batch* is on the disk there; *origin*: index, source, sourcetype, host as far as given."""
        ...


@dataclass(slots=True)
class Remote:
    """A daemon. Each batch has a key of its own, so that sending it again after a lost connection does not double it."""

    session: aiohttp.ClientSession
    server: str
    clock: Clock
    patience: dt.timedelta
    told: Told
    key: str | None = None
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    sent: int = 0

    async def send(self, batch: Batch, origin: Mapping[str, str]) -> Outcome:
        """Send until it is taken.

        Raises:
            NoDaemonError: nobody answers, at first or for longer than the patience.
            LynxError: a refusal that will not change.
        """
        self.sent += 1
        key = f"{self.run}-{self.sent}"
        since, wait = self.clock.now(), FIRST_WAIT
        while True:
            try:
                status, retry_after, body = await self._post(batch, origin, key)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                reason = _spoken(error)
                if self.sent == 1 and isinstance(error, aiohttp.ClientConnectorError):
                    raise NoDaemonError(f"no daemon answers at {self.server}: {reason}") from None
            else:
                if status == TOO_LARGE:
                    return await self._halved(batch, origin, body)
                if status not in LATER:
                    return _outcome(batch, status, body)
                since, reason = self.clock.now(), _message(body)
                wait = retry_after if retry_after is not None else wait
            if self.clock.now() - since > self.patience:
                raise NoDaemonError(f"{self.server} has not answered for {self.patience}: {reason}")
            self.told(f"{reason}: again in {wait.total_seconds():g} s")
            await self.clock.sleep(wait)
            wait = min(2 * wait, MOST_WAIT)

    async def _post(
        self, batch: Batch, origin: Mapping[str, str], key: str
    ) -> tuple[int, dt.timedelta | None, dict[str, Any]]:
        headers = {
            "Content-Type": "application/x-ndjson" if batch.json else "text/plain",
            "Idempotency-Key": key,
            **({"Authorization": f"Bearer {self.key}"} if self.key else {}),
        }
        url = f"{self.server}/api/v1/ingest"
        async with self.session.post(url, data=batch.body, headers=headers, params=origin) as answer:
            told = answer.headers.get("Retry-After", "")
            seconds = dt.timedelta(seconds=int(told)) if told.isascii() and told.isdigit() else None
            body = await answer.json()
            if not isinstance(body, dict):
                raise ValueError("the answer is not of LynxAlert")  # noqa: TRY004 - told like any other odd answer
            return answer.status, None if seconds is None else min(seconds, MOST_WAIT), body

    async def _halved(self, batch: Batch, origin: Mapping[str, str], body: dict[str, Any]) -> Outcome:
        halves = batch.halves()
        if halves is None:
            return Outcome(rejected=1, reasons=((batch.first, _message(body)),))
        return await self.send(halves[0], origin) + await self.send(halves[1], origin)


def _spoken(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno:
        return os.strerror(error.os_error.errno).lower()
    return str(error) or type(error).__name__


def _message(body: dict[str, Any]) -> str:
    error = body.get("error")
    return str(error.get("message")) if isinstance(error, dict) else "an answer that is not of LynxAlert"


def _outcome(batch: Batch, status: int, body: dict[str, Any]) -> Outcome:
    found = body.get("data")
    if status >= 300 or not isinstance(found, dict):
        hint = "; give a key by --key or LYNXALERT_KEY" if status in {401, 403} else ""
        raise LynxError(f"refused: {_message(body)} ({status}){hint}")
    reasons = ((batch.first + each["line"] - 1, each["reason"]) for each in found["errors"])
    return Outcome(found["accepted"], found["rejected"], tuple(reasons))


@dataclass(frozen=True, slots=True)
class Local:
    """A data folder, held meanwhile."""

    store: EventStore
    clock: Clock

    async def send(self, batch: Batch, origin: Mapping[str, str]) -> Outcome:
        """Decode and store as a daemon would.

        Raises:
            IngestError: the origin is no name.
            StoreError: the store cannot write.
        """
        kind = "application/x-ndjson" if batch.json else "text/plain"
        decoded = PROTOCOLS["native"]().decode(Payload(batch.body, kind, query=origin))
        while True:
            try:
                await self.store.accept(decoded.events, decoded.rejects)
            except Backpressure as error:
                await self.clock.sleep(error.retry_after / 10)
            else:
                break
        reasons = tuple((batch.first + each.line - 1, each.reason) for each in decoded.rejects)
        return Outcome(len(decoded.events), len(decoded.rejects), reasons)


@asynccontextmanager
async def local(folder: pathlib.Path, clock: Clock) -> AsyncIterator[Local]:
    """The store in the data folder *folder*, made if need be.

    Raises:
        StoreLocked: a daemon holds it.
        StoreError: it cannot be opened.
    """
    store = await asyncio.to_thread(_store, folder, clock)
    try:
        store.start()
        yield Local(store, clock)
    finally:
        await asyncio.to_thread(store.close)


def _store(folder: pathlib.Path, clock: Clock) -> EventStore:
    folder.mkdir(parents=True, exist_ok=True)
    return EventStore(folder / "events.duckdb", clock=clock)


@asynccontextmanager
async def remote(
    server: str, clock: Clock, patience: dt.timedelta, told: Told, key: str | None
) -> AsyncIterator[Remote]:
    """The daemon at *server*."""
    limits = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
    async with aiohttp.ClientSession(timeout=limits, headers=authorization()) as session:
        yield Remote(session, server.rstrip("/"), clock, patience, told, key)
