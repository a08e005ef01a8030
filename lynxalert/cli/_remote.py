"""A query → a daemon's answer, over HTTP; its refusals as the errors they would be here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.errors import LynxError
from lynxalert.lang import Code, Diagnostic, QueryError, Span

if TYPE_CHECKING:
    from lynxalert.client import Client, InvalidError

KEY = "LYNXALERT_KEY"  # in the environment


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
    return asyncio.run(_post(server, path, question))


def get(server: str, path: str, **asked: str) -> dict[str, Any]:
    """What the daemon at *server* shows at *path*, *asked* in the address.

    Raises:
        NoDaemonError: no connection, or something that is no LynxAlert.
        LynxError: any refusal.
    """
    return asyncio.run(_exchange("GET", server, path, query=asked))


async def _post(server: str, path: str, question: dict[str, Any]) -> dict[str, Any]:
    return await _exchange("POST", server, path, question)


async def _exchange(
    method: str,
    server: str,
    path: str,
    body: dict[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    async with connected(server, str((body or {}).get("q", ""))) as client:
        answer = await client.connection.ask(method, f"/api/v1/{path}", body, query=query)
        return {"data": answer.data, "meta": answer.meta}


@asynccontextmanager
async def connected(server: str, text: str = "") -> AsyncIterator[Client]:
    """A client of the daemon at *server*; what it raises, as the command line tells it. *text* is the query that is asked.

    Raises:
        As `post`.
    """
    from lynxalert.client import Client, InvalidError, RefusedError, TimedOutError, UnreachableError

    try:
        async with Client(server, key=os.environ.get(KEY)) as client:
            yield client
    except UnreachableError as error:
        raise NoDaemonError(str(error)) from None
    except TimedOutError as error:
        raise RemoteTimeOutError(str(error)) from None
    except InvalidError as error:
        raise _query_error(error, text) or LynxError(str(error)) from None
    except RefusedError as error:
        raise LynxError(str(error)) from None


def authorization() -> dict[str, str]:
    """The header that shows the key in LYNXALERT_KEY."""
    key = os.environ.get(KEY)
    return {"Authorization": f"Bearer {key}"} if key else {}


def _query_error(error: InvalidError, text: str) -> QueryError | None:
    """The mistakes in the query *text*, if that is what *error* tells."""
    if error.code != "INVALID_QUERY" or not all("line" in each for each in error.details):
        return None
    return QueryError(text, [_diagnostic(each, text) for each in error.details])


def _diagnostic(detail: Mapping[str, Any], text: str) -> Diagnostic:
    lines = text.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: detail["line"] - 1]) + detail["column"] - 1
    return Diagnostic(
        Code(detail["code"]), detail["message"], Span(start, start + detail["length"]), detail.get("help")
    )
