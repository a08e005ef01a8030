"""A payload that is refused → the error of the interface, which the dialect spoken there words. For ingest routes."""

from __future__ import annotations

from aiohttp import web

from lynxalert.api.errors import ApiError, told
from lynxalert.api.refusal import Refused, Why

_CODES = {
    Why.UNAUTHENTICATED: "AUTH_REQUIRED",
    Why.INVALID_TOKEN: "INVALID_TOKEN",
    Why.FORBIDDEN: "FORBIDDEN",
    Why.TOO_LARGE: "PAYLOAD_TOO_LARGE",
    Why.UNKNOWN_ENCODING: "UNSUPPORTED_ENCODING",
    Why.BROKEN_ENCODING: "INVALID_ENCODING",
    Why.NO_DATA: "INVALID_JSON",
    Why.MALFORMED: "INVALID_JSON",
    Why.BUSY: "BACKPRESSURE",
    Why.FULL: "STORAGE_FULL",
    Why.UNWRITABLE: "STORAGE_UNWRITABLE",
    Why.CLOSING: "SHUTTING_DOWN",
    Why.INTERNAL: "INTERNAL_ERROR",
}


async def refuse(request: web.Request, refused: Refused) -> web.Response:
    """The refusal in the words of the dialect."""
    return told(request, error_of(refused))


def error_of(refused: Refused) -> ApiError:
    """VALIDATION_ERROR with the path where a value is wrong."""
    message = str(refused)
    if refused.why is Why.MALFORMED and (refused.path or message.startswith("the body must")):
        kind = "missing" if message == "is required" else "value_error"
        details = [{"path": list(refused.path), "message": message, "type": kind}]
        return ApiError(422, "VALIDATION_ERROR", message, details=details)
    # Only the native route has statuses of its own; senders send again what is 429 or 5xx.
    code = _CODES.get(refused.why, "INVALID_REQUEST")
    return ApiError(refused.status, code, message, headers=refused.retry_header)
