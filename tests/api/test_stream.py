"""Rows as they come: whole, in little memory, and no further than somebody reads. Queries end with those who asked."""

from __future__ import annotations

import asyncio
import json
import time

import aiohttp
import pytest

from lynxalert.api.asking import MOST_QUERIES
from lynxalert.api.keys import ASKING
from lynxalert.api.stream import MOST_STREAMS
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
MANY = "| makeresults count=20000 | streamstats count as n | fields n"
# Minutes of work for the engine.
ENDLESS = "| makeresults count=1000000 | eval x=mvrange(0,1000) | mvexpand x | eval y=sha512(x) | stats dc(y)"
RIVER = '| makeresults count=1000000 | eval x="a long line of text that fills every buffer on the way"'


async def under_way(house: House, count: int) -> None:
    """Return when so many queries are under way; nothing else tells."""
    asking = house.app[ASKING]
    async with asyncio.timeout(90):
        while asking.total() != count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_every_row_is_a_line_and_the_last_one_says_how_it_ended(shared: House) -> None:
    answer = await shared.ask("POST", "/api/v1/query/stream", {"q": MANY})
    *rows, last = map(json.loads, answer.raw.splitlines())
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert rows == [{"n": n + 1} for n in range(20_000)]
    meta = last["__meta"]
    assert (meta["row_count"], meta["truncated"], meta["warnings"]) == (20_000, False, [])
    assert meta["columns"] == [{"name": "n", "type": "integer"}]


async def test_it_gives_what_the_query_gives(shared: House) -> None:
    await shared.log(5, service="stream")
    question = {"q": "service=stream | timechart span=1s count by level", "earliest": "-1m"}
    whole = (await shared.asked(question)).data
    answer = await shared.ask("GET", "/api/v1/query/stream", params=question)
    *rows, last = map(json.loads, answer.raw.splitlines())
    assert rows == whole["rows"]
    assert last["__meta"]["window"] == whole["window"]
    assert last["__meta"]["columns"] == whole["columns"]


@pytest.mark.parametrize("limit", [1, 999, 1_000, 1_001, 20_000])
async def test_a_limit_ends_it(shared: House, limit: int) -> None:
    answer = await shared.ask("POST", "/api/v1/query/stream", {"q": MANY, "limit": limit})
    *rows, last = map(json.loads, answer.raw.splitlines())
    assert len(rows) == last["__meta"]["row_count"] == limit
    assert last["__meta"]["truncated"] is (limit < 20_000)


async def test_what_is_wrong_with_the_question_is_an_ordinary_error(shared: House) -> None:
    for question, status, code in (
        ({"q": "| makeresults | stattts count"}, 422, "INVALID_QUERY"),
        ({"q": "*", "earliest": "yesterdayish"}, 422, "VALIDATION_ERROR"),
        ({"q": "*", "limti": 5}, 422, "VALIDATION_ERROR"),
        ({}, 422, "VALIDATION_ERROR"),
    ):
        answer = await shared.ask("POST", "/api/v1/query/stream", question)
        assert (answer.status, answer.error["code"]) == (status, code)


async def test_a_query_ends_when_whoever_asked_has_gone(shared: House) -> None:
    await shared.log(1)
    await shared.asked({"q": "level=error"})  # so that there is a field to ask for
    for path in ("query", "query/stream", "fields/x/values", "query/explain"):
        more = {"rows": "true"} if path.endswith("explain") else {}
        url = shared.url + "/api/v1/" + path.replace("/x/", "/level/")
        asking = asyncio.ensure_future(shared.session.get(url, params={"q": ENDLESS, **more}))
        await under_way(shared, 1)
        started = time.monotonic()
        asking.cancel()
        await asyncio.wait([asking])
        await under_way(shared, 0)
        assert time.monotonic() - started < 60, path
    assert (await shared.ask("POST", "/api/v1/query", {"q": "| makeresults"})).status == 200


async def test_those_who_wait_for_their_turn_leave_it_too(shared: House) -> None:
    url = shared.url + "/api/v1/query"
    async with aiohttp.ClientSession() as session:
        waiting = [asyncio.ensure_future(session.get(url, params={"q": ENDLESS})) for _ in range(8)]
        await under_way(shared, 8)
        for each in waiting:
            each.cancel()
        await asyncio.wait(waiting)
        await under_way(shared, 0)
    assert MOST_QUERIES >= 8


async def test_a_river_is_read_as_far_as_wanted_and_only_so_many_at_once(shared: House) -> None:
    url = shared.url + "/api/v1/query/stream"
    async with aiohttp.ClientSession() as session:
        open_ = [await session.get(url, params={"q": RIVER}) for _ in range(MOST_STREAMS)]
        for each in open_:
            assert "long line" in json.loads(await each.content.readline())["x"]
        refused = await shared.ask("GET", "/api/v1/query/stream", params={"q": RIVER})
        assert (refused.status, refused.error["code"]) == (429, "TOO_MANY_REQUESTS")
        for each in open_:
            each.close()
        await under_way(shared, 0)
    assert (await shared.ask("GET", "/api/v1/query/stream", params={"q": "| makeresults"})).status == 200
