"""What the running whole cannot be brought to do at will: single routes on an application of their own."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import errno
import json
import logging
from collections.abc import AsyncIterator
from decimal import Decimal

import aiohttp
import pytest
from aiohttp import web

from lynxalert.api import keys
from lynxalert.api.errors import errors
from lynxalert.api.guard import guard
from lynxalert.api.ingest import ingest
from lynxalert.api.metrics import METRICS, Metrics
from lynxalert.api.repeats import REPEATS, Repeats
from lynxalert.api.reply import encode
from lynxalert.api.serving import runner
from lynxalert.config import Settings
from lynxalert.events import EventStore, Limits
from tests.events.disks import Failing
from tests.fakes import FakeClock


class Defaults:
    settings = Settings()


@contextlib.asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    running = runner(app)
    await running.setup()
    await web.TCPSite(running, "127.0.0.1", 0).start()
    host, port = running.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as session:
            yield session, f"http://{host}:{port}"
    finally:
        await running.cleanup()


async def test_an_error_of_ours_has_a_name_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError("s3cret-canary")

    app = web.Application(middlewares=[errors])
    app.router.add_get("/", broken)
    with caplog.at_level(logging.ERROR):
        async with serving(app) as (session, url), session.get(url) as answer:
            body = await answer.json()
            assert answer.status == 500
            assert body["error"]["code"] == "INTERNAL_ERROR"
            assert answer.headers["X-Request-ID"] in body["error"]["message"]
            assert "s3cret" not in str(body)


async def ingesting(store: EventStore) -> web.Application:
    app = web.Application(middlewares=[errors, guard])
    app[keys.DOORKEEPER] = None
    app[keys.ENDING] = asyncio.Event()
    app[keys.CONFIGURATION] = Defaults()  # type: ignore[assignment] # settings is all that is asked for
    app[keys.EVENTS] = store
    app[METRICS] = Metrics()
    app[REPEATS] = Repeats()
    app.router.add_post("/", ingest)
    return app


async def test_a_store_that_cannot_keep_up_says_when_to_come_back(tmp_path) -> None:
    store = EventStore(tmp_path / "events", clock=FakeClock(), limits=Limits(queued_events=1, patience=0))
    store.start()
    try:
        async with serving(await ingesting(store)) as (session, url):
            statuses = set()
            for _ in range(200):
                async with session.post(url, data="line\n" * 50) as answer:
                    statuses.add(answer.status)
                    if answer.status == 429:
                        assert (await answer.json())["error"]["code"] == "BACKPRESSURE"
                        assert int(answer.headers["Retry-After"]) >= 1
            assert 429 in statuses
    finally:
        store.close()


async def test_a_store_that_is_closing_or_full_or_unwritable_takes_nothing(tmp_path) -> None:
    closing = EventStore(tmp_path / "closing", clock=FakeClock())
    full = EventStore(tmp_path / "full", clock=FakeClock(), limits=Limits(free_bytes=2**60))
    disk = Failing()
    unwritable = EventStore(tmp_path / "unwritable", clock=FakeClock(), disk=disk)
    full.start()
    unwritable.start()
    disk.error, disk.broken = errno.EROFS, {"write"}
    expected = (
        (closing, 503, "SHUTTING_DOWN", "not started"),
        (full, 507, "STORAGE_FULL", "are free on the disk"),
        (unwritable, 503, "STORAGE_UNWRITABLE", "Read-only file system"),
    )
    try:
        for store, status, code, words in expected:
            async with (
                serving(await ingesting(store)) as (session, url),
                session.post(url, data="x") as answer,
            ):
                found = (await answer.json())["error"]
                assert (answer.status, found["code"]) == (status, code)
                assert words in found["message"]
                assert "Retry-After" in answer.headers
    finally:
        for store in (closing, full, unwritable):
            store.close()


def test_replies_hold_whatever_an_event_can_hold() -> None:
    at = dt.datetime(2026, 2, 14, 13, 25, 0, 500_000, tzinfo=dt.UTC)
    value = {
        "at": at,
        "day": at.date(),
        "span": dt.timedelta(minutes=90),
        "whole": Decimal(3),
        "part": Decimal("1.5"),
        "bytes": b"\xff",
        "set": frozenset({1}),
        "none": None,
        "nan": float("nan"),
        "list": [at],
    }
    expected = {
        "at": "2026-02-14T13:25:00.5Z",
        "day": "2026-02-14",
        "span": "1h30m",
        "whole": 3,
        "part": 1.5,
        "bytes": "ff",
        "set": [1],
        "none": None,
        "nan": None,
        "list": ["2026-02-14T13:25:00.5Z"],
    }
    assert json.loads(encode(value)) == expected
    beyond = {"big": 2**70, "lone": "\ud800", "at": at, "nan": float("inf"), "many": (1, 2)}
    assert json.loads(encode(beyond)) == {
        "big": 2**70,
        "lone": "\ud800",
        "at": "2026-02-14T13:25:00.5Z",
        "nan": None,
        "many": [1, 2],
    }
