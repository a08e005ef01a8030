"""`POST /ingest`: a payload in, an answer once the store has it safely. Bad lines are counted, never fatal."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from lynxalert.api.body import read_bytes
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import CONFIGURATION, EVENTS
from lynxalert.api.metrics import METRICS
from lynxalert.api.reply import success
from lynxalert.events import Backpressure, IngestReceipt, StorageFull, StoreError
from lynxalert.ingest import ACCEPTED, PROTOCOLS, Decoded, IngestCode, IngestError, Payload, Protocol, decoded

SHOWN_ERRORS = 100
LARGE = 200_000  # bytes from which on decoding is handed to a thread, so that others are answered meanwhile

_CODES = {
    IngestCode.INVALID_JSON: "INVALID_JSON",
    IngestCode.TOO_LARGE: "PAYLOAD_TOO_LARGE",
    IngestCode.UNSUPPORTED_ENCODING: "UNSUPPORTED_ENCODING",
    IngestCode.INVALID_NAME: "VALIDATION_ERROR",
    IngestCode.INVALID_ENCODING: "INVALID_ENCODING",
}


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a payload, durable by now."""

    receipt: IngestReceipt
    decoded: Decoded


async def receive(request: web.Request, name: str) -> Received:
    """Read the body, decode it as the protocol *name*, hand it to the store. Shared by every way in.

    Raises:
        ApiError: 413 too large. IngestError, Backpressure, StoreError: nothing of it was kept; each protocol has
            its own words for these.
    """
    limit = request.app[CONFIGURATION].settings.ingest.max_body
    body = await read_bytes(request, limit)
    protocol: Protocol = PROTOCOLS[name]()
    if len(body) > LARGE:
        found = await asyncio.to_thread(_decode, request, protocol, body, limit)
    else:
        found = _decode(request, protocol, body, limit)
    receipt = await request.app[EVENTS].accept(found.events, found.rejects)
    metrics = request.app[METRICS]
    metrics.accepted.labels(name).inc(receipt.accepted)
    metrics.rejected.labels(name).inc(len(receipt.rejected))
    return Received(receipt, found)


def _decode(request: web.Request, protocol: Protocol, body: bytes, limit: int) -> Decoded:
    payload = Payload(
        body=decoded(body, request.headers.get("Content-Encoding"), cap=limit),
        content_type=request.headers.get("Content-Type", ""),
        headers={key.lower(): value for key, value in request.headers.items()},
        query=dict(request.query),
    )
    return protocol.decode(payload)


async def ingest(request: web.Request) -> web.Response:
    """`POST /api/v1/ingest`: JSON array, objects, JSON lines or text lines, as they come."""
    try:
        received = await receive(request, "native")
    except IngestError as error:
        headers = {"Accept-Encoding": ACCEPTED} if error.code is IngestCode.UNSUPPORTED_ENCODING else None
        raise ApiError(error.code.status, _CODES[error.code], error.message, headers=headers) from None
    except Backpressure as error:
        request.app[METRICS].refused.inc()
        seconds = math.ceil(error.retry_after.total_seconds())
        raise ApiError(
            429, "BACKPRESSURE", str(error), headers={"Retry-After": str(max(1, seconds))}
        ) from None
    except StorageFull as error:
        raise ApiError(507, "STORAGE_FULL", str(error), headers={"Retry-After": "60"}) from None
    except StoreError as error:
        raise ApiError(503, "SHUTTING_DOWN", str(error), headers={"Retry-After": "5"}) from None
    return success(_summary(received))


def _summary(received: Received) -> dict[str, Any]:
    rejected = received.receipt.rejected
    return {
        "accepted": received.receipt.accepted,
        "rejected": len(rejected),
        "errors": [{"line": line, "reason": reason} for line, reason in rejected[:SHOWN_ERRORS]],
        "repaired": received.decoded.repaired,
    }
