"""TCP and TLS connections → frames → the store. A connection is not read again until what it sent is safe."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import structlog

from lynxalert.daemon.syslog.keeper import Admission, Arrival, Keeper, plain
from lynxalert.ingest.framing import Frame, Framing
from lynxalert.ingest.protocols.syslog import Syslog

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.syslog")

# A peer that is gone without a word is noticed after some ten minutes; one that is merely silent stays.
KEEPALIVE = {"TCP_KEEPIDLE": 300, "TCP_KEEPINTVL": 60, "TCP_KEEPCNT": 5}


class Connections:
    """Those of all listeners together: counted, limited, and ended as one. *group*, once there, has a task for each."""

    def __init__(self, keeper: Keeper, *, most: int) -> None:
        self.group: asyncio.TaskGroup | None = None
        self.keeper = keeper
        self.open: set[Connection] = set()
        self._most = most
        self._ending = False

    def enter(self, connection: Connection) -> bool:
        """Whether there is room for *connection*, which then runs."""
        if len(self.open) >= self._most or self._ending or self.group is None:
            self.keeper.refused.labels("stopping" if self._ending else "connections").inc()
            return False
        self.open.add(connection)
        self.group.create_task(connection.run())
        return True

    def end(self) -> None:
        """Read no more; what was read is still stored."""
        self._ending = True
        for connection in list(self.open):
            connection.end()


class Connection(asyncio.Protocol):
    """One connection, as asyncio calls it."""

    def __init__(
        self, connections: Connections, admission: Admission, decoder: Syslog, *, longest: int
    ) -> None:
        self._connections = connections
        self._admission = admission
        self._decoder = decoder
        self._framing = Framing(longest)
        self._transport: asyncio.Transport | None = None
        self._sender = ""
        self._waiting: list[Arrival] = []
        self._wake = asyncio.Event()
        self._orderly = self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take it in, if its sender may send and there is room."""
        assert isinstance(transport, asyncio.Transport)
        peer = transport.get_extra_info("peername")
        self._sender = plain(peer[0]) if peer else ""
        if not peer or not self._admission.admits(self._sender) or not self._connections.enter(self):
            transport.abort()
            return
        self._transport = transport
        _keep_alive(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        """Stop reading until *data* is stored."""
        if self._transport is None:
            return
        self._transport.pause_reading()
        self._add(self._framing.feed(data))

    def eof_received(self) -> None:
        """The sender is done."""
        self._orderly = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing follows."""
        self._lost = True
        self._add(self._framing.end(orderly=self._orderly and exc is None))

    def end(self) -> None:
        """Close it from this side."""
        assert self._transport is not None
        self._transport.abort()

    def _add(self, frames: Sequence[Frame]) -> None:
        now = self._connections.keeper.clock.now()
        self._waiting += [Arrival(frame, now, self._sender) for frame in frames]
        self._wake.set()

    async def run(self) -> None:
        """Store what comes, until nothing follows."""
        try:
            while not self._lost or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                arrivals, self._waiting = self._waiting, []
                await self._connections.keeper.keep(arrivals, self._decoder)
                if self._transport is not None and not self._transport.is_closing():
                    self._transport.resume_reading()
        except Exception:
            log.exception(
                "syslog_connection_failed", sender=self._sender
            )  # a mistake of ours, on this one alone
        finally:
            self.end()
            self._connections.open.discard(self)


def _keep_alive(peer: socket.socket | None) -> None:
    if peer is None:
        return
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
