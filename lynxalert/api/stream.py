"""`/query/stream`: every row of a query as a line of JSON, as the engine finds them; the last line says how it ended.

Neither the store nor this holds more than a batch: a slow reader slows the query, and one that has gone ends it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator

from aiohttp import web

from lynxalert.api.asking import attended, counted, window_of
from lynxalert.api.errors import ApiError, invalid_query
from lynxalert.api.keys import CLOCK, CONFIGURATION
from lynxalert.api.query import Question, question_of, text_of
from lynxalert.api.readers import hand_over
from lynxalert.api.reply import encode
from lynxalert.clock import monotonic
from lynxalert.engine import RowStream, Stop
from lynxalert.lang import QueryError

MOST_STREAMS = 4
LONGEST = dt.timedelta(minutes=10)  # the store cannot tidy up behind a stream that is open
TYPE = "application/x-ndjson"
STREAMS: web.AppKey[Counter[str]] = web.AppKey("streams", Counter)  # how many are open


async def stream(request: web.Request) -> web.StreamResponse:
    """`GET /query/stream`, `POST /query/stream`: a row per line, then `{"__meta": …}` or `{"__error": …}`.

    What is wrong before the first row is an ordinary error. `limit` is the end of it, if one is given.
    """
    question = await question_of(request)
    stop = Stop()
    with counted(request), _one_more(request.app[STREAMS]):
        reading = await attended(request, stop, lambda stop: _opened(request, question, stop))
        try:
            lines = _Lines(reading, question.limit if "limit" in question.model_fields_set else None)
            first = await attended(request, stop, lambda _: lines.some())
            return await _sent(request, lines, first, stop)
        finally:
            reading.close()


async def _sent(request: web.Request, lines: _Lines, first: bytes, stop: Stop) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": TYPE, "X-Accel-Buffering": "no"})
    await response.prepare(request)
    part = first
    try:
        while part:
            await hand_over(request, response, part)
            part = await _next(request, lines, stop)
    except ConnectionResetError:  # the reader went away, or sleeps
        pass
    return response


async def _next(request: web.Request, lines: _Lines, stop: Stop) -> bytes:
    """The next lines; the headers are gone, so an error is one of them."""
    try:
        return await attended(request, stop, lambda _: lines.some())
    except QueryError as error:
        return lines.failed(invalid_query(error))
    except ApiError as error:
        return lines.failed(error)


def _opened(request: web.Request, question: Question, stop: Stop) -> RowStream:
    now = request.app[CLOCK].now()
    return (
        request.app[CONFIGURATION]
        .engine.under(stop)
        .stream(
            text_of(question),
            now=now,
            window=window_of(question, now),
            timezone=question.timezone,
            deadline=LONGEST,
        )
    )


class _Lines:
    """The rows of *reading* as lines, at most *limit*, and the last line."""

    def __init__(self, reading: RowStream, limit: int | None) -> None:
        self._reading = reading
        self._limit = limit
        self._sent = 0
        self._ended = False
        self._started = monotonic()

    def some(self) -> bytes:
        """The next lines, of a batch; nothing behind the last."""
        if self._ended:
            return b""
        rows = self._reading.batch()
        wanted = len(rows) if self._limit is None else min(len(rows), self._limit - self._sent)
        lines = [encode(row) for row in rows[:wanted]]
        self._sent += wanted
        if not rows or wanted < len(rows):
            self._ended = True
            lines.append(self._meta(truncated=bool(rows)))
        return b"\n".join(lines) + b"\n"

    def failed(self, error: ApiError) -> bytes:
        """The last line of one that went wrong."""
        self._ended = True
        return encode({"__error": {"code": error.code, "message": str(error)}}) + b"\n"

    def _meta(self, *, truncated: bool) -> bytes:
        reading = self._reading
        columns = [
            {"name": name, "type": str(kind)}
            for name, kind in zip(reading.columns, reading.types, strict=True)
        ]
        found = {
            "columns": columns,
            "row_count": self._sent,
            "truncated": truncated,
            "took_ms": round((monotonic() - self._started) * 1000, 1),
            "window": {"start": reading.window.start, "end": reading.window.end},
            "warnings": [
                {"code": str(each.code), "message": each.message, "help": each.help}
                for each in reading.warnings
            ],
        }
        return encode({"__meta": found})


@contextlib.contextmanager
def _one_more(open_: Counter[str]) -> Iterator[None]:
    if open_["all"] >= MOST_STREAMS:
        headers = {"Retry-After": "5"}
        raise ApiError(429, "TOO_MANY_REQUESTS", f"{MOST_STREAMS} streams are open", headers=headers)
    open_["all"] += 1
    try:
        yield
    finally:
        open_["all"] -= 1
