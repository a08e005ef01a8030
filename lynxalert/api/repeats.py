"""`Idempotency-Key` → the answer of the first time: a sender that heard nothing may send a batch again.

Kept in memory: it holds across lost connections. Across a restart of the daemon a batch may come in twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from aiohttp import web

T = TypeVar("T")

HEADER = "Idempotency-Key"
MOST = 10_000
LONGEST = 200  # characters of a key


class Repeats(Generic[T]):
    """The outcomes of the last so many keys."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[str, asyncio.Future[T]] = OrderedDict()

    async def once(self, key: str | None, work: Callable[[], Awaitable[T]]) -> T:
        """What *work* gives; under a known *key* what it gave, waiting for it if it is under way.

        What *work* raises is not kept: the key is as new.
        """
        if not key or len(key) > LONGEST:
            return await work()
        while (known := self._known.get(key)) is not None:
            await asyncio.wait([known])
            if not known.cancelled():
                return known.result()
        return await self._first(key, work)

    async def _first(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        outcome = self._known[key] = asyncio.get_running_loop().create_future()
        try:
            found = await work()
        except BaseException:
            del self._known[key]
            outcome.cancel()
            raise
        outcome.set_result(found)
        self._forget()
        return found

    def _forget(self) -> None:
        for key in list(self._known)[: max(0, len(self._known) - self._most)]:
            if self._known[key].done():
                del self._known[key]


REPEATS: web.AppKey[Repeats[dict[str, Any]]] = web.AppKey("repeats", Repeats)
