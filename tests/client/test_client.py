"""The client against a real daemon: every method, what is refused, lists of several pages, streams."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from lynxalert.client import (
    BusyError,
    Client,
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    UnreachableError,
    blocking,
)
from lynxalert.client.errors import refused
from lynxalert.client.pages import every
from tests.api.house import CONFIG, House, living

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALERT = {"name": "A", "q": "source=made | stats count as n | where n > 2", "interval": "1m"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    config = CONFIG.replace("[server]", '[server]\nauth = "keys"')
    async with living(tmp_path_factory.mktemp("client"), config) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def client(house: House) -> AsyncIterator[Client]:
    async with Client(house.url, key=house.first_key) as client:
        yield client


async def stored(house: House) -> None:
    """Return once everything acknowledged can be queried."""

    async def settled() -> bool:
        health = (await house.ask("GET", "/health")).data
        return bool(health["store"]["queued"] == 0)

    await house.until(settled)


async def test_an_alert_from_its_making_to_its_end(client: Client, house: House) -> None:
    made = await client.alerts.create(**ALERT, channels=[house.hook()])
    alert = made["id"]
    assert made["interval"] == "1m"
    before = await client.alerts.etag(alert)
    assert (await client.alerts.change(alert, severity="critical"))["severity"] == "critical"
    with pytest.raises(ConflictError) as stale:
        await client.alerts.change(alert, if_match=before, severity="info")
    assert stale.value.status == 412
    assert (await client.alerts.replace(alert, {**ALERT, "name": "B", "channels": [house.hook()]}))[
        "name"
    ] == "B"
    assert (await client.alerts.mute(alert, duration="1h", reason="tests"))["muted"]
    assert (await client.alerts.unmute(alert, tell_still_firing=True))["muted"] is None
    tried = await client.alerts.test(alert, q="| makeresults")
    assert tried["would_trigger"]
    assert (await client.alerts.test_definition(**ALERT, channels=[house.hook()]))["rows"] == []
    assert [each["status"] for each in await client.alerts.test_channels(alert)] == ["ok"]
    assert (await client.alerts.backtest(alert, earliest="-10m"))["slots"] == 10
    assert await client.alerts.instances(alert) == []
    assert [each async for each in client.alerts.history(alert)] == []
    assert [each async for each in client.alerts.notifications(alert)] == []
    assert [each async for each in client.alerts.evaluations(alert)] == []
    with pytest.raises(ConflictError, match="nothing of it fires"):
        await client.alerts.acknowledge(alert)
    await client.alerts.delete(alert)
    with pytest.raises(NotFoundError, match="Alert not found") as gone:
        await client.alerts.get(alert)
    assert gone.value.code == "NOT_FOUND"
    assert gone.value.request_id


async def test_events_are_sent_once_and_asked(client: Client, house: House) -> None:
    at = (house.clock.now() - dt.timedelta(seconds=5)).isoformat()
    lines = [{"timestamp": at, "level": "error", "n": n} for n in range(3)]
    for _ in range(2):
        taken = await client.events.send(lines, source="client", idempotency_key="one")
        assert taken["accepted"] == 3
    await stored(house)
    assert (await client.events.query("source=client | stats count"))["rows"] == [{"count": 3}]
    assert [row["n"] async for row in client.events.stream("source=client | sort n | fields n")] == [0, 1, 2]
    assert (await client.events.explain("source=client", rows=True))["rows"] is not None
    assert "n" in [each["name"] async for each in client.events.fields("source=client")]
    assert (await client.events.values("level", "source=client"))["values"][0]["count"] == 3
    assert "client" in [each["source"] async for each in client.events.sources()]
    buckets = (await client.events.histogram("source=client", earliest="-1h", span="1h"))["buckets"]
    assert sum(each["count"] for each in buckets) == 3
    assert (await client.events.answer("source=client")).meta["row_count"] == 3


async def test_a_wrong_query_is_told_with_its_place(client: Client) -> None:
    with pytest.raises(InvalidError) as wrong:
        await client.events.query("level=error | stat count")
    assert wrong.value.code == "INVALID_QUERY"
    assert wrong.value.details[0]["column"] == 15
    assert wrong.value.suggestion is not None
    with pytest.raises(InvalidError):
        [row async for row in client.events.stream("| nothing")]


async def test_the_tail_is_left_when_enough_came(client: Client, house: House) -> None:
    async def first() -> object:
        async for event in client.events.tail("source=tailed"):
            return event["n"]
        return None

    reading = asyncio.ensure_future(first())
    await house.until(lambda: house.daemon is not None)
    while not reading.done():
        await client.events.send([{"n": 7}], source="tailed")
        await asyncio.wait([reading], timeout=0.2)
    assert reading.result() == 7


async def test_silences_keys_and_the_daemon(client: Client) -> None:
    silence = await client.silences.create(["service=shop"], duration="1h")
    assert silence["id"] in [each["id"] async for each in client.silences.every("active")]
    await client.silences.end(silence["id"])
    with pytest.raises(ConflictError):
        await client.silences.end(silence["id"], tell_still_firing=True)
    key = await client.keys.create("reader", "viewer", duration="1h")
    assert key["id"] in [each["id"] for each in await client.keys.all()]
    await client.keys.revoke(key["id"])
    assert (await client.daemon.health())["status"] in {"ok", "degraded"}
    assert [each["name"] for each in await client.daemon.channels()]
    assert [each async for each in client.daemon.notifications(status=["failed", "suppressed"])] == []
    assert "key.revoke" in [each["action"] async for each in client.daemon.changes(object_id=key["id"])]
    with pytest.raises(NotFoundError):
        await client.daemon.retry("dlv_nothing")
    assert (await client.daemon.plan())["added"] == []
    assert (await client.daemon.reload())["removed"] == []


async def test_a_long_list_is_asked_for_page_by_page(client: Client) -> None:
    for _ in range(5):
        await client.silences.create(["service=long"], duration="1h")
    listed = every(client.connection, "/api/v1/silences", "silences", {"state": "active"}, page=2)
    found = [each["id"] async for each in listed]
    assert len(found) == len(set(found)) >= 5


async def test_who_may_not_is_told(house: House) -> None:
    async with Client(house.url) as stranger:
        with pytest.raises(NotAllowedError) as refusal:
            await stranger.keys.all()
        assert refusal.value.code == "AUTH_REQUIRED"
        assert refusal.value.suggestion is not None


async def test_nobody_there_is_no_refusal(house: House) -> None:
    async with Client("http://127.0.0.1:9") as lost:
        with pytest.raises(UnreachableError, match=r"no daemon answers at http://127.0.0.1:9"):
            await lost.daemon.health()
    async with Client(house.provider.url) as elsewhere:
        with pytest.raises(UnreachableError, match="not of LynxAlert"):
            await elsewhere.daemon.health()


async def test_without_a_loop(house: House) -> None:
    health = await asyncio.to_thread(blocking, lambda client: client.daemon.health(), house.url)
    assert health["version"]


async def test_a_busy_daemon_says_when_to_come_back() -> None:
    error = refused("here", 429, {"Retry-After": "5"}, {"error": {"code": "BACKPRESSURE", "message": "full"}})
    assert isinstance(error, BusyError)
    assert error.retry_after == 5
    odd = refused("here", 418, {}, {"error": {"code": "TEAPOT", "message": "short"}})
    assert type(odd) is RefusedError
