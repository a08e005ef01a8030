"""A real HTTP receiver on the loopback that remembers what it got, and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Received:
    """One request: headers and the body as JSON."""

    headers: dict[str, str]
    body: Any

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def status(self) -> str:
        return str(self.body["status"])


@dataclass
class Receiver:
    """What arrived, in order; *answer* is the status given to every request."""

    port: int = 0
    answer: int = 200
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, request: web.Request) -> web.Response:
        text = await request.text()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(headers, json.loads(text)))
        return web.Response(status=self.answer, text="ok")


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens until the block ends."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()
