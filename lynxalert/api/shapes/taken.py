"""What becomes of a batch."""

from __future__ import annotations

from typing_extensions import TypedDict


class Accepted(TypedDict):
    """How many events were taken."""

    accepted: int
