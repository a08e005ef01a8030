"""Many values → lots of them, each few enough to be the bound parameters of one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST = 400  # far below SQLite's limit


def lots(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """*items* in order, at most `MOST` at a time."""
    return (items[start : start + MOST] for start in range(0, len(items), MOST))
