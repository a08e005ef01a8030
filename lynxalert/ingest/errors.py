"""Why a whole payload is refused. Each protocol says it in its own form; single bad lines are rejects instead."""

from __future__ import annotations

from enum import StrEnum

from lynxalert.errors import LynxError


class IngestCode(StrEnum):
    """The kinds of refusal, each with the HTTP status most protocols give it."""

    INVALID_ENCODING = "invalid_encoding"  # 400: truncated or damaged compression
    UNSUPPORTED_ENCODING = "unsupported_encoding"  # 415
    UNSUPPORTED_TYPE = "unsupported_type"  # 415: a Content-Type that is not understood
    TOO_LARGE = "too_large"  # 413
    INVALID_JSON = "invalid_json"  # 400
    INVALID_BODY = "invalid_body"  # 400: neither JSON nor whatever else the protocol carries
    NO_DATA = "no_data"  # 400: an empty body, where the protocol has no use for one
    INVALID_NAME = "invalid_name"  # 422: an index, source, … that cannot be one

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS.get(self.value, 400)


_STATUS = {"unsupported_encoding": 415, "unsupported_type": 415, "too_large": 413, "invalid_name": 422}


class IngestError(LynxError):
    """A payload that cannot be decoded at all; nothing of it is kept. *path*: where in it, if that can be told."""

    def __init__(self, code: IngestCode, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path


def too_large(cap: int) -> IngestError:
    """More than *cap* bytes."""
    return IngestError(IngestCode.TOO_LARGE, f"the body is longer than {cap} bytes")
