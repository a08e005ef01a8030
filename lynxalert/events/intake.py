"""Events → the raw log, many requests per disk sync → acknowledged and queued. One thread writes and syncs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.events.arrivals import Arrived, cleaned, encode
from lynxalert.events.errors import StoreError
from lynxalert.events.frames import frame
from lynxalert.events.queue import Load, Queue, Record, load_of
from lynxalert.events.rawlog import Place, RawLog

RECORD = 1_000  # events in one record of the log
AT_ONCE = 5_000  # events that are encoded without leaving the loop


@dataclass(frozen=True, slots=True)
class Piece:
    """A record of the log before it has its place."""

    frame: bytes
    batch: Sequence[Arrived]


@dataclass(frozen=True, slots=True)
class Request:
    """What one sender waits for, and whom to tell."""

    pieces: tuple[Piece, ...]
    load: Load
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class Intake:
    """Group commit: while one sync runs, requests gather for the next."""

    def __init__(self, log: RawLog, queue: Queue) -> None:
        self._log = log
        self._queue = queue
        self._pending: list[Request] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._commit_until_closed, name="raw-log", daemon=True)
        self._thread.start()

    async def accept(self, batch: Sequence[Arrived]) -> None:
        """Return when *batch* is on the disk and queued.

        Raises:
            Backpressure: the queue is full; nothing was kept.
            StoreError: the log cannot be written, or the store is closing.
        """
        load = load_of(batch)
        self._queue.reserve(load)
        try:
            pieces = _pieces(batch) if load.events <= AT_ONCE else await asyncio.to_thread(_pieces, batch)
            loop = asyncio.get_running_loop()
            request = Request(pieces, load, loop, loop.create_future())
            self._enter(request)
        except BaseException:
            self._queue.withdraw(load)
            raise
        await request.done

    def _enter(self, request: Request) -> None:
        with self._changed:
            if self._closed:
                raise StoreError("the event store is closing")
            self._pending.append(request)
            self._changed.notify()

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
        try:
            ends = [
                self._log.append(b"".join(piece.frame for piece in request.pieces)) for request in requests
            ]
            self._log.sync()
        except Exception as error:  # noqa: BLE001 - whatever it was, the senders must hear of it
            for request in requests:
                self._queue.withdraw(request.load)
            _tell(requests, error)
            return
        for request, end in zip(requests, ends, strict=True):
            self._queue.put(_records(request, end))
        _tell(requests, None)


def _pieces(batch: Sequence[Arrived]) -> tuple[Piece, ...]:
    parts = [batch[start : start + RECORD] for start in range(0, len(batch), RECORD)]
    try:
        return tuple(Piece(frame(encode(part)), part) for part in parts)
    except UnicodeEncodeError:
        return tuple(Piece(frame(encode(part)), part) for part in map(cleaned, parts))


def _records(request: Request, end: Place) -> list[Record]:
    """The records of *request*, the last of which ends at *end*."""
    offset = end.offset - sum(len(piece.frame) for piece in request.pieces)
    records: list[Record] = []
    for piece in request.pieces:
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
