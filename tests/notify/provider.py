"""A fake provider on loopback: answers as told, remembers every request, and fails on none silently."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from lynxalert.notify.http import Http, Outbound
from tests.fakes import FakeClock

# Satisfies every provider at once.
SUCCESS = {
    "ok": True,
    "result": {"message_id": 7},
    "requestId": "r-1",
    "incident": {"id": "inc-1"},
    "severities": [{"id": "sev-9", "name": "Major"}],
    "id": "d-1",
    "ts": "1.2",
}


@dataclass
class Answer:
    """What to answer: a status and a body, or a way of not answering."""

    status: int = 200
    body: Any = field(default_factory=lambda: dict(SUCCESS))
    headers: dict[str, str] = field(default_factory=dict)
    # normal | hang | reset: no answer | cut: the answer breaks off | drip: it never ends
    manner: str = "normal"


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Provider:
    """`answers` are used up one by one; when none is left, `rule` answers: unless told, with `otherwise`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.otherwise = Answer()
        self.rule: Callable[[Request], Answer] = lambda _: self.otherwise
        self.arrived = asyncio.Event()
        self.url = ""
        self.port = 0
        self._release = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        text = (await request.read()).decode("utf-8", "replace")  # pictures are no text
        self.requests.append(Request(request.method, request.path_qs, dict(request.headers), text))
        self.arrived.set()
        answer = self.answers.pop(0) if self.answers else self.rule(self.requests[-1])
        match answer.manner:
            case "hang":
                await self._release.wait()
            case "reset":
                assert request.transport is not None
                request.transport.abort()
            case "cut" | "drip":
                response = web.StreamResponse(headers={"Content-Length": "100000"})
                await response.prepare(request)
                with contextlib.suppress(ConnectionError):
                    await response.write(b"x")
                    if answer.manner == "cut":
                        assert request.transport is not None
                        request.transport.close()
                    else:
                        await self._release.wait()
                return response
        if isinstance(answer.body, str):
            return web.Response(status=answer.status, text=answer.body, headers=answer.headers)
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    def release(self) -> None:
        self._release.set()


@contextlib.asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    assert site._server is not None
    provider.port = site._server.sockets[0].getsockname()[1]
    provider.url = f"{'https' if tls else 'http'}://127.0.0.1:{provider.port}"
    try:
        yield provider
    finally:
        provider.release()
        await runner.cleanup()


def outbound(**changes: Any) -> Outbound:
    settings = {
        "allow_private": ("127.0.0.0/8",),
        "timeout": dt.timedelta(seconds=60),
        "connect_timeout": dt.timedelta(seconds=60),
        **changes,
    }
    return Outbound(**settings)


def client(**changes: Any) -> Http:
    return Http(outbound(**changes), FakeClock())
