"""A guarded connection to a host: for probes that send nothing, and for protocols other than HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace

import yarl

from lynxalert.notify.fields import Url
from lynxalert.notify.http import Http, Outbound
from lynxalert.notify.model import DeliveryError, Failure, Level, ProbeReport
from lynxalert.notify.travel import Web

LOOPBACK = ("127.0.0.0/8", "::1/128")


async def reach(url: Url, http: Http) -> ProbeReport:
    """Whether the host of *url* answers: TCP, and TLS where the address says https. Sends no request.

    Raises:
        DeliveryError: it does not, or may not be dialled.
    """
    parsed = yarl.URL(url.value)
    proxy = http.channel.proxy if isinstance(http.channel, Web) else None
    if proxy is not None:
        via = yarl.URL(proxy.value)
        level = await connect(via.raw_host or "", via.port or 0, http.outbound, tls=via.scheme == "https")
        return ProbeReport(level, "reachable", "the proxy answers; it was not asked for more")
    host, port, context = parsed.raw_host or "", parsed.port or 0, await http.context()
    level = await connect(host, port, http.outbound, tls=parsed.scheme == "https", context=context)
    return ProbeReport(level, "reachable", "the host answers; nothing was sent to check more")


async def connect(
    host: str, port: int, outbound: Outbound, *, tls: bool, context: ssl.SSLContext | None = None
) -> Level:
    """How far a connection to *host* came: TCP, or TLS where asked for.

    Raises:
        DeliveryError: it failed before.
    """
    sock = await open_socket(host, port, outbound)
    with _explained(f"{host}:{port}"):
        async with asyncio.timeout(outbound.timeout.total_seconds()):
            trusted = (context or ssl.create_default_context()) if tls else None
            _, writer = await asyncio.open_connection(
                sock=sock, ssl=trusted, server_hostname=host if tls else None
            )
            writer.close()
            with contextlib.suppress(OSError):  # the other side may hang up first
                await writer.wait_closed()
    return Level.TLS if tls else Level.TCP


async def open_socket(host: str, port: int, outbound: Outbound) -> socket.socket:
    """A connected, non-blocking socket to the first address of *host* that answers and may be dialled.

    Raises:
        DeliveryError: none does.
    """
    loop = asyncio.get_running_loop()
    last: OSError = ConnectionError("no address")
    with _explained(f"{host}:{port}"):
        async with asyncio.timeout(outbound.connect_timeout.total_seconds()):
            for found in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                try:
                    return await _dial(found, outbound)
                except OSError as error:
                    last = error
        raise last


def with_loopback(outbound: Outbound) -> Outbound:
    """*outbound* for a service of this machine itself, such as its mail relay."""
    return replace(outbound, allow_private=(*outbound.allow_private, *LOOPBACK))


async def _dial(found: tuple[int, int, int, str, tuple[object, ...]], outbound: Outbound) -> socket.socket:
    sock = outbound.socket_for(found)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, found[4])
    except BaseException:
        sock.close()
        raise
    return sock


@contextlib.contextmanager
def _explained(where: str) -> Iterator[None]:
    """Turns what sockets raise into a `DeliveryError` about *where*."""
    try:
        yield
    except ssl.SSLError:
        text = f"{where}: the TLS certificate or handshake was refused"
        raise DeliveryError(Failure.NETWORK, text) from None
    except PermissionError as error:
        text = f"{where}: {error.strerror}"
        raise DeliveryError(Failure.BLOCKED, text, permanent=True) from None
    except TimeoutError:
        raise DeliveryError(Failure.TIMEOUT, f"{where}: no answer in time") from None
    except socket.gaierror:
        raise DeliveryError(Failure.NETWORK, f"{where}: the host name cannot be resolved") from None
    except (OSError, UnicodeError):
        raise DeliveryError(Failure.NETWORK, f"{where}: no connection") from None
