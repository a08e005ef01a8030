"""Rows that are numbered as they come → a page of them, from the newest back or from the oldest on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select


def in_turn(
    found: Select[Any],
    number: ColumnElement[int],
    limit: int,
    before: int | None,
    *,
    oldest_first: bool = False,
) -> Select[Any]:
    """The first *limit* rows of *found*, newest first, behind the one that has the *number* *before*; or oldest first."""
    if before is not None:
        found = found.where(number > before if oldest_first else number < before)
    return found.order_by(number if oldest_first else number.desc()).limit(limit)
