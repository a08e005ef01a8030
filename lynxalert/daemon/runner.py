"""What an evaluation asks of the engine, and the engine asked: queries run in threads, beside the event loop."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeVar

from lynxalert.alerts import Alert, Key
from lynxalert.alerts.asides import evidence_query, presence_query
from lynxalert.alerts.conditions import build
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.keys import key_of, labels_of
from lynxalert.alerts.phrase import phrase
from lynxalert.clock import rfc3339
from lynxalert.engine import Engine, QueryFailed
from lynxalert.events import EventStore
from lynxalert.lang import QueryError
from lynxalert.lang.ast import Query
from lynxalert.plan import Result, Row, TimeWindow

T = TypeVar("T")

EVIDENCE = 10  # newest events frozen with an instance
SETTLING = dt.timedelta(seconds=5)
DEADLINE = dt.timedelta(seconds=30)


class Runner(Protocol):
    """Queries of alerts, answered. Every method that runs one raises `EvaluationError`."""

    async def settle(self) -> None:
        """Return when every event acknowledged so far can be queried, or it is not worth the wait."""
        ...

    def key_fields(self, alert: Alert) -> tuple[str, ...]:
        """The fields that tell its instances apart; raises `QueryError` where the query does not compile."""
        ...

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        """The rows of its query over *window*, everything relative resolved against *now* = T."""
        ...

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        """The keys with any event before the final `where`, with their by-fields."""
        ...

    async def evidence(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, labels: Row
    ) -> Sequence[str]:
        """The newest events behind the instance with *labels*; none rather than an error."""
        ...

    def phrase(self, alert: Alert, row: Row | None) -> str:
        """The condition with the values of *row*: `errors (247) > 100`."""
        ...

    def sequence(self) -> int:
        """The newest ingest sequence that a query run now can see."""
        ...

    def oldest_since(self, sequence: int) -> dt.datetime | None:
        """The least event time among what was ingested after *sequence*; None: nothing was."""
        ...


class EngineRunner:
    """The engine over the event store. At most *parallel* queries run at once."""

    def __init__(
        self, engine: Engine, store: EventStore, *, parallel: int = 2, deadline: dt.timedelta = DEADLINE
    ) -> None:
        self._engine = engine
        self._store = store
        self._deadline = deadline
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="alerts")

    def close(self) -> None:
        """Wait for what runs, and start no more."""
        self._threads.shutdown()

    async def settle(self) -> None:
        """Wait for the store's queue, a few seconds at most: what comes later is judged as late."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._store.flush(), SETTLING.total_seconds())

    def key_fields(self, alert: Alert) -> tuple[str, ...]:
        """`key = [...]`, else the by-fields of the last aggregation."""
        return (
            alert.by if alert.by is not None else self._engine.compile(alert.query, alert.timezone).key_fields
        )

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        """The rows of the alert's query."""
        return await self._threaded(partial(self._query, alert, alert.query, window, now))

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        """The keys of the rows before the final `where`; without a key, whether there was any event."""

        def ask() -> Mapping[Key, Row]:
            fields = self.key_fields(alert)
            asked = presence_query(self._parsed(alert), keyed=bool(fields))
            result = self._query(alert, asked, window, now, limit=None if fields else 1)
            rows = (labels_of(row, fields) for row in result.rows)
            return {key_of(labels): labels for labels in rows}

        return await self._threaded(ask)

    async def evidence(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, labels: Row
    ) -> Sequence[str]:
        """The newest raw events; those of a query that shapes its events are shown as JSON."""

        def ask() -> Sequence[str]:
            asked = evidence_query(self._parsed(alert), labels)
            result = self._query(alert, asked, window, now, limit=EVIDENCE)
            return [_shown(row) for row in result.rows]

        try:
            return await self._threaded(ask)
        except EvaluationError:  # a by-field that only exists further down the query, or no time for it
            return ()

    def phrase(self, alert: Alert, row: Row | None) -> str:
        """The condition with its values."""
        return phrase(build(alert.when), self._parsed(alert), row)

    def sequence(self) -> int:
        """The newest stored sequence."""
        return self._store.highest_sequence()

    def oldest_since(self, sequence: int) -> dt.datetime | None:
        """What the store remembers of its recent batches."""
        return self._store.earliest_since(sequence)

    def _parsed(self, alert: Alert) -> Query:
        return self._engine.compile(alert.query, alert.timezone).query

    def _query(
        self,
        alert: Alert,
        asked: str | Query,
        window: TimeWindow,
        now: dt.datetime,
        limit: int | None = None,
    ) -> Result:
        ask = partial(self._engine.query, asked, now=now, window=window, deadline=self._deadline)
        if limit is None:
            return ask(timezone=alert.timezone)
        return ask(timezone=alert.timezone, limit=limit)

    async def _threaded(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except QueryFailed as error:
            raise EvaluationError(str(error), transient=error.transient) from error
        except QueryError as error:
            raise EvaluationError(str(error)) from error


def _shown(row: Row) -> str:
    raw = row.get("_raw")
    return raw if isinstance(raw, str) else json.dumps(row, default=_text, ensure_ascii=False)


def _text(value: object) -> str:
    return rfc3339(value) if isinstance(value, dt.datetime) else str(value)
