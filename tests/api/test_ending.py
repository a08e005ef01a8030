"""How a daemon ends: what is under way is finished, what is new is sent away, what was acknowledged is there afterwards."""

from __future__ import annotations

import asyncio
import pathlib
import time

from lynxalert.api.keys import ENDING
from tests.api.house import House, living


async def test_what_is_new_is_sent_away_and_health_is_told_to_the_end(house: House) -> None:
    house.app[ENDING].set()
    for path in ("/api/v1/alerts", "/v1/alerts", "/v3/alert-rules"):
        answer = await house.ask("GET", path)
        assert answer.status == 503, path
        assert answer.headers["Retry-After"] == "5"
    assert (await house.ask("GET", "/api/v1/alerts")).error["code"] == "SHUTTING_DOWN"
    assert (await house.ask("GET", "/health")).status == 200
    house.app[ENDING].clear()


async def test_a_request_under_way_is_finished_and_what_it_sent_is_kept(tmp_path: pathlib.Path) -> None:
    started = 0.0
    async with living(tmp_path) as house:
        host, port = house.daemon.address.host, house.daemon.address.port
        line = b'{"message": "the last one"}'
        reader, writer = await asyncio.open_connection(host, port)
        silent, other = await asyncio.open_connection(host, port)
        writer.write(b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(line))
        writer.write(line[:5])
        other.write(b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200" in await silent.readline()
        started = time.monotonic()
        house.daemon.stop()
        async with asyncio.timeout(40):
            while not house.app[ENDING].is_set():  # noqa: ASYNC110 - the end has begun
                await asyncio.sleep(0)
            writer.write(line[5:])
            assert b"200" in await reader.readline()
            while await silent.readline():  # what says nothing is closed
                pass
        writer.close()
        other.close()
    assert time.monotonic() - started < 40
    async with living(tmp_path) as house:
        found = await house.asked({"q": 'message="the last one" | stats count', "latest": "+1m"})
        assert found.data["rows"] == [{"count": 1}]
