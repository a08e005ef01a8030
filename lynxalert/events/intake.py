"""Events → the raw log, many requests per disk sync → acknowledged and queued. One thread writes and syncs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lynxalert.events.arrivals import Arrived, cleaned, encode
from lynxalert.events.errors import StoreClosing
from lynxalert.events.frames import frame
from lynxalert.events.queue import Load, Queue, Record, load_of
from lynxalert.events.rawlog import Place, RawLog

RECORD = 1_000  # events in one record of the log


@dataclass(frozen=True, slots=True)
class Request:
    """What one sender waits for, and whom to tell."""

    batch: Sequence[Arrived]
    load: Load
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class Piece(NamedTuple):
    """One record of the log and what it holds."""

    frame: bytes
    batch: Sequence[Arrived]


class Intake:
    """Group commit: while one sync runs, requests gather for the next.

    *check* is asked before each commit and raises what the senders shall be told. The thread also encodes: every
    system call and checksum in the event loop would hand the interpreter to a busy thread and wait for it.
    """

    def __init__(self, log: RawLog, queue: Queue, check: Callable[[], None]) -> None:
        self._log = log
        self._queue = queue
        self._check = check
        self._pending: list[Request] = []
        self._changed = threading.Condition()
        self._closed = False
        self.refusal: str | None = None  # why the last commit failed; None after one that did not
        self._thread = threading.Thread(target=self._commit_until_closed, name="raw-log", daemon=True)
        self._thread.start()

    async def accept(self, batch: Sequence[Arrived]) -> None:
        """Return when *batch* is on the disk and queued.

        Raises:
            Backpressure: the queue is full; nothing was kept.
            StoreClosing: it is too late.
            StoreError: the log cannot be written.
        """
        loop = asyncio.get_running_loop()
        request = Request(batch, load_of(batch), loop, loop.create_future())
        with self._changed:
            if self._closed:
                raise StoreClosing("the event store is closing")
            self._queue.reserve(request.load)
            self._pending.append(request)
            self._changed.notify()
        await request.done

    def close(self) -> None:
        """Commit what is pending, then stop; `accept` refuses from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _commit_until_closed(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closed)
                requests, self._pending = self._pending, []
            if not requests:
                return
            self._commit(requests)

    def _commit(self, requests: Sequence[Request]) -> None:
        """Write and sync *requests*: a request that cannot be encoded fails alone, any other failure is everybody's."""
        ready = [(request, pieces) for request in requests if (pieces := self._encoded(request))]
        try:
            self._check()
            pieces = [piece for _, own in ready for piece in own]
            end = self._log.append(b"".join(piece.frame for piece in pieces))
            self._log.sync()
        except Exception as error:  # noqa: BLE001 - whatever it was, the senders must hear of it
            self.refusal = str(error) or type(error).__name__
            self._refuse([request for request, _ in ready], error)
            return
        self.refusal = None
        self._queue.put(_records(pieces, end))
        _tell([request for request, _ in ready], None)

    def _encoded(self, request: Request) -> list[Piece]:
        try:
            return _pieces(request.batch)
        except Exception as error:  # noqa: BLE001 - the same
            self._refuse([request], error)
            return []

    def _refuse(self, requests: Sequence[Request], error: Exception) -> None:
        for request in requests:
            self._queue.withdraw(request.load)
        _tell(requests, error)


def _pieces(batch: Sequence[Arrived]) -> list[Piece]:
    parts = [batch[start : start + RECORD] for start in range(0, len(batch), RECORD)]
    try:
        return [Piece(frame(encode(part)), part) for part in parts]
    except UnicodeEncodeError:
        return [Piece(frame(encode(part)), part) for part in map(cleaned, parts)]


def _records(pieces: Sequence[Piece], end: Place) -> list[Record]:
    """The records of *pieces*, the last of which ends at *end*."""
    offset = end.offset - sum(len(piece.frame) for piece in pieces)
    records: list[Record] = []
    for piece in pieces:
        offset += len(piece.frame)
        records.append(Record(Place(end.segment, offset), piece.batch, load_of(piece.batch)))
    return records


def _tell(requests: Sequence[Request], error: Exception | None) -> None:
    """Settle the futures in their own loops; a caller that is gone need not know."""
    for loop in {request.loop for request in requests}:
        own = [request.done for request in requests if request.loop is loop]
        try:
            loop.call_soon_threadsafe(_settle, own, error)
        except RuntimeError:  # the loop is closed
            continue


def _settle(futures: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
