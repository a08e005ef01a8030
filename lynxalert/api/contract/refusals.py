"""The refusals of the native interface: every status with its codes, and the shape of the envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

from typing_extensions import TypedDict

from lynxalert.api.contract.operation import Reply


class Detail(TypedDict):
    """One mistake: of a setting by its path, of a query also by line, column and length."""

    path: list[str | int]
    message: str
    code: NotRequired[str]
    help: NotRequired[str | None]
    line: NotRequired[int]
    column: NotRequired[int]
    length: NotRequired[int]
    file: NotRequired[str]


class Wrong(TypedDict):
    """What is wrong: a code for programs, a sentence for people, every mistake, what to do."""

    code: str
    message: str
    details: NotRequired[list[Detail]]
    suggestion: NotRequired[str]


class Refusal(TypedDict):
    """The envelope of everything that is no success."""

    error: Wrong


CODES: Mapping[int, tuple[str, tuple[str, ...]]] = {
    400: (
        "The body is no JSON, or its compression is damaged.",
        ("INVALID_JSON", "INVALID_ENCODING", "INVALID_REQUEST"),
    ),
    401: ("A key is required, or this one is none of ours.", ("AUTH_REQUIRED", "INVALID_TOKEN")),
    403: ("The key's role, or its scope, does not allow it.", ("FORBIDDEN",)),
    404: ("There is no such thing.", ("NOT_FOUND",)),
    408: ("The body came too slowly.", ("REQUEST_TIMEOUT",)),
    409: (
        "It cannot be done as things are.",
        ("READ_ONLY", "CONFLICT", "ALREADY_EXISTS", "LOOKUP_NOT_WRITTEN"),
    ),
    410: ("It was there, and its time is over.", ("EXPIRED",)),
    412: ("`If-Match` names another state of it.", ("CONFLICT",)),
    413: ("The body is too large.", ("PAYLOAD_TOO_LARGE",)),
    415: (
        "The encoding or type of the body is not accepted here.",
        ("UNSUPPORTED_ENCODING", "UNSUPPORTED_TYPE"),
    ),
    422: (
        "Something that was said is wrong; every mistake is in `details`.",
        ("VALIDATION_ERROR", "INVALID_QUERY"),
    ),
    429: (
        "Too much at once: send it again after `Retry-After` seconds.",
        ("TOO_MANY_REQUESTS", "BACKPRESSURE"),
    ),
    500: (
        "A mistake of the daemon's, or damaged data; the log has the whole story.",
        ("INTERNAL_ERROR", "STORE_DAMAGED"),
    ),
    503: (
        "Not now: the daemon stops, or its disk refuses.",
        ("SHUTTING_DOWN", "STORAGE_UNWRITABLE", "QUERY_FAILED", "TOO_MANY_CONNECTIONS"),
    ),
    504: ("The query took too long.", ("TIME_OUT",)),
    507: ("The disk is nearly full.", ("STORAGE_FULL",)),
}
RETRIED = frozenset({429, 503, 507})


def refusal(status: int) -> Reply:
    """The reply of *status*: the envelope, its code one of those that go with the status."""
    says, codes = CODES[status]
    coded = {"properties": {"error": {"properties": {"code": {"enum": list(codes)}}}}}
    headers = ("Retry-After",) if status in RETRIED else ("WWW-Authenticate",) if status == 401 else ()
    named = ", ".join(f"`{code}`" for code in codes)
    return Reply(f"{says} {named}", (Refusal, coded), headers=headers)
