"""Everything that can go wrong in a request → one envelope. One middleware; never a traceback outside."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import structlog
from aiohttp import web

from lynxalert.access.passes import unsigned
from lynxalert.api.reply import encode
from lynxalert.config.mistakes import Mistake
from lynxalert.errors import LynxError
from lynxalert.lang import QueryError
from lynxalert.state import is_refusal, reason_of

Endpoint: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Voice: TypeAlias = "Callable[[ApiError], web.Response]"

# Who words the errors at and below an address; everywhere else `envelope` does.
VOICES: web.AppKey[Mapping[str, Voice]] = web.AppKey("voices", Mapping)

REQUEST_ID = web.RequestKey("request_id", str)
_SANE_ID = re.compile(r"[\w.:/+=@-]{1,128}", re.ASCII)
_CODES = {
    400: "INVALID_REQUEST",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_ENCODING",
    503: "SHUTTING_DOWN",
}
log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.api")


class ApiError(LynxError):
    """A request that is refused: status, code, message, and whatever helps to mend it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Sequence[Mapping[str, Any]] = (),
        suggestion: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.details = tuple(details)
        self.suggestion = suggestion
        self.headers = dict(headers or {})
        super().__init__(message)


def forbidden(needed: str) -> ApiError:
    """403 for a key whose role is below *needed*."""
    return ApiError(403, "FORBIDDEN", f"this needs a key with the role {needed} or above")


def not_found(what: str) -> ApiError:
    """404 for an object that does not exist; *what* begins the sentence (`Alert`)."""
    return ApiError(404, "NOT_FOUND", f"{what} not found")


def invalid_json(reason: str) -> ApiError:
    """400 for a body that is no JSON."""
    return ApiError(400, "INVALID_JSON", f"invalid JSON: {reason}")


def invalid(mistakes: Sequence[Mistake]) -> ApiError:
    """422 with every mistake; the first is the message."""
    first = mistakes[0]
    details = [mistake.as_json() for mistake in mistakes]
    return ApiError(422, "VALIDATION_ERROR", first.text, details=details, suggestion=first.help)


def invalid_query(error: QueryError, path: Sequence[str | int] = ("q",)) -> ApiError:
    """422 with every diagnostic of a query: code, message, line, column, length, help."""
    details = [{"path": list(path), **each.as_json(error.source)} for each in error.diagnostics]
    first = error.diagnostics[0]
    return ApiError(422, "INVALID_QUERY", first.message, details=details, suggestion=first.help)


def unwritable(error: Exception) -> ApiError:
    """503 for what the state file did not take; nothing was changed."""
    message = f"the state file cannot be read or written: {reason_of(error)}"
    tip = "make room on the disk of `store.path`, or make it writable; nothing was changed, and alerts go on where they stand"
    return ApiError(503, "STORAGE_UNWRITABLE", message, suggestion=tip, headers={"Retry-After": "5"})


def envelope(error: ApiError) -> web.Response:
    """The error as a response."""
    body: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.details:
        body["details"] = list(error.details)
    if error.suggestion:
        body["suggestion"] = error.suggestion
    return web.Response(
        status=error.status,
        body=encode({"error": body}),
        content_type="application/json",
        headers=error.headers,
    )


def told(request: web.Request, error: ApiError) -> web.Response:
    """The error in the words that are spoken where *request* went."""
    for address, voice in request.app.get(VOICES, {}).items():
        if request.path == address or request.path.startswith(address + "/"):
            return voice(error)
    return envelope(error)


@web.middleware
async def errors(request: web.Request, handler: Endpoint) -> web.StreamResponse:
    """Name the request, run it, and turn whatever it raises into the envelope."""
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
    response = await _answer(request, handler)
    if not response.prepared:
        response.headers["X-Request-ID"] = request[REQUEST_ID]
    return response


async def _answer(request: web.Request, handler: Endpoint) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return told(request, error)
    except QueryError as error:
        return told(request, invalid_query(error))
    except web.HTTPException as error:
        return told(request, _http(request, error))
    except Exception as error:
        if is_refusal(error):
            return told(request, unwritable(error))
        # The one place where an unexpected error ends: the log has it whole, the answer has its name.
        log.exception(
            "request_failed",
            request_id=request[REQUEST_ID],
            method=request.method,
            path=unsigned(request.path),
        )
        message = f"an internal error, logged as {request[REQUEST_ID]}"
        return told(request, ApiError(500, "INTERNAL_ERROR", message))


def _http(request: web.Request, error: web.HTTPException) -> ApiError:
    code = _CODES.get(error.status, f"HTTP_{error.status}")
    kept = {
        name: error.headers[name] for name in ("Allow", "Location", "Retry-After") if name in error.headers
    }
    match error.status:
        case 404:
            message = f"nothing at {request.path}"
        case 405:
            message = f"{request.method} is not offered at {request.path}"
        case 413:
            message = "the body is too large"
        case _:
            message = (error.text or error.reason).strip()
    return ApiError(error.status, code, message, headers=kept)
