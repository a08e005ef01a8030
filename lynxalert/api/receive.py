"""A request → events → the store: the road that every ingest protocol over HTTP shares. Wording is not done here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from aiohttp import web

from lynxalert.api.access import authorise, check_scope
from lynxalert.api.body import read_bytes
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import CONFIGURATION, EVENTS
from lynxalert.api.metrics import METRICS
from lynxalert.api.refusal import Refused, Why, of_decoding, of_store
from lynxalert.events import Backpressure, IngestReceipt, StoreError
from lynxalert.ingest import PROTOCOLS, Decoded, IngestError, Payload, Protocol, decoded

LARGE = 200_000  # bytes from which on decoding is handed to a thread, so that others are answered meanwhile


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a payload, durable by now."""

    receipt: IngestReceipt
    decoded: Decoded


async def receive(request: web.Request, name: str, *, implied: str | None = None) -> Received:
    """Check the key, read and decode the body as the protocol *name*, hand it to the store.

    *implied* is the content encoding of a body that declares none.

    Raises:
        Refused: nothing of it was kept.
    """
    found = await decode(request, name, implied=implied)
    return Received(await keep(request, name, found), found)


async def decode(
    request: web.Request,
    name: str,
    *,
    implied: str | None = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
) -> Decoded:
    """Check the key, read and decode the body; *settings* are the protocol's own.

    Raises:
        Refused: not allowed, too large, compressed in an unknown or broken way, or nothing of it can be used.
    """
    authorise(request, name)
    limit = request.app[CONFIGURATION].settings.ingest.max_body
    await request.app[EVENTS].room()
    try:
        body = await read_bytes(request, limit)
    except ApiError as error:
        why = Why.TOO_LARGE if error.status == 413 else Why.MALFORMED
        raise Refused(why, str(error)) from None
    protocol: Protocol = PROTOCOLS[name](**settings)
    try:
        if len(body) > LARGE:
            found = await asyncio.to_thread(_decode, request, protocol, body, limit, implied)
        else:
            found = _decode(request, protocol, body, limit, implied)
    except IngestError as error:
        raise of_decoding(error) from None
    check_scope(request, found.events)
    return found


def _decode(
    request: web.Request, protocol: Protocol, body: bytes, limit: int, implied: str | None
) -> Decoded:
    encoding = request.headers.get("Content-Encoding") or implied
    return protocol.decode(payload(request, decoded(body, encoding, cap=limit)))


def payload(request: web.Request, body: bytes) -> Payload:
    """*body*, without its encoding, with what *request* says around it."""
    return Payload(
        body=body,
        content_type=request.headers.get("Content-Type", ""),
        headers={key.lower(): value for key, value in request.headers.items()},
        query=dict(request.query),
        path=dict(request.match_info),
    )


async def keep(request: web.Request, name: str, found: Decoded) -> IngestReceipt:
    """Return when *found* survives a crash.

    Raises:
        Refused: the store does not take it now; nothing was kept.
    """
    metrics = request.app[METRICS]
    try:
        receipt = await request.app[EVENTS].accept(found.events, found.rejects)
    except StoreError as error:
        if isinstance(error, Backpressure):
            metrics.refused.inc()
        raise of_store(error) from None
    metrics.accepted.labels(name).inc(receipt.accepted)
    metrics.rejected.labels(name).inc(len(receipt.rejected))
    return receipt
