"""The durable way in: raw log, queue and their two threads beside one database file. In memory there is none."""

from __future__ import annotations

import fcntl
import os
import pathlib
from collections.abc import Callable, Sequence

from lynxalert.events.arrivals import Arrived
from lynxalert.events.batcher import Batcher
from lynxalert.events.disk import Disk
from lynxalert.events.errors import StorageFull, StoreClosing, StoreError, StoreLocked
from lynxalert.events.intake import Intake
from lynxalert.events.limits import MIB, Limits
from lynxalert.events.queue import Queue
from lynxalert.events.rawlog import Place, RawLog
from lynxalert.events.read import Read
from lynxalert.events.recovery import Recovery, Write, recover
from lynxalert.events.sealer import Sealer
from lynxalert.events.turnstile import Turnstile


def _lock(folder: pathlib.Path) -> int:
    """Hold *folder*, so that a second process learns at once that it is taken; the descriptor to close."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"cannot open the event store: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreLocked(f"{folder} is in use by another process") from None
    return descriptor


def _mib(size: int) -> str:
    """*size* in MiB, as exact as anybody wants it: `0.954`, `256`, `19,073`."""
    found = size / MIB
    return f"{found:,.0f}" if found >= 100 else f"{found:.3g}"


class Durable:
    """What stands between a sender and the tables of a store on disk.

    Raises:
        StoreLocked: another process holds the folder.
        StoreError: it cannot be written.
    """

    def __init__(self, database: str, limits: Limits, disk: Disk) -> None:
        self._disk = disk
        self._folder = pathlib.Path(f"{database}.log")
        self._held = _lock(self._folder)
        self._wal = pathlib.Path(f"{database}.wal")
        self._limits = limits
        self._log = RawLog(self._folder, kept=limits.kept_log_bytes, disk=disk)
        self._used = self._log.end.segment > 0  # this is not the first start
        self.queue = Queue(most_events=limits.queued_events, most_characters=limits.queued_bytes)
        self._turnstile = Turnstile(lambda: self.queue.full, limits.patience)
        self._intake: Intake | None = None
        self._batcher: Batcher[Read] | None = None
        self._sealer: Sealer | None = None

    @property
    def may_be_damaged(self) -> bool:
        """Whether a database that cannot be opened was ours, and fails for another reason than a full disk."""
        return self._used and self._disk.free(self._folder) >= self._limits.free_bytes

    def recover(self, stored: Place, write: Write) -> Recovery:
        """Store what the last process acknowledged and did not get to store."""
        return recover(self._log, stored, write)

    def start(
        self,
        read: Callable[[Sequence[Arrived]], Read],
        write: Callable[[Read, Place], object],
        checkpoint: Callable[[], object],
    ) -> None:
        """Begin to accept. *read* is called on one thread; *write*, and *checkpoint* when it is time, on another."""
        sealer = self._sealer = Sealer(self._log, self._log.end)

        def tidy(place: Place) -> None:
            sealer.tell(place)
            if self._wal.exists() and self._wal.stat().st_size > self._limits.wal_bytes:
                checkpoint()

        self._batcher = Batcher(self.queue, read, write, tidy, self._turnstile.open)
        self._intake = Intake(self._log, self.queue, self._check_room)

    def _check_room(self) -> None:
        least = self._limits.free_bytes
        if self._disk.free(self._folder) < least:
            raise StorageFull(f"less than {_mib(least)} MiB (`store.keep_free`) are free on the disk")

    def check_checkpoint(self, *, merges: bool = False) -> None:
        """See that a checkpoint would find room: all that DuckDB's log holds, twice to be safe; one that *merges* more.

        Raises:
            StorageFull: it would not.
        """
        logged = self._wal.stat().st_size if self._wal.exists() else 0
        least = 2 * logged + (self._limits.free_bytes if merges else 0)
        free = self._disk.free(self._folder)
        if free < least:
            raise StorageFull(
                f"{_mib(free)} MiB are free on the disk, and a checkpoint of the tables may need {_mib(least)}"
            )

    @property
    def refusal(self) -> str | None:
        """Why nothing would be accepted now, or was not when last offered; None while all is well."""
        try:
            self._check_room()
        except (StorageFull, OSError) as error:
            return str(error)
        return None if self._intake is None else self._intake.refusal

    async def room(self) -> None:
        """Return when the queue has room, or has had none for a while."""
        await self._turnstile.enter()

    async def accept(self, batch: Sequence[Arrived]) -> None:
        """Return when *batch* survives a crash.

        Raises:
            Backpressure: the queue is full.
            StorageFull: the disk nearly is.
            StoreError: not started, or the log cannot be written.
        """
        if self._intake is None:
            raise StoreClosing("the event store is not started")
        await self._intake.accept(batch)

    @property
    def failure(self) -> str | None:
        """Why the tables take nothing at the moment, or the log cannot be tidied; None while all is well."""
        reasons = (part.failure for part in (self._batcher, self._sealer) if part is not None)
        return next((reason for reason in reasons if reason is not None), None)

    def close(self) -> None:
        """Stop accepting, store what is queued, close the log, let other processes in."""
        if self._intake is not None:
            self._intake.close()
        if self._batcher is not None:
            self._batcher.close()
        if self._sealer is not None:
            self._sealer.close()
        self._log.close()
        os.close(self._held)
