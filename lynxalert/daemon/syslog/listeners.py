"""`[ingest.syslog]` → sockets that listen, and how they are."""

from __future__ import annotations

import asyncio
import functools
import pathlib
import resource
import ssl
from collections.abc import Mapping
from typing import Any

import structlog
from prometheus_client import Gauge

from lynxalert.api.metrics import Metrics
from lynxalert.clock import Clock
from lynxalert.config import Settings
from lynxalert.config.settings import Address
from lynxalert.config.settings import Syslog as Section
from lynxalert.daemon.listening import ListenError
from lynxalert.daemon.syslog.datagrams import Datagrams
from lynxalert.daemon.syslog.keeper import Admission, Keeper
from lynxalert.daemon.syslog.stream import Connection, Connections
from lynxalert.events import EventStore
from lynxalert.ingest.protocols.syslog import Syslog

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.syslog")

BACKLOG = 1_024
HANDSHAKE = 10  # seconds
OTHER_FILES = 512  # that the rest of the daemon may have open


class Listeners:
    """All that listens for syslog. *addresses* by `udp`, `tcp`, `tls`, once open."""

    def __init__(self, settings: Settings, store: EventStore, metrics: Metrics, clock: Clock) -> None:
        self._settings = settings
        self._section = settings.ingest.syslog or Section()
        self._keeper = Keeper(store, metrics, clock)
        self._admission = Admission(self._section.allow, self._keeper)
        self._datagrams: Datagrams | None = None
        self._servers: list[asyncio.Server] = []
        self._connections = Connections(self._keeper, most=self._section.max_connections)
        self._stopping = asyncio.Event()
        self._context: ssl.SSLContext | None = None
        self._refused: str | None = None  # why the certificate on disk is not in force
        self.addresses: dict[str, Address] = {}
        self.up = False
        registry = metrics.registry
        count = Gauge("lynxalert_syslog_connections", "TCP and TLS connections open.", registry=registry)
        count.set_function(lambda: float(self._count()))
        dropped = Gauge(
            "lynxalert_syslog_udp_dropped",
            "Datagrams that the kernel dropped because they came too fast.",
            registry=registry,
        )
        dropped.set_function(lambda: float(self._dropped()))

    @property
    def wanted(self) -> bool:
        """Whether anything is to listen."""
        return any((self._section.udp, self._section.tcp, self._section.tls))

    def health(self) -> Mapping[str, Any]:
        """Addresses, what is open, what was dropped; degraded while the store takes nothing."""
        status = "degraded" if self._keeper.failure or self._refused else "ok"
        found: dict[str, Any] = {"status": status if self.up else "down", "failure": self._keeper.failure}
        found |= {name: str(address) for name, address in self.addresses.items()}
        if self._context is not None:
            found["certificate"] = self._refused
        if self._datagrams is not None:
            found |= {"udp_dropped": self._dropped(), "udp_buffer": self._datagrams.buffer}
        if self._section.tcp or self._section.tls:
            found |= {"connections": self._count(), "most_connections": self._section.max_connections}
        return found

    async def open(self) -> None:
        """Bind every address.

        Raises:
            ListenError: an address is taken or not this machine's, or the certificate cannot be used.
        """
        try:
            await self._open()
        except ListenError:
            self._close()
            raise

    def renew(self) -> None:
        """Use the certificate as its files are now, for connections to come. One that cannot be used changes nothing.

        An authority of senders that is new is trusted beside the old one until a restart.
        """
        if self._context is None:
            return
        try:
            secured(
                self._section, self._settings.folder
            )  # a pair that does not fit must not be half in force
            _load(self._context, self._section, self._settings.folder)
        except ListenError as error:
            self._refused = str(error)
            log.error("certificate_refused", reason=str(error))  # noqa: TRY400 - a mistake of the files, not of ours
        else:
            self._refused = None

    async def run(self) -> None:
        """Receive until `stop`, then store what was read."""
        try:
            async with asyncio.TaskGroup() as group:
                self._connections.group = group
                for server in self._servers:
                    await server.start_serving()
                receiving = self._datagrams
                if receiving is not None:
                    group.create_task(receiving.run(self._keeper, self._admission, self._decoder("udp")))
                self.up = True
                if self.addresses:
                    log.info("syslog_listening", **{name: str(each) for name, each in self.addresses.items()})
                await self._stopping.wait()
                for server in self._servers:
                    server.close()
                self._connections.end()
                if receiving is not None:
                    receiving.end()
        finally:
            self.up = False
            self._close()

    def stop(self) -> None:
        """Begin to end; `run` returns when all that was read is stored."""
        self._stopping.set()

    async def _open(self) -> None:
        section = self._section
        if section.udp is not None:
            try:
                self._datagrams = Datagrams(
                    section.udp, buffer=section.receive_buffer, longest=section.max_message
                )
            except OSError as error:
                raise ListenError.at(section.udp, error, "ingest.syslog.udp") from None
            self.addresses["udp"] = self._datagrams.address
        if section.tcp is not None:
            await self._serve("tcp", section.tcp, None)
        if section.tls is not None:
            self._context = await asyncio.to_thread(secured, section, self._settings.folder)
            await self._serve("tls", section.tls, self._context)

    async def _serve(self, name: str, address: Address, context: ssl.SSLContext | None) -> None:
        _more_files(self._section.max_connections + OTHER_FILES)

        def connection() -> Connection:
            return Connection(
                self._connections, self._admission, self._decoder(name), longest=self._section.max_message
            )

        create = functools.partial(
            asyncio.get_running_loop().create_server,
            connection,
            address.host,
            address.port,
            backlog=BACKLOG,
            start_serving=False,
        )
        try:
            if context is None:
                server = await create()
            else:
                server = await create(ssl=context, ssl_handshake_timeout=HANDSHAKE, ssl_shutdown_timeout=1)
        except OSError as error:
            raise ListenError.at(address, error, f"ingest.syslog.{name}") from None
        self._servers.append(server)
        self.addresses[name] = Address(*server.sockets[0].getsockname()[:2])

    def _decoder(self, name: str) -> Syslog:
        return Syslog(
            timezone=self._section.timezone or self._settings.server.timezone,
            index=self._section.index,
            source=f"{name}:{self.addresses[name].port}",
        )

    def _close(self) -> None:
        for server in self._servers:
            server.close()
        if self._datagrams is not None:
            self._datagrams.close()

    def _count(self) -> int:
        return len(self._connections.open)

    def _dropped(self) -> int:
        return 0 if self._datagrams is None else self._datagrams.dropped()


def secured(section: Section, folder: pathlib.Path) -> ssl.SSLContext:
    """TLS 1.2 and later with the certificate of *section*, whose files start at *folder*.

    Raises:
        ListenError: a file cannot be read, or does not hold what it should.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, section, folder)
    return context


def _load(context: ssl.SSLContext, section: Section, folder: pathlib.Path) -> None:
    try:
        context.load_cert_chain(folder / (section.certificate or ""), folder / (section.key or ""))
        if section.client_ca is not None:
            context.load_verify_locations(folder / section.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:  # SSLError is one
        raise ListenError(
            f"the certificate of ingest.syslog.tls cannot be used: {error.strerror or error}"
        ) from None


def _more_files(wanted: int) -> None:
    """Raise this process's own limit of open files towards *wanted*, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
