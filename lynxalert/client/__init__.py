"""A client of a daemon's native interface: asynchronous, thin, typed by the shapes that the daemon is held to.

    async with Client("http://127.0.0.1:3100", key="lx_…") as client:
        rows = await client.events.query("level=error | stats count by host")
        async for alert in client.alerts.every():
            ...

`blocking` is its face for programs without a loop. What the daemon refuses is a `RefusedError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

from lynxalert.client.alerts import Alerts
from lynxalert.client.connection import Answer, Connection
from lynxalert.client.daemon import Daemon, Keys, Silences
from lynxalert.client.errors import (
    BusyError,
    ClientError,
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    TimedOutError,
    UnreachableError,
)
from lynxalert.client.events import Events

T = TypeVar("T")
USUAL = "http://127.0.0.1:3100"
PATIENCE = 300.0  # seconds: a query may take its time


class Client:
    """One daemon. *timeout*: seconds a whole answer may take; streams and tails have none."""

    def __init__(self, server: str = USUAL, *, key: str | None = None, timeout: float = PATIENCE) -> None:
        self.connection = Connection(server, key, timeout)
        self.alerts = Alerts(self.connection)
        self.daemon = Daemon(self.connection)
        self.events = Events(self.connection)
        self.keys = Keys(self.connection)
        self.silences = Silences(self.connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self.connection.close()


def blocking(
    work: Callable[[Client], Awaitable[T]],
    server: str = USUAL,
    *,
    key: str | None = None,
    timeout: float = PATIENCE,
) -> T:
    """What *work* gives, for programs without a loop: `blocking(lambda client: client.alerts.get("alt_1"))`."""

    async def whole() -> T:
        async with Client(server, key=key, timeout=timeout) as client:
            return await work(client)

    return asyncio.run(whole())


__all__ = [
    "Answer",
    "BusyError",
    "Client",
    "ClientError",
    "ConflictError",
    "InvalidError",
    "NotAllowedError",
    "NotFoundError",
    "RefusedError",
    "TimedOutError",
    "UnreachableError",
    "blocking",
]
