"""A list that is told page by page → one iterator over its items, which asks for a page only when it is reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from lynxalert.client.connection import Asked, Connection

PAGE = 200


async def every(
    connection: Connection, path: str, name: str, asked: Asked | None = None, *, page: int = PAGE
) -> AsyncIterator[Any]:
    """Every item of the list *name* at *path*, *page* of them per request.

    Raises:
        As `Connection.ask`.
    """
    cursor: str | None = None
    while True:
        answer = await connection.ask("GET", path, query={**(asked or {}), "limit": page, "cursor": cursor})
        for item in answer.data[name]:
            yield item
        cursor = answer.meta.get("next_cursor")
        if not answer.meta.get("has_more") or cursor is None:
            return
