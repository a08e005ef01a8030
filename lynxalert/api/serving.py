"""An application → what serves it: how long a line may be, how long a silence, how many connections at once; and its end."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import resource
from typing import cast

from aiohttp import web

from lynxalert.api import tail
from lynxalert.api.errors import ApiError, Endpoint, envelope
from lynxalert.api.keys import ENDING

LAST_REQUESTS = 1.5  # seconds that requests under way have when the end begins
CUT = 0.5  # seconds until those that are left are cut off; aiohttp waits twice
IDLE = 75.0  # seconds that a connection may be silent, or take to say what it wants
LARGEST_LINE = 16_384  # bytes of a request line or header: queries travel in URLs too
MOST_CONNECTIONS = 10_000
OTHER_FILES = 512  # of the store, of channels, of syslog


class UnderWay:
    """Requests that are not answered yet."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def finished(self, seconds: float) -> None:
        """Return when there is none, or that long has passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._none.wait()


UNDER_WAY = web.AppKey("under_way", UnderWay)


@web.middleware
async def under_way(request: web.Request, handler: Endpoint) -> web.StreamResponse:
    """Know of the request until it is answered."""
    with request.app[UNDER_WAY]:
        return await handler(request)


async def wind_up(app: web.Application, running: web.AppRunner) -> None:
    """Accept nothing new, let what is under way be finished, cut off what is not.

    The library's own end drops what is still to come of a body: so it begins when there is none.
    """
    app[ENDING].set()
    await tail.end_tails(app)
    for site in list(running.sites):
        await site.stop()
    await app[UNDER_WAY].finished(LAST_REQUESTS)
    await running.cleanup()


class Crowded(asyncio.Protocol):
    """A connection too many: it is told to come again, and closed, before it has asked anything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer at once."""
        refusal = envelope(ApiError(503, "TOO_MANY_CONNECTIONS", "too many connections are open"))
        assert isinstance(refusal.body, bytes)
        head = (
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(refusal.body)}\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
        )
        writing = cast("asyncio.WriteTransport", transport)
        writing.write(head.encode() + refusal.body)
        writing.close()


class Runner(web.AppRunner):
    """A runner whose sites take no more than so many connections at once."""

    most = MOST_CONNECTIONS

    @property
    def server(self) -> web.Server | None:
        """What a site asks for the protocol of a new connection."""
        inner = super().server
        return None if inner is None else cast("web.Server", functools.partial(self._protocol, inner))

    def _protocol(self, inner: web.Server) -> asyncio.BaseProtocol:
        return inner() if len(inner.connections) < self.most else Crowded()


def runner(app: web.Application, *, idle: float = IDLE, most: int = MOST_CONNECTIONS) -> web.AppRunner:
    """What serves *app*: bodies arrive as sent, because aiohttp takes a cut gzip stream for a whole one.

    *idle*: seconds after which a connection without a whole request is closed. *most*: connections at once, fewer where
    the system lets this process open fewer files.
    """
    found = Runner(
        app,
        auto_decompress=False,
        access_log=None,
        handle_signals=False,
        keepalive_timeout=idle,
        shutdown_timeout=CUT,
        max_line_size=LARGEST_LINE,
        max_field_size=LARGEST_LINE,
    )
    found.most = min(most, _room())
    return found


def _room() -> int:
    """How many files this process may still open for connections, after it has asked for as many as it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(16, soft - OTHER_FILES)
