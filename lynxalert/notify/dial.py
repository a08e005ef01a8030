"""A connection opened and closed with nothing sent: how far one gets towards a host."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

import yarl

from lynxalert.notify.fields import Url
from lynxalert.notify.http import Http
from lynxalert.notify.model import DeliveryError, Failure, Level, ProbeReport


async def reach(url: Url, http: Http) -> ProbeReport:
    """Whether the host of *url* answers: TCP, and TLS where the address says https. Sends no request.

    Raises:
        DeliveryError: it does not, or may not be dialled.
    """
    parsed = yarl.URL(url.value)
    host, port = parsed.raw_host or "", parsed.port or 0
    level = await connect(host, port, http, tls=parsed.scheme == "https")
    return ProbeReport(
        level, "reachable", "the host answers; credentials and path cannot be checked without sending"
    )


async def connect(host: str, port: int, http: Http, *, tls: bool) -> Level:
    """How far a connection to *host* came.

    Raises:
        DeliveryError: not even to the end of what was asked.
    """
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(http.outbound.timeout.total_seconds()):
            sock = await _dial(host, port, http)
            context = ssl.create_default_context() if tls else None
            _, writer = await asyncio.open_connection(
                sock=sock, ssl=context, server_hostname=host if tls else None
            )
            writer.close()
            with contextlib.suppress(OSError):  # the other side may hang up first
                await writer.wait_closed()
    except ssl.SSLError:
        raise DeliveryError(
            Failure.NETWORK, f"{where}: the TLS certificate or handshake was refused"
        ) from None
    except PermissionError:
        text = f"{where}: the address is private and not in allow_private"
        raise DeliveryError(Failure.BLOCKED, text, permanent=True) from None
    except TimeoutError:
        raise DeliveryError(Failure.TIMEOUT, f"{where}: no answer") from None
    except OSError:
        raise DeliveryError(Failure.NETWORK, f"{where}: no connection") from None
    return Level.TLS if tls else Level.TCP


async def _dial(host: str, port: int, http: Http) -> socket.socket:
    loop = asyncio.get_running_loop()
    last: OSError = ConnectionError("no address")
    for found in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = None
        try:
            sock = http.outbound.socket_for(found)
            sock.setblocking(False)
            await loop.sock_connect(sock, found[4])
        except BaseException as error:
            if sock is not None:
                sock.close()
            if not isinstance(error, OSError):
                raise
            last = error
        else:
            return sock
    raise last
