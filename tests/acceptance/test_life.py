"""The life of an alert in a real daemon: old events, one message per start and end, a restart, an edit, the end."""

from __future__ import annotations

import asyncio
import json
import pathlib
from collections.abc import Callable

import pytest

from tests.acceptance.daemon import Daemon
from tests.acceptance.receiver import Receiver, receiving

CONFIG = '[store]\npath = "data"\n'


def definition(url: str, **changes: object) -> dict[str, object]:
    return {
        "name": "Errors",
        "q": 'level=* | stats latest(level) as level, count as errors | where level="error" AND errors > 2',
        "interval": "1s",
        "window": "1h",  # what ends it is an event: no machine is too busy for that
        "channels": [{"type": "webhook", "config": {"url": url}}],
        **changes,
    }


async def send(daemon: Daemon, count: int, **fields: object) -> None:
    body = "\n".join(json.dumps({"level": "error", **fields}) for _ in range(count))
    await daemon.ask("POST", "/api/v1/ingest", data=body)


async def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - another process is asked
            await asyncio.sleep(0.1)


async def evaluated(daemon: Daemon, alert: str, times: int) -> None:
    """Wait for so many further evaluations."""
    before = (await daemon.ask("GET", f"/alerts/{alert}/evaluations?limit=1"))["evaluations"]
    last = before[0]["number"] if before else 0
    async with asyncio.timeout(60):
        while True:
            newest = (await daemon.ask("GET", f"/alerts/{alert}/evaluations?limit=1"))["evaluations"]
            if newest and newest[0]["number"] >= last + times:
                return
            await asyncio.sleep(0.1)


def told(receiver: Receiver) -> list[str]:
    return [one.status for one in receiver.received]


@pytest.mark.slow(8, waits=True)
@pytest.mark.timeout(900)
async def test_one_message_when_it_starts_and_one_when_it_ends(tmp_path: pathlib.Path) -> None:
    async with receiving() as receiver, Daemon(tmp_path, CONFIG) as daemon:
        await daemon.start()
        alert = (await daemon.ask("POST", "/alerts", json=definition(receiver.url)))["id"]

        await send(daemon, 5, timestamp="2026-01-01T00:00:00Z")
        await evaluated(daemon, alert, 2)
        assert told(receiver) == [], "events older than the window do not fire"

        await send(daemon, 5)
        await until(lambda: told(receiver) == ["firing"])
        await send(daemon, 5)
        await evaluated(daemon, alert, 2)
        assert told(receiver) == ["firing"], "while it stays true there is nothing new to tell"

        await daemon.stop()
        await daemon.start()
        await evaluated(daemon, alert, 2)
        assert told(receiver) == ["firing"], "a restart tells nothing"

        await send(daemon, 1, level="info")
        await until(lambda: told(receiver) == ["firing", "resolved"])
        await evaluated(daemon, alert, 2)
        assert told(receiver) == ["firing", "resolved"]
        assert await daemon.stop() == 0


@pytest.mark.slow(8, waits=True)
@pytest.mark.timeout(900)
async def test_an_edited_alert_can_be_disabled_and_then_is_silent(tmp_path: pathlib.Path) -> None:
    async with receiving() as receiver, Daemon(tmp_path, CONFIG) as daemon:
        await daemon.start()
        alert = (await daemon.ask("POST", "/alerts", json=definition(receiver.url)))["id"]
        edited = definition(receiver.url, q="level=error | stats count as errors | where errors > 1")
        await daemon.ask("PUT", f"/alerts/{alert}", json=edited)
        await send(daemon, 5)
        await until(lambda: told(receiver) == ["firing"])

        await daemon.ask("PUT", f"/alerts/{alert}", json={**edited, "enabled": False})
        await until(lambda: told(receiver) == ["firing", "resolved"])
        await send(daemon, 5)
        other = (await daemon.ask("POST", "/alerts", json=definition(receiver.url, q="level=none | head 1")))[
            "id"
        ]
        await evaluated(daemon, other, 3)  # time goes on for the others
        assert told(receiver) == ["firing", "resolved"], "its end was owed; after that it says nothing"
        await daemon.stop()
