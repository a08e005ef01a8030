"""The one HTTP client: request → reply, or a `DeliveryError` whose text holds no secret.

Here alone stand time-outs, the address guard, the cap on replies and the meaning of statuses. No retry: that
is `retry` and the outbox.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import errno
import ipaddress
import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import yarl

from lynxalert.clock import Clock
from lynxalert.notify import fields
from lynxalert.notify.addresses import is_metadata, may_dial
from lynxalert.notify.answers import (
    Reply,
    decode,
    encode,
    meaning,
    named_error,
    refusing_word,
    remote_reason,
    word_status,
)
from lynxalert.notify.fields import Secret, Url
from lynxalert.notify.learned import Learned
from lynxalert.notify.markup import cut, one_line
from lynxalert.notify.message import Plain
from lynxalert.notify.model import DeliveryError, Failure
from lynxalert.notify.retry import retry_after
from lynxalert.notify.travel import Secured, Web

REMOTE_REASON = 200  # characters of a provider's answer that are repeated to a user


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """How this machine may speak to others. *allow_private*: networks in CIDR form opened to messages."""

    timeout: dt.timedelta = dt.timedelta(seconds=15)
    connect_timeout: dt.timedelta = dt.timedelta(seconds=5)
    allow_private: tuple[str, ...] = ()
    reply_limit: int = 65_536
    user_agent: str = "LynxAlert"

    def permits(self, address: str) -> bool:
        """Whether *address* may be dialled."""
        return may_dial(address, [ipaddress.ip_network(text, strict=False) for text in self.allow_private])

    def socket_for(self, found: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for an address about to be dialled, literal or resolved.

        Raises:
            PermissionError: it may not be dialled.
        """
        family, kind, protocol, _, address = found
        if is_metadata(str(address[0])):
            raise PermissionError(
                errno.EPERM, "the address is a cloud's metadata service, which is never dialled"
            )
        if not self.permits(str(address[0])):
            raise PermissionError(errno.EPERM, "the address is private and not in allow_private")
        return socket.socket(family, kind, protocol)


class Http:
    """A client bound to a clock, and to the secrets that its errors must hide. An async context manager."""

    def __init__(self, outbound: Outbound, clock: Clock) -> None:
        self.outbound = outbound
        self.clock = clock
        self.learned = Learned()
        self.channel: Secured | None = None
        self._hidden: frozenset[str] = frozenset()
        connector = aiohttp.TCPConnector(
            socket_factory=outbound.socket_for, keepalive_timeout=1.0, limit=500, ttl_dns_cache=30
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": outbound.user_agent, "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(
                total=outbound.timeout.total_seconds(), sock_connect=outbound.connect_timeout.total_seconds()
            ),
        )

        # aiohttp would repeat a PUT or GET by itself when the connection breaks: one attempt is one request.
        self._session._retry_connection = False  # noqa: SLF001 - there is no other way to say so

    def hiding(self, secrets: Iterable[str]) -> Http:
        """The same client, for one channel: its errors never show *secrets*."""
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound._hidden = self._hidden | frozenset(secrets)
        return bound

    def by(self, channel: Secured) -> Http:
        """The same client, going the way of *channel*: with its certificates, through its proxy."""
        bound = self.hiding(())
        bound.channel = channel
        return bound

    async def context(self) -> ssl.SSLContext | None:
        """The certificates of the channel, where it has its own.

        Raises:
            DeliveryError: they cannot be read.
        """
        own = self.channel is not None and (self.channel.ca_file or self.channel.client_cert)
        return await asyncio.to_thread(self.channel.context) if self.channel is not None and own else None

    async def request(
        self,
        method: str,
        url: Url | str,
        *,
        json: Plain = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bearer: Secret | None = None,
        login: tuple[str, Secret] | None = None,
    ) -> Reply:
        """Send and read the answer; *json*, *form* and *body* exclude each other.

        Raises:
            DeliveryError: no answer, or one that is not 2xx.
        """
        address = url.value if isinstance(url, Url) else url
        sent = dict(headers or {})
        if json is not None:
            body = encode(json)
            sent.setdefault("Content-Type", "application/json")
        if form is not None:
            body = urllib.parse.urlencode(form, errors="replace").encode()
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer.value}"
        if login is not None:
            pair = f"{login[0]}:{login[1].value}".encode()
            sent["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        way = await self._way(address, sent)
        try:
            async with self._session.request(
                method, yarl.URL(address), data=body, headers=sent, allow_redirects=False, **way
            ) as answer:
                raw = await self._read(answer)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _no_answer(error, address, self.outbound) from None
        text = raw.decode("utf-8", "replace")
        parsed = decode(raw)
        if 200 <= answer.status < 300:
            return Reply(answer.status, answer.headers, text, parsed)
        parsed = named_error(text) if parsed is None else parsed
        throttled = meaning(answer.status)[0] is Failure.THROTTLED
        wish = retry_after(answer.headers, parsed, self.clock.now(), throttled=throttled)
        # Whatever was sent may come back in the answer, even where the caller named no secrets.
        own = fields.secrets(Url(address)) + fields.secrets(sent)
        reason = remote_reason(parsed, text) or answer.reason or ""
        raise self.hiding(own).failure(answer.status, reason, wish, parsed)

    def failure(
        self, status: int, reason: str, wish: dt.timedelta | None = None, body: Plain = None
    ) -> DeliveryError:
        """The error that *status* stands for, also where a provider hides it in a 200. *wish*: its Retry-After."""
        kind, permanent = meaning(status)
        shown = cut(one_line(self.redact(reason)), REMOTE_REASON)
        if 300 <= status < 400:
            shown = "redirects are not followed"
        detail = f"HTTP {status}: {shown}".rstrip(": ")
        return DeliveryError(kind, detail, permanent=permanent, retry_after=wish, status=status, body=body)

    def refusal(self, code: Plain, description: Plain, body: Plain) -> DeliveryError:
        """The error for a 200 whose body says `ok: false`, with the status that the body names."""
        status = code if isinstance(code, int) and 300 <= code < 600 else 502
        return self.failure(status, str(description or ""), retry_after({}, body, self.clock.now()), body)

    def no_word(self, answer: Reply) -> None:
        """Accept *answer* unless it is one of Slack's words for a refusal.

        Raises:
            DeliveryError: it is.
        """
        word = refusing_word(answer)
        if word is not None:
            raise self.failure(word_status(word), word)

    def redact(self, text: str) -> str:
        """*text* without any secret of the channel."""
        for secret in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(secret, "<redacted>")
        return text

    async def _way(self, address: str, sent: dict[str, str]) -> dict[str, Any]:
        """How the request to *address* travels. What a proxy must see goes into *sent* where nothing is tunnelled."""
        context = await self.context()
        way: dict[str, Any] = {} if context is None else {"ssl": context}
        if isinstance(self.channel, Web) and self.channel.proxy is not None:
            url = yarl.URL(address)
            self.channel.check(url.raw_host or "")
            way["proxy"] = self.channel.proxy.value
            if url.scheme == "https":
                way["proxy_headers"] = self.channel.login()
            else:
                sent.update(self.channel.login())
        return way

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        """As much of the body as comes: what the status says holds though it breaks off, or never ends."""
        held = bytearray()
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async for chunk in answer.content.iter_any():
                held += chunk
                if len(held) > self.outbound.reply_limit:
                    break
        return bytes(held[: self.outbound.reply_limit])

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def origin(address: str) -> str:
    """*address* as an error may show it: `https://hooks.slack.com/<redacted>`."""
    url = yarl.URL(address)
    return f"{url.origin()}/<redacted>" if len(url.raw_path_qs) > 1 else str(url.origin())


def _no_answer(error: Exception, address: str, outbound: Outbound) -> DeliveryError:
    """What went wrong below HTTP. aiohttp's own texts are not repeated: some print the whole URL."""
    where = origin(address)
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return DeliveryError(Failure.NETWORK, f"{where}: the TLS certificate or handshake was refused")
        case aiohttp.ClientConnectorDNSError():
            return DeliveryError(Failure.NETWORK, f"{where}: the host name cannot be resolved")
        case aiohttp.ClientConnectorError() if error.os_error.errno == errno.EPERM:
            return DeliveryError(Failure.BLOCKED, f"{where}: {error.os_error.strerror}", permanent=True)
        case aiohttp.ClientConnectorError():
            cause = re.sub(r"[^a-z ]", "", (error.os_error.strerror or "").lower().partition("[")[0]).strip()
            known = errno.errorcode.get(error.os_error.errno or 0, "")
            return DeliveryError(Failure.NETWORK, f"{where}: no connection ({known or cause or 'refused'})")
        case TimeoutError():
            seconds = f"{outbound.timeout.total_seconds():g}"
            return DeliveryError(
                Failure.TIMEOUT, f"{where}: no answer within {seconds} s; it may have been received"
            )
        case ValueError():
            return DeliveryError(Failure.UNCONFIGURED, f"{where}: not a usable address", permanent=True)
        case _:
            return DeliveryError(
                Failure.NETWORK, f"{where}: the connection broke before an answer; it may have been received"
            )
