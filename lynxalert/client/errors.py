"""What a daemon refuses → an exception that says why: code, message, every mistake, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lynxalert.errors import LynxError


class ClientError(LynxError):
    """Anything that keeps a request from its answer."""


class UnreachableError(ClientError):
    """No connection, or something that is no LynxAlert."""


class RefusedError(ClientError):
    """The daemon's refusal, as it worded it.

    *details* are mistakes with `path`, `message` and, of a query, `line`, `column`, `length`. *retry_after*: seconds.
    *request_id* is the name under which the daemon's log has the story.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Sequence[Mapping[str, Any]] = (),
        suggestion: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = tuple(details)
        self.suggestion = suggestion
        self.retry_after = retry_after
        self.request_id = request_id


class NotAllowedError(RefusedError):
    """401, 403: no key, one that is not accepted, or one whose role does not do."""


class NotFoundError(RefusedError):
    """404, 410: there is no such thing, or no longer."""


class ConflictError(RefusedError):
    """409, 412: it cannot be done as things are, or was changed since it was read."""


class InvalidError(RefusedError):
    """400, 422: something that was said is wrong; a query with its place."""


class BusyError(RefusedError):
    """429, 503, 507: not now; send it again after `retry_after`."""


class TimedOutError(RefusedError):
    """408, 504: it took too long."""


_BY_STATUS: Mapping[int, type[RefusedError]] = {
    400: InvalidError,
    401: NotAllowedError,
    403: NotAllowedError,
    404: NotFoundError,
    408: TimedOutError,
    409: ConflictError,
    410: NotFoundError,
    412: ConflictError,
    422: InvalidError,
    429: BusyError,
    503: BusyError,
    504: TimedOutError,
    507: BusyError,
}


def stranger(server: str) -> UnreachableError:
    """Somebody answers at *server*, and is none of ours."""
    return UnreachableError(f"no daemon answers at {server}: the answer is not of LynxAlert")


def refused(server: str, status: int, headers: Mapping[str, str], body: Any) -> ClientError:
    """The exception that a reply of *status* stands for; *body* is what its JSON said, None if it was none."""
    said = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(said, Mapping) or not {"code", "message"} <= set(said):
        return stranger(server)
    waiting = headers.get("Retry-After", "")
    return _BY_STATUS.get(status, RefusedError)(
        status,
        str(said["code"]),
        str(said["message"]),
        details=said.get("details", ()),
        suggestion=said.get("suggestion"),
        retry_after=float(waiting) if waiting.isdecimal() else None,
        request_id=headers.get("X-Request-ID"),
    )
