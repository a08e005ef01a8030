"""A whole daemon inside the test: the real store, state, evaluator and sender, a clock moved by hand, loopback HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import pathlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from lynxalert.config import compiler, load
from lynxalert.daemon.service import Daemon
from tests.api.contract import promised
from tests.fakes import FakeClock
from tests.notify.provider import Provider, serving

MINUTE = dt.timedelta(minutes=1)


class Held(aiohttp.ClientResponse):
    """A reply of the daemon, held to the contract as soon as it is read."""

    async def read(self) -> bytes:
        body = await super().read()
        difference = promised().differs(
            self.method, self.url.path, self.status, self.headers.get("Content-Type", ""), body
        )
        assert difference is None, f"{self.method} {self.url.path}: {difference}"
        return body


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def data(self) -> Any:
        assert self.status < 300, self.raw
        return self.body["data"]

    @property
    def error(self) -> Any:
        assert self.status >= 400, self.raw
        assert self.headers["Content-Type"].startswith("application/json")
        return self.body["error"]


@dataclass
class House:
    daemon: Daemon
    clock: FakeClock
    provider: Provider
    folder: pathlib.Path
    session: aiohttp.ClientSession
    first_key: str | None = None

    @property
    def app(self) -> web.Application:
        """The application that the daemon serves, to look at what no reply tells."""
        assert self.daemon.app is not None
        return self.daemon.app

    @property
    def url(self) -> str:
        return f"http://{self.daemon.address}"

    @property
    def file(self) -> pathlib.Path:
        return self.folder / "config.toml"

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """One request; *body* is sent as JSON, bytes and texts as they are."""
        if body is not None and not isinstance(body, bytes | str):
            body = json.dumps(body)
        if body is not None:
            options["data"] = body
        async with self.session.request(method, self.url + path, allow_redirects=False, **options) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def create(self, **fields: Any) -> dict[str, Any]:
        """An alert with what it needs, and *fields*."""
        answer = await self.ask("POST", "/api/v1/alerts", {**ALERT, "channels": [self.hook()], **fields})
        found: dict[str, Any] = answer.data
        return found

    def hook(self, **changes: Any) -> dict[str, Any]:
        """A webhook channel that leads to the fake provider."""
        return {"type": "webhook", "name": "Hook", "config": {"url": f"{self.provider.url}/hook"}, **changes}

    async def log(self, count: int, level: str = "error", ago: int = 5, **fields: Any) -> None:
        """Send *count* events of *ago* seconds ago. With 0, the next slot of any one-minute alert sees them."""
        at = (self.clock.now() - dt.timedelta(seconds=ago)).isoformat()
        lines = [json.dumps({"timestamp": at, "level": level, "n": n, **fields}) for n in range(count)]
        answer = await self.ask("POST", "/api/v1/ingest", "\n".join(lines))
        assert answer.data["accepted"] == count

    async def asked(self, question: dict[str, Any]) -> Answer:
        """The answer to a query, once everything that was acknowledged can be queried."""

        async def stored() -> bool:
            health: dict[str, Any] = (await self.ask("GET", "/health")).data
            return health["store"]["queued"] == 0

        await self.until(stored)
        return await self.ask("POST", "/api/v1/query", question)

    async def until(self, check: Callable[[], Any], minutes: int = 0) -> Any:
        """Move the clock, then wait for what threads and sockets do until *check* is content; its answer."""
        for _ in range(minutes):
            await self.clock.advance(MINUTE)
        async with asyncio.timeout(90):
            while True:
                found = check()
                found = await found if asyncio.iscoroutine(found) else found
                if found:
                    return found
                await asyncio.sleep(0.01)


ALERT = {
    "name": "High error rate",
    "q": "level=error | stats count as errors | where errors > 100",
    "interval": "1m",
}
CONFIG = """
[server]
listen = "127.0.0.1:0"

[channels.hook]
type = "webhook"
url = "{url}/named?token=s3cret-canary"
headers = {{ Authorization = "Bearer s3cret-canary" }}

[alerts.from-file]
name = "From the file"
q = "level=fatal"
interval = "1m"
channels = ["hook"]
"""


@contextlib.asynccontextmanager
async def living(
    folder: pathlib.Path,
    config: str = CONFIG,
    *,
    provider: Provider | None = None,
    clock: FakeClock | None = None,
) -> AsyncIterator[House]:
    """A daemon over *folder*; over one where another lived before, with its *provider* and *clock*, a restart."""
    async with contextlib.AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(response_class=Held))
        provider = provider or await stack.enter_async_context(serving())
        file = folder / "config.toml"
        file.write_text(config.format(url=provider.url))
        clock = clock or FakeClock()
        told: list[str] = []
        daemon = Daemon(load(file, compiler, {}), clock=clock, first_key=told.append)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(daemon.run())
            waiting = group.create_task(daemon.started.wait())
            await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                await running
            try:
                yield House(daemon, clock, provider, folder, session, *told)
            finally:
                daemon.stop()
