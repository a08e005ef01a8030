"""A text over a range of time → its rows: what every route that asks the events shares."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import structlog
from aiohttp import web
from pydantic import Field

from lynxalert.api.access import actor_of
from lynxalert.api.errors import ApiError, invalid
from lynxalert.api.keys import ASKING, CLOCK, CONFIGURATION, CURSORS
from lynxalert.config.mistakes import Mistake
from lynxalert.config.settings import Zone
from lynxalert.config.shape import Section, read
from lynxalert.engine import Engine, EventSource, QueryFailed, QueryStopped, QueryTimeOut, Stop, StoreDamaged
from lynxalert.lang import Code
from lynxalert.plan import ALL_TIME, Result, TimeWindow
from lynxalert.plan.timespec import BadTime, resolve

DEFAULT_RANGE = "-24h"
MOST_QUERIES = 32  # of one key, those that wait for their turn included
ATTENTION = 0.1  # seconds between two looks whether whoever asked is still there: the server does not tell
log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.api")


class Range(Section):
    """Which events are asked; `earliest` and `latest` as Splunk writes them, or RFC 3339, or epoch seconds."""

    q: str | None = None
    query: str | None = None  # the same as `q`
    earliest: str | None = None
    latest: str | None = None
    start: str | None = Field(default=None, alias="from")  # the same as `earliest`
    end: str | None = Field(default=None, alias="to")  # the same as `latest`
    timezone: Zone = "UTC"

    @property
    def text(self) -> str | None:
        """The query, whichever of its two names it goes by."""
        return self.q if self.q is not None else self.query

    @property
    def piped(self) -> str:
        """The query as something that ` | ` may follow; all events without one."""
        return (self.text or "").strip() or "*"


R = TypeVar("R", bound=Range)
T = TypeVar("T")


def range_of(kind: type[R], raw: Mapping[str, Any]) -> R:
    """*raw* as *kind*.

    Raises:
        ApiError: 422, with every mistake.
    """
    found, mistakes = read(kind, raw)
    if found is None:
        raise invalid(mistakes)
    return found


def from_url(request: web.Request, *numbers: str) -> dict[str, Any]:
    """The query string; those of *numbers* that are whole numbers as such."""
    raw: dict[str, Any] = dict(request.query)
    for name in numbers:
        text = raw.get(name, "")
        if text.isascii() and text.isdecimal() and len(text) < 20:
            raw[name] = int(text)
    return raw


def window_of(asked: Range, now: dt.datetime) -> TimeWindow:
    """The range of time; the last 24 hours where nothing is said.

    Raises:
        ApiError: 422, for both bounds.
    """
    mistakes = []
    bounds = []
    for name, other, default in (("earliest", "start", DEFAULT_RANGE), ("latest", "end", "now")):
        text = getattr(asked, name) or getattr(asked, other) or default
        try:
            bounds.append(resolve(text, now, asked.timezone))
        except BadTime as error:
            mistakes.append(Mistake((name,), f": {error}", Code.BAD_TIME))
    if mistakes:
        raise invalid(mistakes)
    start, end = bounds
    if start > end:
        raise invalid([Mistake(("earliest",), "must be before latest")])
    return TimeWindow(start, end)


async def ask_further(request: web.Request, asked: Range, further: str, *, limit: int) -> Result:
    """The rows of the query that was *asked*, and *further* (stages) after it.

    Raises:
        QueryError: the query is wrong, as it was written.
        ApiError: as of `ask`.
    """
    window = window_of(asked, request.app[CLOCK].now())
    if asked.text:
        request.app[CONFIGURATION].engine.compile(asked.piped, asked.timezone)
    return await ask(request, asked, f"{asked.piped} | {further}", window, limit=limit)


async def ask(request: web.Request, asked: Range, text: str, window: TimeWindow, *, limit: int) -> Result:
    """The rows of *text*, at most *limit*; a query of somebody waits for its turn.

    Raises:
        QueryError: the text is wrong.
        ApiError: 504 it took too long, 503 or 500 the engine failed.
    """
    return await _asked(request, request.app[CONFIGURATION].engine, asked, text, window, limit)


async def ask_over(
    request: web.Request, asked: Range, text: str, source: EventSource, *, limit: int
) -> Result:
    """The rows of *text* over the events of *source*, whenever they were; otherwise as `ask`."""
    engine = request.app[CONFIGURATION].engine.over(source)
    return await _asked(request, engine, asked, text, ALL_TIME, limit)


async def _asked(
    request: web.Request, engine: Engine, asked: Range, text: str, window: TimeWindow, limit: int
) -> Result:
    now = request.app[CLOCK].now()
    return await in_turn(
        request,
        lambda stop: engine.under(stop).query(
            text, now=now, window=window, timezone=asked.timezone, limit=limit
        ),
    )


async def in_turn(request: web.Request, ask: Callable[[Stop], T]) -> T:
    """What *ask* gets from the engine, in a thread and in turn; its failures as replies.

    Raises:
        ApiError: also 429, whoever asks has too many under way; 499, they are gone.
    """
    with counted(request):
        async with request.app[CURSORS]:
            return await attended(request, Stop(), ask)


@contextlib.contextmanager
def counted(request: web.Request) -> Iterator[None]:
    """One query more of whoever asks, as long as the context lasts.

    Raises:
        ApiError: 429, they have too many under way.
    """
    asking, actor = request.app[ASKING], actor_of(request)
    who = actor.key_id or actor.name
    if asking[who] >= MOST_QUERIES:
        text = f"{MOST_QUERIES} queries of yours run or wait already"
        raise ApiError(429, "TOO_MANY_REQUESTS", text, headers={"Retry-After": "1"})
    asking[who] += 1
    try:
        yield
    finally:
        asking[who] -= 1
        if not asking[who]:
            del asking[who]


async def attended(request: web.Request, stop: Stop, ask: Callable[[Stop], T]) -> T:
    """What *ask* gets from the engine, in a thread; *stop* is said when nobody waits for it any more.

    It has ended when this returns or raises.

    Raises:
        ApiError: what went wrong, 499 if whoever asked is gone.
    """
    working = asyncio.ensure_future(asyncio.to_thread(_answered, partial(ask, stop)))
    try:
        while not (await asyncio.wait([working], timeout=ATTENTION))[0]:
            if request.transport is None:
                stop.say()
    except asyncio.CancelledError:
        stop.say()
        await asyncio.wait([working])
        raise
    return working.result()


def _answered(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except QueryFailed as error:
        raise failed(error) from None


def failed(error: QueryFailed) -> ApiError:
    """What the engine could not do, as a reply."""
    match error:
        case QueryStopped():
            return ApiError(499, "CLIENT_CLOSED_REQUEST", str(error))
        case QueryTimeOut():
            return ApiError(504, "TIME_OUT", str(error), suggestion="narrow the time range")
        case StoreDamaged():
            advice = "queries that do not read these events go on; restore the data folder, or let the events expire"
            return ApiError(500, "STORE_DAMAGED", str(error), suggestion=advice)
    if error.transient:
        return ApiError(503, "QUERY_FAILED", str(error), headers={"Retry-After": "1"})
    if error.sql is not None:
        log.error("query_not_understood_by_the_engine", sql=error.sql, exc_info=error)
    return ApiError(500, "INTERNAL_ERROR", str(error))
