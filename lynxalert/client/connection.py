"""Requests → the answers of one daemon, over HTTP. Knows the envelope, and no resource."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp

from lynxalert.client.errors import UnreachableError, refused, stranger

Asked: TypeAlias = Mapping[str, Any]
LARGEST_LINE = 2**24  # bytes of one row of a stream


@dataclass(frozen=True, slots=True)
class Answer:
    """What a success said: `data`, `meta`, and the headers beside them."""

    data: Any
    meta: Mapping[str, Any]
    headers: Mapping[str, str]


class Connection:
    """One daemon at *server*; *key* is shown with every request. *timeout*: seconds a whole answer may take."""

    def __init__(self, server: str, key: str | None, timeout: float) -> None:
        self.server = server.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Asked | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        told: tuple[int, ...] = (),
    ) -> Answer:
        """The answer to one request; *body* goes as JSON, *raw* as it is; what of *query* is None is left out.

        *told* are statuses of refusals that say as much as a success.

        Raises:
            UnreachableError: nobody answers, or nobody of ours.
            RefusedError: the daemon's refusal.
        """
        sent = raw if body is None else json.dumps(body).encode()
        async with self._reply(method, path, query, headers, sent, self._timeout, told) as reply:
            found = await _json(reply)
            if reply.status == 204:
                return Answer(None, {}, reply.headers)
            if not isinstance(found, Mapping) or "data" not in found:
                raise stranger(self.server)
            return Answer(found["data"], found.get("meta") or {}, reply.headers)

    async def lines(self, path: str, query: Asked) -> AsyncIterator[bytes]:
        """The lines of an answer as they come, without their ends; it may take as long as it likes.

        Raises:
            As `ask`.
        """
        async with self._reply("GET", path, query, None, None, None, ()) as reply:
            while line := await reply.content.readline():
                yield line.rstrip(b"\r\n")

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def _reply(
        self,
        method: str,
        path: str,
        query: Asked | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        timeout: float | None,  # noqa: ASYNC109 - aiohttp's own
        told: tuple[int, ...],
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, read_bufsize=LARGEST_LINE)
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=10)
        try:
            async with self._session.request(
                method,
                f"{self.server}{path}",
                params=_asked(query or {}),
                data=body,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
            ) as reply:
                if reply.status >= 300 and reply.status not in told:
                    raise refused(self.server, reply.status, reply.headers, await _json(reply))
                yield reply
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise UnreachableError(f"no daemon answers at {self.server}: {reason}") from None


def _asked(query: Asked) -> list[tuple[str, str]]:
    """A list asks for each of its values; true and false are words."""
    return [
        (name, str(each).lower() if isinstance(each, bool) else str(each))
        for name, value in query.items()
        for each in (value if isinstance(value, list | tuple) else [value])
        if each is not None
    ]


async def _json(reply: aiohttp.ClientResponse) -> Any:
    try:
        return json.loads(await reply.read())
    except ValueError:
        return None
