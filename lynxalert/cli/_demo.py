"""The moving parts of the demo: a receiver that prints what arrives, a player of events, an observer of the daemon."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from lynxalert.clock import Clock
from lynxalert.errors import LynxError
from lynxalert.events.script import Timed

Say = Callable[[str, str], None]  # (who speaks, what)

PACE = dt.timedelta(milliseconds=500)  # how often events are sent and the daemon is asked


class SinkTakenError(LynxError):
    """Somebody else listens where the demo's receiver wants to."""


@asynccontextmanager
async def sink(host: str, port: int, say: Say) -> AsyncIterator[None]:
    """A real HTTP receiver that says what it got, until the block ends.

    Raises:
        SinkTakenError: the port is in use.
    """

    async def take(request: web.Request) -> web.Response:
        body = json.loads(await request.text())
        say(
            "received",
            f"{request.method} {request.url.path}, webhook-id {request.headers.get('webhook-id', '–')}",
        )
        for line in str(body.get("text", body)).splitlines():
            say("", f"  {line}")
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise SinkTakenError(f"port {port} is in use: the demo's receiver needs it") from None
    try:
        yield
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class Player:
    """Sends the events of a script to the daemon when their time has come, and says how fast."""

    base: str
    clock: Clock
    say: Say
    sent: int = 0

    async def play(self, events: Sequence[Timed]) -> None:
        """Send *events*, each at its time, over the ingest interface."""
        waiting = list(events)
        told = self.clock.now()
        async with aiohttp.ClientSession() as session:
            while waiting:
                now = self.clock.now()
                due = [one for one in waiting if one.at <= now]
                waiting = waiting[len(due) :]
                if due:
                    body = "\n".join(one.event.raw for one in due)
                    headers = {"X-Source": due[0].event.source}
                    async with session.post(
                        f"{self.base}/api/v1/ingest", data=body.encode(), headers=headers
                    ) as answer:
                        answer.raise_for_status()
                    self.sent += len(due)
                if now - told >= 10 * PACE:
                    told = now
                    self.say("ingested", f"{self.sent} events")
                await self.clock.sleep(PACE)


@dataclass(slots=True)
class Observer:
    """Watches one alert through the interface and says when an instance changes."""

    base: str
    alert: str
    clock: Clock
    say: Say
    phases: dict[str, str] = field(default_factory=dict)
    episodes: int = 0

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        url = f"{self.base}/api/v1/alerts/{self.alert}/instances"
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(url) as answer:
                    instances = (await answer.json())["data"]["instances"]
                self._compare({_label(one): one["condition"] for one in instances})
                await self.clock.sleep(PACE)

    def _compare(self, phases: dict[str, str]) -> None:
        for label in sorted({*phases, *self.phases}):
            before, after = self.phases.get(label, "ok"), phases.get(label, "ok")
            if before != after:
                self.say("alert", f"{self.alert} {label}: {before} → {after}")
                self.episodes += after == "ok" and before in ("firing", "recovering")
        self.phases = phases


def _label(instance: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in instance["key"].items()) or "(all)"


async def unless(stopping: asyncio.Event, asking: Coroutine[Any, Any, None]) -> None:
    """Do *asking*; that the daemon refuses is an end and no failure once *stopping* is set."""
    try:
        await asking
    except aiohttp.ClientError:
        if not stopping.is_set():
            raise


async def until_any(*running: asyncio.Task[Any]) -> None:
    """Return when the first of *running* ends, with its error if it has one."""
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
