"""What each protocol says when the store is busy, full or closing, and when keys are asked for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator

import aiohttp
import pytest

from lynxalert.api.app import Offered, application
from lynxalert.api.metrics import Metrics
from lynxalert.config import Settings
from lynxalert.config.settings import Ingest
from lynxalert.events import EventStore, Limits
from lynxalert.events.queue import Load
from tests.api.test_edges import serving
from tests.fakes import FakeClock

BULK = b'{"create":{"_index":"a"}}\n{"n":1}\n{"index":{}}\n{"n":\n{"delete":{"_id":"1"}}\n'


class Configuration:
    def __init__(self, **keys: tuple[str, ...]) -> None:
        self.settings = Settings(ingest=Ingest(keys=keys))


@contextlib.asynccontextmanager
async def asking(
    store: EventStore, clock: FakeClock, **keys: tuple[str, ...]
) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """The whole interface over *store*; what is not asked for here is not there."""
    needed = {
        "clock": clock,
        "configuration": Configuration(**keys),
        "events": store,
        "metrics": Metrics(),
        "parts": {},
    }
    app = application(Offered(**{each.name: needed.get(each.name) for each in dataclasses.fields(Offered)}))
    async with serving(app) as served:
        yield served


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path):
    """A real store that takes nothing, for the reason the test names; None: one that takes everything."""
    limits = {"full": Limits(free_bytes=2**60), "busy": Limits(queued_events=1, patience=0)}.get(
        request.param, Limits()
    )
    store = EventStore(tmp_path / "events", clock=FakeClock(), limits=limits)
    if request.param != "closing":
        store.start()
    if request.param == "busy":
        store._durable.queue.reserve(Load(0, 1, 1))
    yield store
    if request.param == "busy":
        store._durable.queue.withdraw(Load(0, 1, 1))
    store.close()


REASONS = {
    "busy": "es_rejected_execution_exception",
    "full": "cluster_block_exception",
    "closing": "es_rejected_execution_exception",
}


@pytest.mark.parametrize(("store", "type_"), REASONS.items(), indirect=["store"])
async def test_elasticsearch_gets_every_item_back_a_moment_later(store: EventStore, type_: str) -> None:
    clock = FakeClock()
    async with serving_and_waiting(store, clock) as (session, url, patience):
        async with session.put(f"{url}/_bulk", data=BULK) as answer:
            body = await answer.json()
        assert patience() == 1
        assert answer.status == 200
        assert body["errors"] is True
        found = [
            (op, item["status"], item["error"]["type"]) for each in body["items"] for op, item in each.items()
        ]
        assert found == [(op, 429, type_) for op in ("create", "index", "delete")]
        async with session.post(f"{url}/a/_doc", data=b"{}") as answer:
            body = await answer.json()
        assert (answer.status, body["error"]["type"]) == (body["status"], type_)
        assert answer.status in {429, 503}
        assert answer.headers["X-Elastic-Product"] == "Elasticsearch"
        assert int(answer.headers["Retry-After"]) >= 1


@contextlib.asynccontextmanager
async def serving_and_waiting(store: EventStore, clock: FakeClock):
    """As `asking`, with somebody who moves the clock on while an answer is held, and counts how often."""
    held = 0

    async def move() -> None:
        nonlocal held
        while True:
            await asyncio.sleep(0)
            if clock.sleeping:
                held += 1
                await clock.advance(dt.timedelta(seconds=1))

    async with asking(store, clock) as (session, url), asyncio.TaskGroup() as group:
        moving = group.create_task(move())
        yield session, url, lambda: held
        moving.cancel()


@pytest.mark.parametrize(("store", "code"), [("busy", 9), ("full", 9), ("closing", 23)], indirect=["store"])
async def test_splunks_senders_are_told_that_the_server_is_busy(store: EventStore, code: int) -> None:
    async with (
        asking(store, FakeClock()) as (session, url),
        session.post(f"{url}/services/collector", data=b'{"event":"a"}') as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (503, code)
        assert int(answer.headers["Retry-After"]) >= 1


JOURNAL = {"Content-Type": "application/vnd.fdo.journal"}
ENTRY = b"__REALTIME_TIMESTAMP=1771070390250000\nMESSAGE=x\n\n"


@pytest.mark.parametrize("store", ["full", "closing"], indirect=True)
async def test_a_journal_is_refused_with_a_line_of_text(store: EventStore) -> None:
    async with (
        asking(store, FakeClock()) as (session, url),
        session.post(f"{url}/upload", data=ENTRY, headers=JOURNAL) as answer,
    ):
        assert answer.status == 503
        assert (await answer.text()).endswith("\n")


async def somebody_sleeps(clock: FakeClock) -> None:
    while True:
        await asyncio.sleep(0)
        if clock.sleeping:
            return


async def test_a_journal_waits_for_a_busy_store(tmp_path) -> None:
    clock = FakeClock()
    store = EventStore(tmp_path / "events", clock=clock, limits=Limits(queued_events=1, patience=0))
    store.start()
    store._durable.queue.reserve(Load(0, 1, 1))
    try:
        async with asking(store, clock) as (session, url), asyncio.TaskGroup() as group:
            asked = group.create_task(session.post(f"{url}/upload", data=ENTRY, headers=JOURNAL))
            await somebody_sleeps(clock)
            assert not asked.done()
            store._durable.queue.withdraw(Load(0, 1, 1))
            await clock.advance(dt.timedelta(seconds=1))
            async with await asked as answer:
                assert answer.status == 202
        await store.flush()
        assert store.counters().stored == 1
    finally:
        store.close()


@pytest.mark.parametrize("store", ["works"], indirect=True)
async def test_a_journal_needs_a_key_where_one_is_asked_for(store: EventStore) -> None:
    async with asking(store, FakeClock(), journal=("right-key",)) as (session, url):
        for key, status in (("right-key", 202), ("wrong", 401)):
            headers = {**JOURNAL, "Authorization": f"Bearer {key}"}
            async with session.post(f"{url}/upload", data=ENTRY, headers=headers) as answer:
                assert answer.status == status


# protocol, path, body, content type; what the reply is when the store is busy.
OTHERS = [
    ("otlp", "/v1/logs", b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}', "application/json", 429),
    (
        "loki",
        "/loki/api/v1/push",
        b'{"streams":[{"stream":{},"values":[["1","x"]]}]}',
        "application/json",
        429,
    ),
]


@pytest.mark.parametrize("store", ["busy", "full", "closing"], indirect=True)
async def test_others_are_told_when_to_come_back(store: EventStore) -> None:
    async with asking(store, FakeClock()) as (session, url):
        for name, path, body, content_type, status in OTHERS:
            headers = {"Content-Type": content_type}
            async with session.post(url + path, data=body, headers=headers) as answer:
                assert answer.status in {status, 503, 507}, name
                assert int(answer.headers["Retry-After"]) >= 1, name


@pytest.mark.parametrize("store", ["works"], indirect=True)
async def test_others_ask_for_a_key(store: EventStore) -> None:
    async with asking(store, FakeClock(), any=("right-key",)) as (session, url):
        for name, path, body, content_type, _ in OTHERS:
            for key, statuses in (("right-key", range(200, 205)), ("wrong", (401, 403)), ("", (401, 403))):
                headers = {"Content-Type": content_type, "Authorization": f"Bearer {key}"}
                async with session.post(url + path, data=body, headers=headers) as answer:
                    assert answer.status in statuses, (name, key)


@pytest.mark.parametrize("store", ["works"], indirect=True)
async def test_datadogs_key_stands_in_a_header_the_query_or_the_path(store: EventStore) -> None:
    async with asking(store, FakeClock(), datadog=("right-key",)) as (session, url):
        for path, headers, status in (
            ("/api/v2/logs", {"DD-API-KEY": "right-key"}, 202),
            ("/api/v2/logs?dd-api-key=right-key", {}, 202),
            ("/v1/input/right-key", {}, 202),
            ("/v1/input/wrong", {}, 403),
            ("/api/v2/logs", {"DD-API-KEY": "wrong"}, 403),
            ("/api/v2/logs", {}, 401),
        ):
            async with session.post(url + path, data=b'{"message":"x"}', headers=headers) as answer:
                assert answer.status == status, (path, headers)
                if status > 400:
                    assert (await answer.json())["errors"][0]["status"] == str(status)
        for headers, status in (({"DD-API-KEY": "right-key"}, 200), ({"DD-API-KEY": "wrong"}, 403)):
            async with session.get(f"{url}/api/v1/validate", headers=headers) as answer:
                assert answer.status == status


@pytest.mark.parametrize("store", ["works"], indirect=True)
async def test_splunks_codes_say_what_is_wrong_with_a_token(store: EventStore) -> None:
    async with asking(store, FakeClock(), hec=("right-key",)) as (session, url):
        for headers, path, status, code in (
            ({}, "", 401, 2),
            ({"Authorization": "Splunk"}, "", 401, 2),
            ({"Authorization": "Splunk wrong"}, "", 403, 4),
            ({"Authorization": basic("x", "wrong")}, "/raw", 403, 4),
            ({}, "?token=right-key", 400, 16),
            ({}, "/ack?channel=x", 401, 2),
            ({"Authorization": "Splunk wrong"}, "?channel=x", 403, 4),
            ({"Authorization": "Splunk right-key"}, "", 200, 0),
            ({"Authorization": basic("x", "right-key")}, "", 200, 0),
        ):
            url_of = f"{url}/services/collector{path}"
            async with session.post(url_of, data=b'{"event":"a"}', headers=headers) as answer:
                assert (answer.status, (await answer.json())["code"]) == (status, code), (headers, path)
        for headers, status in (({}, 200), ({"Authorization": "Splunk wrong"}, 403)):
            async with session.get(f"{url}/services/collector/health", headers=headers) as answer:
                assert answer.status == status


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


GOOD = [
    {"Authorization": "Bearer right-key"},
    {"Authorization": basic("elastic", "right-key")},
    {"Authorization": "ApiKey " + base64.b64encode(b"id:right-key").decode()},
    {"Authorization": "ApiKey right-key"},
    {"X-API-Key": "right-key"},
    {"Authorization": "Bearer for-all"},
]
BAD = [
    ({}, 401),
    ({"Authorization": "Bearer"}, 401),
    ({"Authorization": "Bearer wrong"}, 401),
    ({"Authorization": "Basic not base64"}, 401),
    ({"Authorization": basic("right-key", "wrong")}, 401),
    ({"Authorization": "Bearer ключ"}, 401),
    ({"Authorization": "Bearer other-door"}, 401),
]


@pytest.mark.parametrize("store", ["works"], indirect=True)
async def test_a_protocol_with_keys_asks_for_one(store: EventStore) -> None:
    keys = {"elasticsearch": ("old-key", "right-key"), "any": ("for-all",), "native": ("other-door",)}
    async with asking(store, FakeClock(), **keys) as (session, url):
        for headers in GOOD:
            async with session.put(f"{url}/_bulk", data=BULK, headers=headers) as answer:
                assert answer.status == 200, headers
        for headers, status in BAD:
            for method, path in (
                ("PUT", "/_bulk"),
                ("GET", "/"),
                ("GET", "/_license"),
                ("PUT", "/_template/x"),
            ):
                async with session.request(method, url + path, data=BULK, headers=headers) as answer:
                    assert answer.status == status, (headers, path)
                    assert answer.headers["X-Elastic-Product"] == "Elasticsearch"
                    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        async with session.post(f"{url}/api/v1/ingest", data="x") as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (401, "AUTH_REQUIRED")
        async with session.post(f"{url}/api/v1/ingest", data="x", headers={"X-API-Key": "wrong"}) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (401, "INVALID_TOKEN")
