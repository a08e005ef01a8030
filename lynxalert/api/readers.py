"""A part of an answer without an end → the line, as long as its reader takes it."""

from __future__ import annotations

import asyncio

from aiohttp import web

STALLED = 30.0  # seconds after which a reader who takes nothing is given up


async def hand_over(
    request: web.Request, response: web.StreamResponse, part: bytes, patience: float = STALLED
) -> None:
    """Write *part*; return when the line has room again.

    Raises:
        ConnectionResetError: the reader has gone, or took nothing for *patience* seconds and was cut off.
    """
    try:
        async with asyncio.timeout(patience):
            await response.write(part)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the reader takes nothing") from None
