"""What the protocols of shippers have in common. Their bodies are their makers' affair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lynxalert.api.contract.operation import JSON, TEXT, Family, Operation, Reply
from lynxalert.api.contract.refusals import CODES, RETRIED
from lynxalert.api.errors import Endpoint

PAYLOAD = {"description": "As the protocol has it; gzip, deflate, zstd or snappy."}
OBJECT = {"type": "object"}
ANY: Mapping[str, Any] = {}
REFUSING = (400, 401, 403, 413, 415, 429, 500, 503)
PROTOBUF = "application/x-protobuf"


def required(*names: str) -> dict[str, Any]:
    """An object that has at least these fields."""
    return {"type": "object", "required": list(names)}


def refusing(shape: Any, *media: str) -> Callable[[int], Reply]:
    """The reply of each status that is no success, as *shape* has it, in one of *media*."""

    def said(status: int) -> Reply:
        headers = ("Retry-After",) if status in RETRIED else ()
        return Reply(CODES[status][0], shape, media or (JSON,), headers)

    return said


def ok(shape: Any, status: int = 200, *media: str) -> dict[int, Reply]:
    """The one success of an operation."""
    return {status: Reply("Done.", shape, media or (JSON,))}


LINE = refusing({"type": "string"}, TEXT)


def family(
    name: str,
    operations: Mapping[Endpoint, Operation],
    error: Callable[[int], Reply],
    usual: tuple[int, ...] = REFUSING,
) -> Family:
    """Those who speak one protocol."""
    return Family(
        name=name, says=f"What {name} clients send.", operations=operations, refusal=error, usual=usual
    )
