"""`client.events`: sending events, asking them, and what there is."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from lynxalert.client.connection import Answer, Connection
from lynxalert.client.errors import BusyError, RefusedError
from lynxalert.client.pages import every

if TYPE_CHECKING:
    from lynxalert.api.shapes.events import Explained
from lynxalert.api.shapes.catalog import FieldValues, ShownField, ShownHistogram, ShownSource
from lynxalert.api.shapes.events import Rows, Taken


class Events:
    """The events of a daemon. Ranges are `earliest` (`-24h`), `latest` (`now`) and `timezone`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def send(
        self,
        events: Iterable[Mapping[str, Any] | str],
        *,
        index: str | None = None,
        source: str | None = None,
        sourcetype: str | None = None,
        host: str | None = None,
        idempotency_key: str | None = None,
    ) -> Taken:
        """Send objects or lines of text; on the disk there when this returns.

        After an `UnreachableError` or `BusyError`, the same call with the same *idempotency_key* does not double them.
        """
        lines = [each if isinstance(each, str) else json.dumps(each, default=str) for each in events]
        named = {"X-Index": index, "X-Source": source, "X-Source-Type": sourcetype, "X-Host": host}
        headers = {name: value for name, value in named.items() if value is not None}
        headers["Idempotency-Key"] = idempotency_key or uuid.uuid4().hex
        raw = "\n".join(lines).encode()
        answer = await self._connection.ask("POST", "/api/v1/ingest", raw=raw, headers=headers)
        return cast("Taken", answer.data)

    async def query(self, q: str, **asked: Any) -> Rows:
        """The rows of *q*, at most `limit` (1,000)."""
        return cast("Rows", (await self.answer(q, **asked)).data)

    async def answer(self, q: str, **asked: Any) -> Answer:
        """The same with what stands beside the rows: warnings, how long it took."""
        return await self._connection.ask("POST", "/api/v1/query", {"q": q, **asked})

    async def stream(self, q: str, **asked: Any) -> AsyncIterator[dict[str, Any]]:
        """Every row of *q*, as they are found.

        Raises:
            RefusedError: also behind the first row, of a query that failed on the way.
        """
        async for line in self._connection.lines("/api/v1/query/stream", {"q": q, **asked}):
            row = json.loads(line)
            if "__error" in row:
                raise _failed(row["__error"])
            if "__meta" not in row:
                yield row

    async def explain(self, q: str, **asked: Any) -> Explained:
        """Every stage that *q* goes through; with `rows=True` how many rows each leaves."""
        return cast(
            "Explained", (await self._connection.ask("POST", "/api/v1/query/explain", {"q": q, **asked})).data
        )

    async def tail(self, q: str | None = None) -> AsyncIterator[dict[str, Any]]:
        """Events that match the search *q* as they become queryable, until the loop is left.

        Those that a burst leaves out stay queryable. A look at the store that fails is left out too.
        """
        kind = "message"
        async for line in self._connection.lines("/api/v1/tail", {"q": q}):
            name, _, value = line.decode().partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "message":
                yield json.loads(value)
            elif not line:
                kind = "message"

    def fields(self, q: str | None = None, **asked: Any) -> AsyncIterator[ShownField]:
        """Which fields the events have, by name."""
        return every(self._connection, "/api/v1/fields", "fields", {"q": q, **asked})

    async def values(self, field: str, q: str | None = None, **asked: Any) -> FieldValues:
        """The commonest values of *field*."""
        path = f"/api/v1/fields/{quote(field, safe='')}/values"
        return cast("FieldValues", (await self._connection.ask("GET", path, query={"q": q, **asked})).data)

    def sources(self, q: str | None = None, **asked: Any) -> AsyncIterator[ShownSource]:
        """Who sends events."""
        return every(self._connection, "/api/v1/sources", "sources", {"q": q, **asked})

    async def histogram(self, q: str | None = None, **asked: Any) -> ShownHistogram:
        """How many events when; `by` a field, `span`, `buckets`."""
        answer = await self._connection.ask("GET", "/api/v1/histogram", query={"q": q, **asked})
        return cast("ShownHistogram", answer.data)


def _failed(error: Mapping[str, Any]) -> RefusedError:
    kind = BusyError if error["code"] == "TOO_MANY_REQUESTS" else RefusedError
    return kind(200, str(error["code"]), str(error["message"]))
