"""Between a client and the daemon: passes everything on, and keeps the first request that carries events."""

from __future__ import annotations

import asyncio
import os
import pathlib
import re
from typing import Self

CAPTURED = os.environ.get("CAPTURE")  # a folder to keep requests in
LARGEST = 200_000
EVENTS = re.compile(rb"^(?:POST|PUT|[0-9]* ?<[0-9]+>)", re.MULTILINE)


class Tee:
    """A port in front of the daemon's."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._sent: list[bytearray] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    def keep(self, name: str) -> None:
        """Write what was sent on the first connection that carried events, if somebody wants it."""
        carrying = (sent for sent in self._sent if EVENTS.search(sent))
        found = next(carrying, None)
        if CAPTURED is not None and found is not None:
            (pathlib.Path(CAPTURED) / name).write_bytes(found[:LARGEST])

    async def _pass(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, out = await asyncio.open_connection("127.0.0.1", self._behind)
        sent = bytearray()
        self._sent.append(sent)
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(near, out, sent))
            group.create_task(_pump(answers, back, bytearray()))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    try:
        while chunk := await reader.read(65_536):
            if len(kept) < LARGEST:
                kept += chunk
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
