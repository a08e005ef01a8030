"""A piece of reading → its result, in one visit to a thread: a page of five statements waits for threads once, not 25 times.

Not for writing: writes share commits and stay with `Database.write`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")


class Lookers:
    """As many threads as *engine* has connections; each piece of reading is one transaction on one of them."""

    def __init__(self, engine: Engine, count: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="look")

    async def look(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do *work* on a snapshot and return what it returns.

        Raises:
            Exception: what *work* raised.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work)

    def _do(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with self._engine.begin() as connection:
            tx = cast("AsyncConnection", _Straight(connection))
            return _driven(cast("Coroutine[Any, Any, T]", work(tx)))

    async def close(self) -> None:
        """Wait for what is being read, and close every connection."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()


class _Straight:
    """A connection with the face that the functions of this package know; nothing they await has to wait."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, *arguments: Any) -> Any:
        return self._connection.execute(*arguments)

    async def scalar(self, *arguments: Any) -> Any:
        return self._connection.scalar(*arguments)


def _driven(work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, which awaits nothing but the connection."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    work.close()
    raise AssertionError("what reads the state awaits something else")
