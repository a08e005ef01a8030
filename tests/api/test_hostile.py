"""Bytes that are no HTTP, requests that never end, and many who say nothing: the daemon stays up."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from lynxalert.access import Actor, Role
from lynxalert.api.access import CALLER, Caller
from lynxalert.api.app import LARGEST_LINE, runner
from lynxalert.api.asking import MOST_QUERIES, in_turn
from lynxalert.api.body import read_bytes
from lynxalert.api.errors import ApiError, errors
from lynxalert.api.keys import ASKING, CURSORS
from tests.api.house import House
from tests.api.test_edges import serving

CORPUS = [
    b"\r\n\r\n",
    b"\x00\x01\x02\xff\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS hello
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: a\r\nHost\r\n\r\n",
    b"GET /health HTTP/1.1\r\n : x\r\n\r\n",
    b"GET /health HTTP/1.1\r\nX: a\x00b\r\n\r\n",
    b"GET /%ff%00%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /health HTTP/1.1\r\nX: " + b"a" * (LARGEST_LINE + 1) + b"\r\n\r\n",
    b"GET /health HTTP/1.1\r\n" + b"X: a\r\n" * 1_000 + b"\r\n",
    b"GET /" + b"a" * (LARGEST_LINE + 1) + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nab\r\n0\r\n\r\n",
    b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked, chunked\r\n\r\n",
    b"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999999\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


async def said(host: str, port: int, sent: bytes) -> bytes:
    """Everything that is answered to *sent*, after which nothing more is sent."""
    reader, writer = await asyncio.open_connection(host, port)
    answer = b""
    with contextlib.suppress(ConnectionError):
        writer.write(sent)
        await writer.drain()
        writer.write_eof()
        answer = await reader.read()
    writer.close()
    return answer


async def test_what_is_no_request_is_refused_and_the_daemon_goes_on(house: House) -> None:
    host, port = house.daemon.address.host, house.daemon.address.port
    async with asyncio.timeout(30):
        for sent in CORPUS:
            answer = await said(host, port, sent)
            status = answer.split(b" ", 2)[1:2]
            assert status in ([], [b"400"], [b"404"], [b"413"], [b"505"]), (sent[:60], answer[:200])
            assert b"Traceback" not in answer
    assert (await house.ask("GET", "/health")).data["status"] == "ok"


async def test_two_thousand_who_say_nothing_keep_nobody_out(house: House) -> None:
    host, port = house.daemon.address.host, house.daemon.address.port
    opened = [await asyncio.open_connection(host, port) for _ in range(2_000)]
    try:
        assert (await house.ask("GET", "/ready")).data["ready"]
    finally:
        for _, writer in opened:
            writer.close()


async def test_a_request_that_is_never_finished_is_cut_off() -> None:
    running = runner(web.Application(), idle=0.2)
    await running.setup()
    try:
        await web.TCPSite(running, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection(*running.addresses[0][:2])
        async with asyncio.timeout(20):
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
            assert await reader.read() == b""  # no answer, and the end
        writer.close()
    finally:
        await running.cleanup()


async def test_a_body_that_drips_is_refused() -> None:
    async def taking(request: web.Request) -> web.Response:
        return web.Response(body=await read_bytes(request, patience=0.2))

    app = web.Application(middlewares=[errors])
    app.router.add_post("/", taking)
    async with serving(app) as (_, url), asyncio.timeout(20):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\na")
        assert (await reader.readline()).split()[1] == b"408"
        writer.close()


async def test_one_key_has_only_so_many_queries_under_way() -> None:
    app = web.Application()
    app[ASKING], app[CURSORS] = Counter(), asyncio.Semaphore(2)
    go_on = threading.Event()

    def request_of(name: str) -> web.Request:
        request = make_mocked_request("GET", "/", app=app)
        request[CALLER] = Caller(Actor(name=name, role=Role.VIEWER))
        return request

    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(in_turn(request_of("ada"), lambda _: go_on.wait())) for _ in range(MOST_QUERIES)
        ]
        await asyncio.sleep(0)  # each has asked by now
        with pytest.raises(ApiError) as raised:
            await in_turn(request_of("ada"), lambda _: go_on.wait())
        assert (raised.value.status, raised.value.headers) == (429, {"Retry-After": "1"})
        other = group.create_task(in_turn(request_of("bob"), lambda _: go_on.wait()))
        go_on.set()
    assert all(each.result() for each in [*asked, other])
    assert not app[ASKING]
