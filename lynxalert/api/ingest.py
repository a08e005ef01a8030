"""`POST /ingest`: a payload in, an answer once the store has it safely. Bad lines are counted, never fatal."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from lynxalert.api.access import BEARER, authorise
from lynxalert.api.errors import ApiError, envelope
from lynxalert.api.receive import Received, receive
from lynxalert.api.refusal import Refused, Why, speaking
from lynxalert.api.repeats import HEADER, REPEATS
from lynxalert.api.reply import success
from lynxalert.ingest import ACCEPTED

SHOWN_ERRORS = 100

_CODES = {
    Why.UNAUTHENTICATED: "AUTH_REQUIRED",
    Why.INVALID_TOKEN: "INVALID_TOKEN",
    Why.FORBIDDEN: "FORBIDDEN",
    Why.TOO_LARGE: "PAYLOAD_TOO_LARGE",
    Why.UNKNOWN_ENCODING: "UNSUPPORTED_ENCODING",
    Why.UNKNOWN_TYPE: "UNSUPPORTED_TYPE",
    Why.BROKEN_ENCODING: "INVALID_ENCODING",
    Why.NO_DATA: "INVALID_REQUEST",
    Why.MALFORMED: "INVALID_JSON",
    Why.BAD_NAME: "VALIDATION_ERROR",
    Why.BUSY: "BACKPRESSURE",
    Why.FULL: "STORAGE_FULL",
    Why.UNWRITABLE: "STORAGE_UNWRITABLE",
    Why.CLOSING: "SHUTTING_DOWN",
    Why.INTERNAL: "INTERNAL_ERROR",
}
_STATUS = {Why.BAD_NAME: 422, Why.FULL: 507}


async def refuse(_request: web.Request, refused: Refused) -> web.Response:
    """The refusal in the envelope of the interface."""
    return envelope(error_of(refused))


def error_of(refused: Refused) -> ApiError:
    """The refusal as an error of the interface."""
    headers = refused.retry_header
    if refused.why is Why.UNKNOWN_ENCODING:
        headers["Accept-Encoding"] = ACCEPTED
    if refused.status == 401:
        headers["WWW-Authenticate"] = BEARER
    status = _STATUS.get(refused.why, refused.status)
    return ApiError(status, _CODES[refused.why], str(refused), headers=headers)


@speaking(refuse)
async def ingest(request: web.Request) -> web.Response:
    """`POST /api/v1/ingest`: JSON array, objects, JSON lines or text lines, as they come."""
    authorise(request, "native")
    key = request.headers.get(HEADER)
    return success(await request.app[REPEATS].once(key, lambda: _received(request)))


async def _received(request: web.Request) -> dict[str, Any]:
    return summary(await receive(request, "native"))


def summary(received: Received) -> dict[str, Any]:
    """What became of a payload: counts, and the first reasons."""
    rejected = received.receipt.rejected
    return {
        "accepted": received.receipt.accepted,
        "rejected": len(rejected),
        "errors": [{"line": line, "reason": reason} for line, reason in rejected[:SHOWN_ERRORS]],
        "repaired": received.decoded.repaired,
    }
