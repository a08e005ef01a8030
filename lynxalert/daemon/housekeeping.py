"""What grows without end → what is kept: events, history, settled deliveries, configurations of lost channels."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from lynxalert.alerts import ZERO
from lynxalert.alerts.late import max_lateness
from lynxalert.clock import Clock
from lynxalert.config import Settings
from lynxalert.daemon.keys import Keys
from lynxalert.events import EventStore, StoreError
from lynxalert.state import (
    Database,
    Transaction,
    audit,
    chronicle,
    definitions,
    evidence,
    history,
    is_trouble,
    owed,
    reason_of,
)

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.housekeeping")

EVERY = dt.timedelta(hours=1)
PIECE = 20_000  # rows of one transaction
AUDITED = dt.timedelta(days=365)  # who changed what
MARGIN = dt.timedelta(hours=1)  # a slot may be judged that much later than it was due


class Housekeeping:
    """Once an hour, throw away what nobody asked to keep."""

    def __init__(
        self,
        store: EventStore,
        database: Database,
        clock: Clock,
        keys: Keys,
        settings: Callable[[], Settings],
    ) -> None:
        self._store = store
        self._database = database
        self._clock = clock
        self._keys = keys
        self._settings = settings

    async def run(self) -> None:
        """Sweep now and every hour, until cancelled."""
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                log.warning("sweep_failed", reason=str(error))
            except Exception as error:
                if not is_trouble(error):
                    raise
                log.warning("sweep_failed", reason=reason_of(error))
            await self._clock.sleep(EVERY)

    async def sweep(self) -> None:
        """Sweep once.

        Raises:
            StoreError: the event store could not; the state was swept all the same.
        """
        now = self._clock.now()
        kept = self._settings().store
        longest = await self._database.look(_longest)
        rows = await self._database.write(lambda tx: _sweep(tx, now, kept.history, longest))
        await self._keys.flush()
        rows += await self._thin(kept.most_evaluations, now - longest.lateness)
        events = await asyncio.to_thread(self._store.retain, self._deadlines(now))
        await asyncio.to_thread(self._store.consolidate)  # blocks of what is gone are used again
        if events or rows:
            log.info("swept", events=events, rows=rows)

    async def _thin(self, most: int, before: dt.datetime) -> int:
        """Keep evaluations within bounds, a piece at a time: commits of alerts go on in between."""
        rows = 0
        while gone := await self._database.write(lambda tx: history.thin(tx, most, before, PIECE)):
            rows += gone
        return rows

    def _deadlines(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """By index, the instant before which its events go."""
        keep = self._settings().store
        indexes = {stream.index for stream in self._store.catalog().streams}
        own = {name: index.keep for name, index in keep.indexes.items()}
        return {index: now - own.get(index, keep.keep) for index in indexes}


@dataclass(frozen=True, slots=True)
class Longest:
    """How far back any alert may judge again, and goes by what channels accepted."""

    lateness: dt.timedelta
    cooldown: dt.timedelta


async def _longest(tx: Transaction) -> Longest:
    alerts = [each.alert for each in await definitions.every(tx)]
    lateness = max(map(max_lateness, alerts), default=ZERO)
    return Longest(lateness + MARGIN, max((each.policy.cooldown for each in alerts), default=ZERO))


async def _sweep(tx: Transaction, now: dt.datetime, keep: dt.timedelta, longest: Longest) -> int:
    rows = await history.prune(tx, now - keep, now - longest.lateness)
    rows += await owed.prune(tx, now - keep, now - longest.cooldown)
    rows += await chronicle.prune(tx, now - keep)
    await audit.sweep(tx, now - max(keep, AUDITED))
    rows += await evidence.prune(tx, now - keep)
    await definitions.forget_retired(tx)
    return rows
