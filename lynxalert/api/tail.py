"""`/tail`: events as they become queryable, as server-sent events (WHATWG HTML, 9.2). A slow reader misses some, and is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from lynxalert.api.asking import Range, ask_over, from_url, range_of
from lynxalert.api.errors import ApiError, invalid, invalid_query
from lynxalert.api.keys import CONFIGURATION, EVENTS
from lynxalert.api.readers import hand_over
from lynxalert.api.reply import encode
from lynxalert.config.mistakes import Mistake
from lynxalert.events import EventStore, Stretch
from lynxalert.lang import Code, QueryError

MOST_TAILS = 16
MOST_AT_ONCE = 500  # events of one look at the store; what is beyond is counted as dropped
HEARTBEAT = 15.0  # seconds of silence after which a comment says that the line is alive
PAUSE = 0.1  # seconds between two looks


@dataclass
class Tails:
    """The tails of one application: how many there are, and what ends them all."""

    open: int = 0
    ending: bool = False
    changed: set[asyncio.Event] = field(default_factory=set)

    def end(self) -> None:
        """Let every tail finish."""
        self.ending = True
        for each in self.changed:
            each.set()


TAILS = web.AppKey("tails", Tails)


class AboutTail(Range):
    """Only `q` means something here, a search; `last_id` is where an earlier tail ended."""

    last_id: int | None = None


async def end_tails(app: web.Application) -> None:
    """For `on_shutdown`: a tail has no end of its own."""
    app[TAILS].end()


async def tail(request: web.Request) -> web.StreamResponse:
    """`GET /tail`: `data:` is an event; `event: dropped` says how many were left out; comments keep the line alive.

    `Last-Event-ID` goes on where an earlier tail ended, as browsers do by themselves.
    """
    asked = range_of(AboutTail, from_url(request, "last_id"))
    store, tails = request.app[EVENTS], request.app[TAILS]
    _check(request, asked)
    if tails.open >= MOST_TAILS:
        raise ApiError(429, "TOO_MANY_REQUESTS", f"{MOST_TAILS} tails are open", headers={"Retry-After": "5"})
    after = _begin(request, asked, store)
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    changed = asyncio.Event()
    tails.open += 1
    tails.changed.add(changed)
    unsubscribe = store.subscribe(_waking(changed))
    try:
        await response.prepare(request)
        await hand_over(request, response, b": listening\n\n")
        await _follow(request, asked, response, changed, after)
    except ConnectionResetError:  # the reader went away, which is how most tails end, or sleeps
        pass
    finally:
        unsubscribe()
        tails.changed.discard(changed)
        tails.open -= 1
    return response


async def _follow(
    request: web.Request, asked: AboutTail, response: web.StreamResponse, changed: asyncio.Event, after: int
) -> None:
    store, tails = request.app[EVENTS], request.app[TAILS]
    while not tails.ending:
        last = store.highest_sequence()
        if last > after:
            changed.clear()
            await hand_over(request, response, await _news(request, asked, Stretch(store, after, last)))
            after = last
            await asyncio.sleep(PAUSE)
            continue
        try:
            async with asyncio.timeout(HEARTBEAT):
                await changed.wait()
            changed.clear()
        except TimeoutError:
            await hand_over(request, response, b": alive\n\n")


async def _news(request: web.Request, asked: AboutTail, stretch: Stretch) -> bytes:
    """The matching events of *stretch*, oldest first, as they go over the line; the end of it as their id."""
    try:
        return await _matching(request, asked, stretch)
    except (
        ApiError
    ) as error:  # too slow, or the engine failed: the headers are gone, so the line itself says it
        return b"event: error\ndata: " + encode({"code": error.code, "message": str(error)}) + b"\n\n"


async def _matching(request: web.Request, asked: AboutTail, stretch: Stretch) -> bytes:
    result = await ask_over(request, asked, asked.piped, stretch, limit=MOST_AT_ONCE)
    lines = []
    if result.truncated:
        [row] = (await ask_over(request, asked, f"{asked.piped} | stats count", stretch, limit=1)).rows
        missed = encode({"dropped": int(str(row["count"])) - len(result.rows)})
        lines.append(b"event: dropped\ndata: " + missed + b"\n\n")
    for row in reversed(result.rows):
        shown = {name: value for name, value in row.items() if value is not None}
        lines.append(b"data: " + encode(shown) + b"\n\n")
    if lines:
        lines[-1] = b"id: %d\n" % stretch.last + lines[-1]
    return b"".join(lines)


def _waking(changed: asyncio.Event) -> Callable[[], None]:
    """What sets *changed* in this loop, from any thread."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody reads any more
            loop.call_soon_threadsafe(changed.set)

    return wake


def _check(request: web.Request, asked: AboutTail) -> None:
    """Only what can be said of each event alone."""
    try:
        compiled = request.app[CONFIGURATION].engine.compile(asked.piped, asked.timezone)
    except QueryError as error:
        raise invalid_query(error) from None
    if [stage.command for stage in compiled.query.stages] != ["search"]:
        raise invalid([Mistake(("q",), "must be a search without pipes", Code.BAD_SETTING)])


def _begin(request: web.Request, asked: AboutTail, store: EventStore) -> int:
    """The sequence number after which the tail begins."""
    given = request.headers.get("Last-Event-ID", "")
    seen = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else asked.last_id
    newest = store.highest_sequence()
    return newest if seen is None else max(0, min(seen, newest))
