"""Why a payload is refused whole → one value, which each protocol renders in its own words."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeAlias

import structlog
from aiohttp import web

from lynxalert.api.errors import REQUEST_ID, Endpoint
from lynxalert.errors import LynxError
from lynxalert.events import Backpressure, StorageFull, StoreClosing, StoreError
from lynxalert.ingest import IngestCode, IngestError

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.api")


class Why(StrEnum):
    """The reasons; the comment is the HTTP status most protocols give each."""

    UNAUTHENTICATED = "unauthenticated"  # 401: no key given
    INVALID_TOKEN = "invalid_token"  # 401: a key, and none of ours  # noqa: S105 - no secret
    FORBIDDEN = "forbidden"  # 403: a key that may not do this
    TOO_LARGE = "too_large"  # 413
    UNKNOWN_ENCODING = "unknown_encoding"  # 415
    UNKNOWN_TYPE = "unknown_type"  # 415
    BROKEN_ENCODING = "broken_encoding"  # 400: a damaged or unfinished stream
    NO_DATA = "no_data"  # 400: an empty body
    MALFORMED = "malformed"  # 400
    BAD_NAME = "bad_name"  # 400: an index, source, … that cannot be one
    BUSY = "busy"  # 429 or 503: send it again
    FULL = "full"  # the disk nearly is
    UNWRITABLE = "unwritable"  # 503: the disk refuses, and people must look
    CLOSING = "closing"  # 503
    INTERNAL = "internal"  # 500: a mistake of ours


_STATUS = {
    Why.UNAUTHENTICATED: 401,
    Why.INVALID_TOKEN: 401,
    Why.FORBIDDEN: 403,
    Why.TOO_LARGE: 413,
    Why.UNKNOWN_ENCODING: 415,
    Why.UNKNOWN_TYPE: 415,
    Why.BUSY: 429,
    Why.FULL: 503,
    Why.UNWRITABLE: 503,
    Why.CLOSING: 503,
    Why.INTERNAL: 500,
}
_OF_INGEST = {
    IngestCode.TOO_LARGE: Why.TOO_LARGE,
    IngestCode.UNSUPPORTED_ENCODING: Why.UNKNOWN_ENCODING,
    IngestCode.INVALID_ENCODING: Why.BROKEN_ENCODING,
    IngestCode.UNSUPPORTED_TYPE: Why.UNKNOWN_TYPE,
    IngestCode.NO_DATA: Why.NO_DATA,
    IngestCode.INVALID_NAME: Why.BAD_NAME,
}


class Refused(LynxError):
    """Nothing of the payload was kept. *retry_after*: whole seconds, where sending it again makes sense.

    *path*: what of the payload is wrong, if that can be told.
    """

    def __init__(
        self, why: Why, message: str, *, retry_after: int | None = None, path: tuple[str | int, ...] = ()
    ) -> None:
        super().__init__(message)
        self.why = why
        self.path = path
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """The HTTP status most protocols give it."""
        return _STATUS.get(self.why, 400)

    @property
    def retry_header(self) -> dict[str, str]:
        """`Retry-After`, if sending it again makes sense."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def of_decoding(error: IngestError) -> Refused:
    """A payload that cannot be decoded."""
    return Refused(_OF_INGEST.get(error.code, Why.MALFORMED), error.message, path=error.path)


def of_store(error: StoreError) -> Refused:
    """Events that the store does not take."""
    match error:
        case Backpressure():
            # Short: some exporters give up on a batch after ten seconds altogether.
            seconds = min(5, max(1, math.ceil(error.retry_after.total_seconds())))
            return Refused(Why.BUSY, str(error), retry_after=seconds)
        case StorageFull():
            return Refused(Why.FULL, str(error), retry_after=60)
        case StoreClosing():
            return Refused(Why.CLOSING, str(error), retry_after=5)
        case _:
            return Refused(Why.UNWRITABLE, str(error), retry_after=30)


Render: TypeAlias = Callable[[web.Request, Refused], Awaitable[web.Response]]


def speaking(render: Render) -> Callable[[Endpoint], Endpoint]:
    """Let *render* answer whatever goes wrong in an endpoint, a mistake of ours included (the log has it whole)."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await endpoint(request)
            except Refused as refused:
                return await render(request, refused)
            except web.HTTPException:
                raise
            except Exception:
                name = request[REQUEST_ID]
                log.exception("request_failed", request_id=name, method=request.method, path=request.path)
                return await render(request, Refused(Why.INTERNAL, f"an internal error, logged as {name}"))

        return answer

    return decorate
