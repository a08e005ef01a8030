"""Events → the raw log, many requests per disk sync → acknowledged and queued. One thread writes and syncs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lynxalert.events.arrivals import Arrived, cleaned, encode
from lynxalert.events.errors import StoreError
from lynxalert.events.frames import frame
from lynxalert.events.queue import Queue, Record
from lynxalert.events.rawlog import Place, RawLog

RECORD = 1_000  # events in one record of the log


@dataclass(frozen=True, slots=True)
class Request:
    """What one sender waits for: its records as frames, what they hold, and whom to tell."""

    frames: tuple[bytes, ...]
    batches: tuple[Sequence[Arrived], ...]
    events: int
    size: int
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
        try:
            request = _request(batch)
        except UnicodeEncodeError:
            request = _request(cleaned(batch))
        self._queue.reserve(request.events, request.size)
        with self._changed:
            if self._closed:
                self._queue.withdraw(request.events, request.size)
                raise StoreError("the event store is closing")
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
        try:
            places = [self._log.append(b"".join(request.frames)) for request in requests]
            self._log.sync()
        except Exception as error:  # noqa: BLE001 - whatever it was, the senders must hear of it
            for request in requests:
                self._queue.withdraw(request.events, request.size)
            _tell(requests, error)
            return
        for request, place in zip(requests, places, strict=True):
            self._queue.put(list(_records(request, place)))
        _tell(requests, None)


def _request(batch: Sequence[Arrived]) -> Request:
    batches = tuple(batch[start : start + RECORD] for start in range(0, len(batch), RECORD))
    frames = tuple(frame(encode(part)) for part in batches)
    loop = asyncio.get_running_loop()
    return Request(frames, batches, len(batch), sum(map(len, frames)), loop, loop.create_future())


def _records(request: Request, end: Place) -> Iterable[Record]:
    """The records of *request*, whose last one ends at *end*."""
    offset = end.offset - request.size
    for one, batch in zip(request.frames, request.batches, strict=True):
        offset += len(one)
        yield Record(Place(end.segment, offset), batch, len(one))


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
