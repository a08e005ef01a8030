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
from lynxalert.api.asking import MOST_QUERIES, in_turn
from lynxalert.api.body import read_bytes
from lynxalert.api.errors import ApiError, errors
from lynxalert.api.keys import ASKING, CURSORS
from lynxalert.api.readers import hand_over
from lynxalert.api.serving import LARGEST_LINE, runner
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
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    b"GET /health\r\n",  # HTTP/0.9
    b"GET /health HTTP/1.1\r\n\r\n",  # no Host
    b"GET /health HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"get /health HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\xc3\xa9 / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://elsewhere.example/health HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://a:99999999/health HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET //health HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api/v1/../v1/alerts HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alerts/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alerts/%c3%28 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alerts/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alerts/%ed%a0%80 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alerts?q=%ff%00&label=%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alerts?cursor=%ff&limit=%d9%a3 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api/v1/query?q=%ed%a0%80 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: a\r\nAuthorization: Basic \xff\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: a\r\nIf-None-Match: \xff\xfe\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nIdempotency-Key: \xff\r\n\r\n{}",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nContent-Length: 0x2\r\n\r\n{}",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n{}",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b'POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n',
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;"
    + b"a" * 20_000
    + b"\r\n{}\r\n0\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n{}\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /alerts HTTP/1.1\r\nHost: a\r\nExpect: pigs-fly\r\nContent-Length: 2\r\n\r\n{}",
    b"GET /health HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    b"GET /tail HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n",
    b"GET /health HTTP/1.1\nHost: a\n\n",
    b"GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
]
# What may be said to bytes of which nobody knows what they mean. 501 is no mistake of ours.
REFUSALS = {200, 400, 404, 405, 413, 414, 417, 422, 426, 431, 501, 505}


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
    async with asyncio.timeout(90):
        for sent in CORPUS:
            answer = await said(host, port, sent)
            assert not answer or int(answer.split(b" ", 2)[1]) in REFUSALS, (sent[:90], answer[:200])
            assert b"Traceback" not in answer
            assert b"root:" not in answer
    assert (await house.ask("GET", "/health")).data["status"] == "ok"


async def test_requests_behind_each_other_are_answered_in_their_order(house: House) -> None:
    host, port = house.daemon.address.host, house.daemon.address.port
    line = '{"n": 1}'
    one = f"POST /api/v1/ingest HTTP/1.1\r\nHost: a\r\nContent-Length: {len(line)}\r\n\r\n{line}"
    many = one * 20 + "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" + one
    last = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection(host, port)
    async with asyncio.timeout(90):
        writer.write((many + last).encode())
        answer = await reader.read()
    writer.close()
    statuses = [int(each.split(b" ", 1)[0]) for each in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200] * 20 + [404, 200, 200]


async def test_what_hides_behind_a_body_is_no_request(house: House) -> None:
    """Two lengths that disagree: a proxy in front might see one request where we see two."""
    host, port = house.daemon.address.host, house.daemon.address.port
    hidden = b"DELETE /alerts/from-file HTTP/1.1\r\nHost: a\r\n\r\n"
    for head in (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5\r\nTransfer-Encoding: identity, chunked",
    ):
        sent = b"POST /alerts HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n0\r\n\r\n" + hidden
        async with asyncio.timeout(90):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(sent)
            answer = await reader.read()  # the connection is not trusted any further
        writer.close()
        assert answer.count(b"HTTP/1.") == 1, (head, answer)
        assert answer.split(b" ", 2)[1] == b"400", (head, answer)


async def test_one_connection_too_many_is_told_so_and_the_others_go_on() -> None:
    async def here(_: web.Request) -> web.Response:
        return web.Response(text="here")

    app = web.Application()
    app.router.add_get("/", here)
    running = runner(app, most=2)
    await running.setup()
    try:
        await web.TCPSite(running, "127.0.0.1", 0).start()
        host, port = running.addresses[0][:2]
        ask = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        async with asyncio.timeout(90):
            first, writing = await asyncio.open_connection(host, port)
            writing.write(ask)
            assert (await first.readline()).split()[1] == b"200"
            _, idle = await asyncio.open_connection(host, port)
            while len(running._server.connections) < 2:  # type: ignore[union-attr]  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            third, refused = await asyncio.open_connection(host, port)
            answer = await third.read()
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"Retry-After: 5" in answer
            assert b'"code":"TOO_MANY_CONNECTIONS"' in answer
            writing.write(ask)
            assert b"200" in await first.readuntil(b"HTTP/1.1 200")
            idle.close()
            while len(running._server.connections) > 1:  # type: ignore[union-attr]  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            fourth, again = await asyncio.open_connection(host, port)
            again.write(ask)
            assert (await fourth.readline()).split()[1] == b"200"
        for each in (writing, refused, again):
            each.close()
    finally:
        await running.cleanup()


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
        async with asyncio.timeout(90):
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
    async with serving(app) as (_, url), asyncio.timeout(90):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\na")
        assert (await reader.readline()).split()[1] == b"408"
        writer.close()


async def test_a_reader_that_stops_reading_gives_up_its_place() -> None:
    ended = asyncio.Event()

    async def telling(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await hand_over(request, response, b"x" * 100_000, patience=0.2)
        except ConnectionResetError:
            ended.set()
        return response

    app = web.Application()
    app.router.add_get("/", telling)
    async with serving(app) as (_, url), asyncio.timeout(20):
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"200"
        await ended.wait()  # nothing more was read
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
