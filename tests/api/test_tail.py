"""A live tail over a real connection: what comes, what is left out, how it ends."""

from __future__ import annotations

import asyncio
import json
import pathlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from lynxalert.api.tail import MOST_AT_ONCE, MOST_TAILS
from tests.api.house import House, living


class Reader:
    """Reads server-sent events as the standard says."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def block(self) -> dict[str, str]:
        """The fields of the next event; a comment's name is empty."""
        found: dict[str, str] = {}
        async with asyncio.timeout(90):
            while line := (await self.answer.content.readline()).decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                found[name] = value if name else line
        return found

    async def next(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((await self.block())["data"])
        return data


@asynccontextmanager
async def tailing(house: House, query: str = "", **headers: str) -> AsyncIterator[Reader]:
    async with house.session.get(f"{house.url}/api/v1/tail?{query}", headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        reader = Reader(answer)
        assert await reader.block() == {"": ": listening"}
        yield reader


async def test_events_come_as_they_can_be_queried_and_only_those_asked_for(house: House) -> None:
    await house.log(1, level="error", before=1)
    await house.asked({"q": "*"})
    async with tailing(house, "q=level%3Derror%20shop") as reader:
        await house.log(1, level="info", service="shop")
        await house.log(1, level="error", service="bank")
        await house.log(1, level="error", service="shop")
        found = await reader.next()
        assert (found["level"], found["service"], found["index"]) == ("error", "shop", "main")
        assert json.loads(found["_raw"])["service"] == "shop"
        assert "before" not in found
        await house.log(1, level="error", service="shop", new_field="x")
        assert (await reader.next())["new_field"] == "x"


async def test_too_many_at_once_are_counted_instead(house: House) -> None:
    async with tailing(house) as reader:
        await house.log(MOST_AT_ONCE + 20)
        block = await reader.block()
        assert (block["event"], json.loads(block["data"])) == ("dropped", {"dropped": 20})
        last = {}
        for _ in range(MOST_AT_ONCE):
            last = await reader.block()
        assert last["id"] == str(MOST_AT_ONCE + 20)


async def test_a_reader_that_comes_back_goes_on_where_it_was(house: House) -> None:
    async with tailing(house) as reader:
        await house.log(1, service="first")
        place = (await reader.block())["id"]
    await house.log(1, service="meanwhile")
    await house.asked({"q": "*"})
    async with tailing(house, **{"Last-Event-ID": place}) as reader:
        assert (await reader.next())["service"] == "meanwhile"


async def test_readers_are_few_and_their_places_come_free(house: House) -> None:
    readers = [await house.session.get(f"{house.url}/api/v1/tail") for _ in range(MOST_TAILS)]
    refused = await house.ask("GET", "/api/v1/tail")
    assert (refused.status, refused.error["code"]) == (429, "TOO_MANY_REQUESTS")
    for each in readers:
        each.close()

    async def free() -> bool:
        await house.log(1)
        async with house.session.get(f"{house.url}/api/v1/tail") as answer:
            return answer.status == 200

    await house.until(free)


async def test_the_end_of_the_daemon_ends_a_tail(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path) as house, tailing(house) as reader:
        house.daemon.stop()
        async with asyncio.timeout(40):
            assert await reader.answer.content.read() == b""
