"""An endpoint in a process of its own that takes every webhook: as cheap as one in Python gets. Prints its port first.

Any other request than a POST is answered with how many webhooks came so far.
"""

from __future__ import annotations

import asyncio
import re
import sys

LENGTH = re.compile(rb"(?i)content-length: (\d+)")


class Hook(asyncio.Protocol):
    """One connection."""

    taken = 0

    def __init__(self) -> None:
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, rest = self._held.partition(b"\r\n\r\n")
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(rest) < size:
                return
            self._held = rest[size:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        assert self._transport is not None
        if head.startswith(b"POST"):
            Hook.taken += 1
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        else:
            body = str(Hook.taken).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Hook, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
