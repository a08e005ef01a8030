"""A query → a daemon's answer, over HTTP; its refusals as the errors they would be here."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any

from lynxalert.errors import LynxError
from lynxalert.lang import Code, Diagnostic, QueryError, Span


class NoDaemonError(LynxError):
    """Nobody answers there."""


class RemoteTimeOutError(LynxError):
    """The daemon gave up on the query."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: columns in order, rows, whether some are missing, warnings in one line each."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    truncated: bool
    warnings: tuple[str, ...]


def ask(server: str, question: dict[str, Any]) -> Answer:
    """Put *question* (`q`, `earliest`, `latest`, `limit`, `timezone`) to the daemon at *server*.

    Raises:
        As `post`.
    """
    body = post(server, "query", question)
    found, meta = body["data"], body["meta"]
    warnings = tuple(f"warning[{each['code']}]: {each['message']}" for each in meta["warnings"])
    return Answer(
        tuple(each["name"] for each in found["columns"]), found["rows"], found["truncated"], warnings
    )


def post(server: str, path: str, question: dict[str, Any]) -> dict[str, Any]:
    """The answer of the daemon at *server* to *question*, which holds the query as `q`.

    Raises:
        NoDaemonError: no connection, or something that is no LynxAlert.
        QueryError: the query is wrong.
        RemoteTimeOutError: it took too long.
        LynxError: any other refusal.
    """
    return asyncio.run(_post(server.rstrip("/"), path, question))


def get(server: str, path: str, **asked: str) -> dict[str, Any]:
    """What the daemon at *server* shows at *path*, *asked* in the address.

    Raises:
        NoDaemonError: no connection, or something that is no LynxAlert.
        LynxError: any refusal.
    """
    return asyncio.run(_exchange("GET", server.rstrip("/"), path, params=asked))


async def _post(server: str, path: str, question: dict[str, Any]) -> dict[str, Any]:
    return await _exchange("POST", server, path, question.get("q", ""), json=question)


async def _exchange(method: str, server: str, path: str, text: str = "", **options: Any) -> dict[str, Any]:
    import aiohttp

    try:
        url = f"{server}/api/v1/{path}"
        async with (
            aiohttp.ClientSession(headers=authorization()) as session,
            session.request(method, url, **options) as answer,
        ):
            body: dict[str, Any] = await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise NoDaemonError(f"no daemon answers at {server}: {error or type(error).__name__}") from None
    if answer.status == 504:
        raise RemoteTimeOutError(body["error"]["message"])
    if answer.status >= 300:
        raise _refusal(body["error"], text)
    return body


def authorization() -> dict[str, str]:
    """The header that shows the key in LYNXALERT_KEY."""
    key = os.environ.get("LYNXALERT_KEY")
    return {"Authorization": f"Bearer {key}"} if key else {}


def _refusal(error: dict[str, Any], text: str) -> LynxError:
    if error["code"] != "INVALID_QUERY" or not all("line" in each for each in error["details"]):
        return LynxError(error["message"])
    return QueryError(text, [_diagnostic(each, text) for each in error["details"]])


def _diagnostic(detail: dict[str, Any], text: str) -> Diagnostic:
    lines = text.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: detail["line"] - 1]) + detail["column"] - 1
    return Diagnostic(
        Code(detail["code"]), detail["message"], Span(start, start + detail["length"]), detail.get("help")
    )
