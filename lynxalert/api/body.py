"""A request's bytes → a JSON object. The content type is not asked: `curl -d` calls everything a form."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from lynxalert.api.errors import ApiError, invalid, invalid_json
from lynxalert.config.mistakes import Mistake

PATIENCE = 30.0  # seconds a body may take, and one more for every
SLOWEST = 10_000  # bytes that arrived
LIMIT = 1_000_000  # bytes of a definition or query; ingest has a limit of its own


async def read_bytes(request: web.Request, limit: int = LIMIT, *, patience: float = PATIENCE) -> bytes:
    """The body as sent, at most *limit* bytes.

    Raises:
        ApiError: 413, as soon as more than *limit* has arrived or is announced; 408, it comes too slowly.
    """
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    held = bytearray()
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(patience) as ending:
            async for chunk in request.content.iter_any():
                held += chunk
                if len(held) > limit:
                    raise too_large(limit)
                ending.reschedule(began + patience + len(held) / SLOWEST)
    except TimeoutError:
        raise ApiError(408, "REQUEST_TIMEOUT", "the body came too slowly") from None
    return bytes(held)


def too_large(limit: int) -> ApiError:
    """413 that says what would have been accepted."""
    return ApiError(413, "PAYLOAD_TOO_LARGE", f"the body is larger than {limit:,} bytes")


async def read_object(request: web.Request, *, optional: bool = False) -> dict[str, Any]:
    """The body as a JSON object; of duplicate keys the last wins. *optional*: an empty body is an empty object.

    A byte order mark in front is let pass: some shells and editors write one, and RFC 8259 allows readers to ignore it.

    Raises:
        ApiError: 413 too large, 415 compressed, 400 no JSON (NaN and nesting beyond the parser's depth included),
            422 JSON, and no object.
    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise ApiError(
            415,
            "UNSUPPORTED_ENCODING",
            f"Content-Encoding {encoding[:20]} is not accepted here",
            headers={"Accept-Encoding": "identity"},
        )
    raw = (await read_bytes(request)).removeprefix(codecs.BOM_UTF8)
    if optional and not raw.strip():
        return {}
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid_json(
            f"{error.msg.split(':')[0]} at line {error.lineno}, column {error.colno}"
        ) from None
    if not isinstance(value, Mapping):
        raise invalid([Mistake((), "the body must be an object", whole=True)])
    return dict(value)
