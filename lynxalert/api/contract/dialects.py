"""What the interfaces of other products have in common: plain bodies, and errors in words of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lynxalert.api.contract.operation import Reply
from lynxalert.api.contract.refusals import CODES, RETRIED

USUAL = (400, 401, 403, 404, 408, 409, 412, 413, 415, 429, 500, 503, 504)
BATCH: Mapping[str, Any] = {"type": "object", "description": "A batch, as the product's client sends it."}
KEYED = ("Idempotency-Key", "Content-Encoding")


def one(shape: Any, status: int = 200) -> dict[int, Reply]:
    """The one success of an operation: *shape* as it is."""
    return {status: Reply("Done.", shape)}


def refusing(shape: Any) -> Callable[[int], Reply]:
    """The reply of each status that is no success, as *shape* has it."""

    def refusal(status: int) -> Reply:
        return Reply(CODES[status][0], shape, headers=("Retry-After",) if status in RETRIED else ())

    return refusal
