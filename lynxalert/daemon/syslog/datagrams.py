"""UDP datagrams → the store, in batches. What comes faster than it is stored is dropped by the kernel, which counts it."""

from __future__ import annotations

import asyncio
import os
import pathlib
import socket

import structlog

from lynxalert.config.settings import Address
from lynxalert.daemon.syslog.keeper import Admission, Arrival, Keeper, plain
from lynxalert.ingest.framing import ENDS, Frame
from lynxalert.ingest.protocols.syslog import Syslog

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.syslog")

BURST = 500  # datagrams read before others get their turn
MOST = 20_000  # datagrams that wait for the store; beyond, the kernel's own buffer fills
LARGEST = 65_536
FORCE = 33  # SO_RCVBUFFORCE, which Python does not name: root may exceed the system's limit
PROC = pathlib.Path("/proc/net")


class Datagrams:
    """One UDP socket.

    Raises:
        OSError: the address cannot be bound.
    """

    def __init__(self, address: Address, *, buffer: int, longest: int) -> None:
        family, kind, protocol, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_DGRAM
        )[0]
        self._socket = socket.socket(family, kind, protocol)
        try:
            self._socket.setblocking(False)
            _enlarge(self._socket, buffer)
            self._socket.bind(where)
        except OSError:
            self._socket.close()
            raise
        self._longest = longest
        self._waiting: list[Arrival] = []
        self._wake = asyncio.Event()
        self._ended = False

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return Address(host, port)

    @property
    def buffer(self) -> int:
        """Bytes the kernel holds for it. Linux counts its own bookkeeping in, and doubles what was asked for."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    def dropped(self) -> int:
        """Datagrams that the kernel dropped because the buffer was full; 0 where it does not tell."""
        if self._socket.fileno() < 0:
            return 0
        table = PROC / ("udp6" if self._socket.family == socket.AF_INET6 else "udp")
        return drops(table, os.fstat(self._socket.fileno()).st_ino)

    async def run(self, keeper: Keeper, admission: Admission, decoder: Syslog) -> None:
        """Read and store until `end`; then store what the kernel holds still, and close."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            self._read(keeper, admission, BURST)
            if len(self._waiting) >= MOST:
                loop.remove_reader(self._socket)
            self._wake.set()

        try:
            while not self._ended:
                loop.add_reader(self._socket, read)
                await self._wake.wait()
                self._wake.clear()
                await self._keep(keeper, decoder)
            loop.remove_reader(self._socket)
            self._read(keeper, admission, MOST)
            await self._keep(keeper, decoder)
        finally:
            self.close()

    async def _keep(self, keeper: Keeper, decoder: Syslog) -> None:
        arrivals, self._waiting = self._waiting, []
        try:
            await keeper.keep(arrivals, decoder)
        except Exception:
            log.exception(
                "syslog_datagrams_failed", datagrams=len(arrivals)
            )  # a mistake of ours; the next may do

    def end(self) -> None:
        """Read what is there, and no more."""
        self._ended = True
        self._wake.set()

    def close(self) -> None:
        """Give the socket back."""
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self, keeper: Keeper, admission: Admission, most: int) -> None:
        now = keeper.clock.now()
        for _ in range(most):
            try:
                body, peer = self._socket.recvfrom(LARGEST)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error of somebody else's making
                continue
            sender = plain(peer[0])
            if not admission.admits(sender) or not body.strip(ENDS + b" \t"):
                continue
            self._waiting.append(Arrival(self._frame(body.strip(ENDS)), now, sender))

    def _frame(self, body: bytes) -> Frame:
        if len(body) <= self._longest:
            return Frame(body)
        return Frame(body[: self._longest], f"{len(body)} bytes, and a message has {self._longest} at most")


def _enlarge(own: socket.socket, buffer: int) -> None:
    try:
        own.setsockopt(socket.SOL_SOCKET, FORCE, buffer)
    except OSError:  # not root, or not Linux: as much as the system grants
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)


def drops(table: pathlib.Path, inode: int) -> int:
    """The last column of *table* (`/proc/net/udp`) in the line of *inode*; 0 without such a line."""
    try:
        lines = table.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = (line.split() for line in lines[1:])
    return next((int(parts[-1]) for parts in found if len(parts) > 9 and parts[9] == str(inode)), 0)
