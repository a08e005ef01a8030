"""Certificates of one's own and proxies, over real TLS; and what must never be dialled, whichever way it is asked."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from lynxalert.notify.addresses import is_metadata
from lynxalert.notify.configure import configure, mask
from lynxalert.notify.model import DeliveryError, Failure, Level
from lynxalert.notify.render import compose
from lynxalert.notify.sending import probe, send
from tests.notify.occasions import made, occasion
from tests.notify.provider import client, serving


def server_side(pki: pathlib.Path, *, asks: bool = False) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki / "ca.pem"))
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED if asks else ssl.CERT_NONE
    return context


async def test_an_authority_of_ones_own(pki: pathlib.Path) -> None:
    async with serving(server_side(pki)) as provider, client() as http:
        trusting = made("webhook", url=provider.url, ca_file=str(pki / "ca.pem"))
        await send(trusting, compose(occasion(), trusting), http)
        assert (await probe(trusting, http)).level is Level.TLS
        wary = made("webhook", url=provider.url)
        with pytest.raises(DeliveryError) as raised:
            await send(wary, compose(occasion(), wary), http)
        assert raised.value.reason is Failure.NETWORK
        assert "TLS certificate" in raised.value.detail
        assert (await probe(wary, http)).status == "unreachable"
        assert len(provider.requests) == 1


async def test_a_certificate_to_show(pki: pathlib.Path) -> None:
    async with serving(server_side(pki, asks=True)) as provider, client() as http:
        paths = {"ca_file": str(pki / "ca.pem"), "client_cert": str(pki / "client.pem")}
        known = made("webhook", url=provider.url, **paths, client_key=str(pki / "client.key"))
        await send(known, compose(occasion(), known), http)
        nobody = made("webhook", url=provider.url, ca_file=str(pki / "ca.pem"))
        with pytest.raises(DeliveryError) as raised:
            await send(nobody, compose(occasion(), nobody), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.NETWORK, False)
        assert len(provider.requests) == 1


@pytest.mark.parametrize("name", ["missing.pem", "ca.key"])
async def test_files_that_are_not_what_they_should_be(pki: pathlib.Path, name: str) -> None:
    async with serving(server_side(pki)) as provider, client() as http:
        channel = made("webhook", url=provider.url, client_cert=str(pki / name))
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.UNCONFIGURED, True)
        assert raised.value.detail == "ca_file, client_cert or client_key cannot be read"


@dataclass
class Proxy:
    """Speaks CONNECT, and passes plain requests on; `heard` is the head of each."""

    heard: list[str] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heard.append(head)
        method, target, _ = head.split(" ", 2)
        place = target if method == "CONNECT" else target.split("/")[2]
        host, _, port = place.rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 ok\r\n\r\n")
        else:
            back.write(head.encode())
        async with asyncio.TaskGroup() as group:
            group.create_task(pass_on(reader, back))
            group.create_task(pass_on(there, writer))


async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
        sink.close()


@contextlib.asynccontextmanager
async def proxying() -> AsyncIterator[Proxy]:
    proxy, under_way = Proxy(), set[asyncio.Task[Any]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with contextlib.suppress(asyncio.IncompleteReadError):  # a probe says nothing
            await proxy.serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await asyncio.gather(*under_way)


async def test_a_proxy_passes_on(pki: pathlib.Path) -> None:
    async with serving() as provider, proxying() as proxy, client() as http:
        channel = made("webhook", url=f"{provider.url}/x", proxy=proxy.url, proxy_login="me:CANARY-word")
        await send(channel, compose(occasion(), channel), http)
        assert [one.path for one in provider.requests] == ["/x"]
        assert proxy.heard[0].startswith(f"POST {provider.url}/x HTTP/1.1")
        assert "Proxy-Authorization: Basic bWU6Q0FOQVJZLXdvcmQ=" in proxy.heard[0]
        report = await probe(channel, http)
        assert (report.level, report.note) == (Level.TCP, "the proxy answers; it was not asked for more")
        assert "CANARY" not in repr(channel)
        assert mask("webhook", {"proxy_login": "me:CANARY-word"}) == {"proxy_login": "me:C..."}


async def test_a_proxy_tunnels_tls(pki: pathlib.Path) -> None:
    async with serving(server_side(pki)) as provider, proxying() as proxy, client() as http:
        paths = {"ca_file": str(pki / "ca.pem"), "proxy": proxy.url, "proxy_login": "me:word"}
        channel = made("webhook", url=f"{provider.url}/CANARY", **paths)
        await send(channel, compose(occasion(), channel), http)
        assert [one.path for one in provider.requests] == ["/CANARY"]
        assert "Proxy-Authorization" not in provider.requests[0].headers
        assert proxy.heard[0].startswith(f"CONNECT 127.0.0.1:{provider.port} ")
        assert "Proxy-Authorization: Basic bWU6d29yZA==" in proxy.heard[0]
        assert "CANARY" not in proxy.heard[0]


async def test_a_proxy_is_dialled_under_the_same_guard() -> None:
    async with proxying() as proxy, client(allow_private=()) as http:
        channel = made("webhook", url="https://example.com/x", proxy=proxy.url)
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert raised.value.reason is Failure.BLOCKED
        assert proxy.heard == []


METADATA = (
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[fd00:ec2::254]",
    "100.100.100.200",
)


@pytest.mark.parametrize("host", METADATA)
@pytest.mark.parametrize("proxied", [False, True])
async def test_metadata_is_reached_by_no_way(host: str, proxied: bool) -> None:  # noqa: FBT001 - a column
    async with proxying() as proxy, client(allow_private=("0.0.0.0/0", "::/0")) as http:
        way = {"proxy": proxy.url} if proxied else {}
        channel, problems = configure("webhook", {"url": f"http://{host}/latest/meta-data/", **way}, ("c", 0))
        assert channel is not None or problems
        if channel is not None:
            with pytest.raises(DeliveryError) as raised:
                await send(channel, compose(occasion(), channel), http)
            assert raised.value.permanent
            assert raised.value.reason in (Failure.BLOCKED, Failure.UNCONFIGURED)
        assert proxy.heard == []


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "127.0.0.1", "::1", "1", "a..b"])
def test_others_are_no_metadata(host: str) -> None:
    assert not is_metadata(host)


class Fickle(AbstractResolver):
    """A name whose address is harmless when first asked, and another one later."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("later", ["169.254.169.254", "10.0.0.1", "127.0.0.1"])
async def test_a_name_that_changes_its_address_is_judged_when_dialled(later: str) -> None:
    async with serving() as provider, client(allow_private=("127.0.0.2/32",)) as http:
        connector = http._session.connector
        resolver = Fickle("127.0.0.2", later)
        connector._resolver, connector._use_dns_cache = resolver, False  # type: ignore[union-attr, attr-defined]
        channel = made("webhook", url=f"http://fickle.example:{provider.port}/x")
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert raised.value.reason is Failure.NETWORK  # nobody listens at 127.0.0.2
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel), http)
        assert (raised.value.reason, raised.value.permanent) == (Failure.BLOCKED, True)
        assert provider.requests == []


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"ca_file": "ca.pem"}, ["c[0].config.ca_file must be an absolute path"]),
        ({"client_key": "/k.pem"}, ["c[0].config.client_cert is required with client_key"]),
        ({"proxy_login": "a:b"}, ["c[0].config.proxy is required with proxy_login"]),
        ({"proxy": "socks5://x"}, ["c[0].config.proxy must be an absolute URL with http or https"]),
    ],
)
def test_mistakes(config: dict[str, Any], expected: list[str]) -> None:
    _, problems = configure("webhook", {"url": "http://x", **config}, ("c", 0))
    assert [one.message for one in problems] == expected
