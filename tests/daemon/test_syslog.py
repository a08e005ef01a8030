"""Syslog over real sockets into a real store."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging.handlers
import pathlib
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lynxalert.api.metrics import Metrics
from lynxalert.clock import SystemClock
from lynxalert.config import Settings
from lynxalert.config.settings import Address, Ingest, Syslog
from lynxalert.daemon.listening import ListenError
from lynxalert.daemon.syslog import Listeners
from lynxalert.daemon.syslog.datagrams import drops
from lynxalert.engine import Engine
from lynxalert.events import Backpressure, EventStore, StorageFull

ANYWHERE = Address("127.0.0.1", 0)


@dataclass
class House:
    store: EventStore
    listeners: Listeners
    metrics: Metrics

    def rows(self, query: str = "*") -> list[dict[str, Any]]:
        found = Engine(self.store).query(f"index=* {query} | reverse", now=SystemClock().now(), limit=10_000)
        return [dict(row) for row in found.rows]

    def messages(self) -> list[str]:
        return [row["message"] for row in self.rows()]

    def sample(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def port(self, name: str) -> tuple[str, int]:
        address = self.listeners.addresses[name]
        return address.host, address.port

    async def until(self, check: Callable[[], bool]) -> None:
        async with asyncio.timeout(90):
            while not check():  # noqa: ASYNC110 - the other end of a socket tells nobody
                await asyncio.sleep(0.005)

    async def arrived(self, count: int, *, rejected: int = 0) -> None:
        await self.until(
            lambda: (
                self.sample("lynxalert_ingest_accepted_total", protocol="syslog") >= count
                and self.sample("lynxalert_ingest_rejected_total", protocol="syslog") >= rejected
            )
        )
        await self.store.flush()


@contextlib.asynccontextmanager
async def listening(folder: pathlib.Path, clock: Any = None, **section: Any) -> AsyncIterator[House]:
    clock = clock or SystemClock()
    store = await asyncio.to_thread(EventStore, folder / "events.duckdb", clock=clock)
    store.start()
    settings = Settings(
        ingest=Ingest(syslog=Syslog.model_construct(**Syslog().model_dump() | section)), folder=folder
    )
    metrics = Metrics()
    listeners = Listeners(settings, store, metrics, clock)
    try:
        await listeners.open()
        async with asyncio.TaskGroup() as group:
            group.create_task(listeners.run())
            house = House(store, listeners, metrics)
            await house.until(lambda: listeners.up)
            try:
                yield house
            finally:
                listeners.stop()
    finally:
        await asyncio.to_thread(store.close)


def counted(body: bytes) -> bytes:
    return b"%d %b" % (len(body), body)


def dial(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=60)


async def test_every_framing_on_one_connection_and_the_handlers_of_python(tmp_path) -> None:
    async with listening(tmp_path, tcp=ANYWHERE, udp=ANYWHERE) as house:
        peer = dial(house.port("tcp"))
        peer.sendall(b"<13>Feb 14 13:25:00 vm app: one\n" + counted(b"<13>1 - vm app - - - two\nand a half"))
        peer.sendall(b"<13>three\0\n\n<13>fo")
        await house.arrived(3)
        peer.sendall(b"ur")
        peer.close()
        await house.arrived(4)
        assert house.messages() == ["one", "two\nand a half", "three", "four"]
        for kind, name in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
            handler = logging.handlers.SysLogHandler(house.port(name), facility="local3", socktype=kind)
            handler.emit(logging.LogRecord("app", logging.ERROR, "", 0, f"from {name}", (), None))
            handler.close()
            await house.arrived(5 if name == "tcp" else 6)
        first, *_, last = house.rows("facility=local3 severity=err")
        assert (first["message"], last["message"]) == ("from tcp", "from udp")
        assert last["source"] == f"udp:{house.port('udp')[1]}"
        assert (last["sourcetype"], last["host"]) == ("syslog", "127.0.0.1")


async def test_what_is_no_message_is_kept_as_a_dead_letter(tmp_path) -> None:
    async with listening(tmp_path, tcp=ANYWHERE, udp=ANYWHERE, max_message=100) as house:
        with dial(house.port("tcp")) as peer:
            peer.sendall(b"<13>" + b"x" * 200_000 + b"\n<13>fits\n99999 <13>half")
        with socket.socket(type=socket.SOCK_DGRAM) as peer:
            peer.sendto(b"<13>" + b"y" * 200, house.port("udp"))
        await house.arrived(1, rejected=3)
        assert house.messages() == ["fits"]
        reasons = sorted(each.reject.reason for each in house.store.dead_letters())
        assert reasons == [
            "200004 bytes, and a message has 100 at most",
            "204 bytes, and a message has 100 at most",
            "8 bytes, and a message has 100 at most",
        ]


class Busy(EventStore):
    """A store that refuses the first so many times."""

    refusals: list[Exception]

    async def accept(self, *arguments: Any) -> Any:
        if self.refusals:
            raise self.refusals.pop()
        return await super().accept(*arguments)


async def test_a_busy_store_costs_nothing_but_time(tmp_path, monkeypatch) -> None:
    store = Busy(tmp_path / "events.duckdb")
    store.refusals = [StorageFull("full"), Backpressure(dt.timedelta(milliseconds=10))] * 2
    store.start()

    class Hasty(SystemClock):
        async def sleep(self, duration: dt.timedelta) -> None:
            waited.append((listeners.health()["status"], duration))
            await asyncio.sleep(0)

    waited: list[tuple[str, dt.timedelta]] = []
    metrics = Metrics()
    settings = Settings(
        ingest=Ingest(syslog=Syslog.model_construct(**Syslog().model_dump() | {"tcp": ANYWHERE}))
    )
    listeners = Listeners(settings, store, metrics, Hasty())
    await listeners.open()
    house = House(store, listeners, metrics)
    async with asyncio.TaskGroup() as group:
        group.create_task(listeners.run())
        await house.until(lambda: listeners.up)
        with dial(house.port("tcp")) as peer:
            peer.sendall(b"".join(b"<13>%d\n" % number for number in range(1000)))
            await house.arrived(1000)
        listeners.stop()
    assert house.messages() == [str(number) for number in range(1000)]
    assert [status for status, _ in waited] == ["ok", "degraded", "degraded", "degraded"]
    assert [length.total_seconds() for _, length in waited] == [0.01, 1, 0.01, 1]
    assert house.sample("lynxalert_ingest_backpressure_total") == 2
    assert listeners.health()["status"] == "down"
    assert listeners.health()["failure"] is None
    await asyncio.to_thread(store.close)


async def test_an_end_keeps_what_was_read_and_tells_of_halves(tmp_path) -> None:
    async with listening(tmp_path, tcp=ANYWHERE, udp=ANYWHERE) as house:
        peers = [dial(house.port("tcp")) for _ in range(3)]
        for peer in peers:
            peer.sendall(b"<13>whole\n<13>half")
        await house.until(lambda: house.sample("lynxalert_syslog_connections") == 3)
        await house.arrived(3)
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            for number in range(500):
                sender.sendto(b"<13>datagram %d" % number, house.port("udp"))
            house.listeners.stop()
        await house.until(lambda: not house.listeners.up)
        await house.store.flush()
        assert sorted(house.messages())[-3:] == ["whole"] * 3
        assert len(house.messages()) == 503
        halves = [each.reject for each in house.store.dead_letters()]
        assert [(each.raw, each.reason) for each in halves] == [
            ("<13>half", "the connection ended within a message")
        ] * 3
        for peer in peers:
            assert peer.recv(1) == b""
            peer.close()


async def test_a_thousand_silent_connections_are_held_and_the_rest_is_turned_away(tmp_path) -> None:
    async with listening(tmp_path, tcp=ANYWHERE, max_connections=1_000) as house:
        peers = [dial(house.port("tcp")) for _ in range(1_000)]
        await house.until(lambda: house.listeners.health()["connections"] == 1_000)
        with dial(house.port("tcp")) as late:
            await house.until(
                lambda: house.sample("lynxalert_syslog_refused_total", reason="connections") == 1
            )
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.to_thread(late.recv, 1) == b""
        for number in (0, 500, 999):
            peers[number].sendall(b"<13>still there\n")
        await house.arrived(3)
        assert house.messages() == ["still there"] * 3
        peers.pop().close()
        await house.until(lambda: house.listeners.health()["connections"] == 999)
        house.listeners.stop()
        await house.until(lambda: not house.listeners.up)
        assert house.listeners.health()["connections"] == 0
        for peer in peers:
            peer.close()


async def test_only_the_networks_listed_may_send(tmp_path) -> None:
    async with listening(tmp_path, tcp=Address("0.0.0.0", 0), udp=ANYWHERE, allow=("10.0.0.0/8",)) as house:
        admits = house.listeners._admission.admits
        assert [admits(each) for each in ("127.0.0.1", "10.1.2.3", "::1")] == [True] * 3
        assert [admits(each) for each in ("192.0.2.1", "11.0.0.1", "fe80::1%eth0")] == [False] * 3
        assert house.sample("lynxalert_syslog_refused_total", reason="network") == 3


async def test_a_taken_address_is_told_with_its_setting(tmp_path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ListenError, match=f"cannot listen on {address}: .*set another ingest.syslog.tcp"):
            async with listening(tmp_path, udp=ANYWHERE, tcp=address):
                pass
    with pytest.raises(ListenError, match=r"certificate of ingest\.syslog\.tls cannot be used: No such file"):
        async with listening(tmp_path, tls=ANYWHERE, certificate="none.pem", key="none.pem"):
            pass


def certificates(folder: pathlib.Path) -> None:
    """An authority, a certificate of the server and one of a sender, good for this test alone."""
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run(
        [*make, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority"], cwd=folder, check=True, capture_output=True
    )  # fmt: skip
    for name in ("server", "sender"):
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}"]
        subprocess.run([*make, *files, *signed], cwd=folder, check=True, capture_output=True)


async def test_tls_with_certificates_of_senders(tmp_path) -> None:
    certificates(tmp_path)
    section = {"tls": ANYWHERE, "certificate": "server.pem", "key": "server.key", "client_ca": "ca.pem"}

    def send(body: bytes, certificate: str | None, address: tuple[str, int]) -> None:
        context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        if certificate:
            context.load_cert_chain(tmp_path / f"{certificate}.pem", tmp_path / f"{certificate}.key")
        with dial(address) as peer, context.wrap_socket(peer, server_hostname="127.0.0.1") as secure:
            secure.sendall(body)
            secure.unwrap()

    async with listening(tmp_path, **section) as house:
        body = b"".join(counted(b"<13>1 - - - - - - %d" % number) for number in range(5000))
        await asyncio.to_thread(send, body, "sender", house.port("tls"))
        with pytest.raises((ssl.SSLError, OSError)):
            await asyncio.to_thread(send, counted(b"<13>1 - - - - - - nobody"), None, house.port("tls"))
        await house.arrived(5000)
        assert house.messages() == [str(number) for number in range(5000)]
        assert house.rows()[0]["source"] == f"tls:{house.port('tls')[1]}"


def signed(folder: pathlib.Path, name: str) -> None:
    """Another certificate of the server, by the same authority."""
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    by = [
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-subj",
        f"/CN={name}",
    ]
    files = ["-keyout", "server.key", "-out", "server.pem"]
    subprocess.run([*make, *files, *by], cwd=folder, check=True, capture_output=True)


async def test_a_certificate_is_renewed_without_a_restart(tmp_path, caplog) -> None:
    certificates(tmp_path)

    def shown(address: tuple[str, int]) -> str:
        context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        with dial(address) as peer, context.wrap_socket(peer, server_hostname="127.0.0.1") as secure:
            found: Any = secure.getpeercert()
            return str(dict(found["subject"][0])["commonName"])

    async with listening(tmp_path, tls=ANYWHERE, certificate="server.pem", key="server.key") as house:
        port = house.port("tls")
        assert await asyncio.to_thread(shown, port) == "server"
        await asyncio.to_thread(signed, tmp_path, "renewed")
        assert await asyncio.to_thread(shown, port) == "server", "the files alone change nothing"
        house.listeners.renew()
        assert await asyncio.to_thread(shown, port) == "renewed"
        (tmp_path / "server.key").write_text((tmp_path / "sender.key").read_text())
        house.listeners.renew()
        assert await asyncio.to_thread(shown, port) == "renewed", "a key of another certificate is refused"
        assert house.listeners.health()["status"] == "degraded"
        await asyncio.to_thread(signed, tmp_path, "mended")
        house.listeners.renew()
        assert await asyncio.to_thread(shown, port) == "mended"
        assert house.listeners.health()["certificate"] is None


async def test_the_kernel_tells_what_it_dropped(tmp_path) -> None:
    async with listening(tmp_path, udp=ANYWHERE, receive_buffer=4_096) as house:
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            for _ in range(200):  # nobody reads meanwhile: this is the loop's own thread
                sender.sendto(b"<13>" + b"x" * 500, house.port("udp"))
        dropped = house.listeners.health()["udp_dropped"]
        assert 100 < dropped < 200
        await house.arrived(200 - dropped)
        assert len(house.messages()) == 200 - dropped
        assert house.sample("lynxalert_syslog_udp_dropped") == dropped


def test_drops_are_read_from_the_line_of_the_socket(tmp_path) -> None:
    table = tmp_path / "udp"
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n"
    line = " 1270: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 {} 2 0 {}\n"
    table.write_text(head + line.format(77, 5) + line.format(78, 6))
    assert [drops(table, inode) for inode in (77, 78, 79)] == [5, 6, 0]
    assert drops(tmp_path / "none", 77) == 0
