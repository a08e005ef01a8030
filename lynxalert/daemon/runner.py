"""What an evaluation asks of the engine, and the engine asked: queries run in threads, beside the event loop."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

from lynxalert.alerts import Alert, Key
from lynxalert.alerts.asides import (
    evidence_query,
    is_row_by_row,
    lean_query,
    newest_query,
    presence_query,
)
from lynxalert.alerts.conditions import build
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.keys import key_of, labels_of
from lynxalert.alerts.phrase import phrase
from lynxalert.clock import rfc3339
from lynxalert.engine import Catalog, Compiler, Engine, Judge, QueryFailed
from lynxalert.engine.compiler import key_fields
from lynxalert.engine.shared import Answer, Ask, Piece, Shared, Sorted
from lynxalert.events import EventStore, StoreError
from lynxalert.lang import QueryError
from lynxalert.lang.ast import Query
from lynxalert.lang.printer import print_query
from lynxalert.plan import Result, Row, TimeWindow

T = TypeVar("T")

MOST_REMEMBERED = 131_072  # texts
COUNTED = "n"  # the column that says how many events there were
EVIDENCE = 10  # newest events frozen with an instance
MOST_EVIDENCE = 1_000  # of the instances of an alert that begin to fire at once
SETTLING = dt.timedelta(seconds=5)
DURABLE = dt.timedelta(milliseconds=10)  # about what it takes to make events durable
DEADLINE = dt.timedelta(seconds=30)


# What tells one question from another.
Asked: TypeAlias = tuple[str, dt.datetime | None, dt.datetime | None, dt.datetime, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What `Runner.run` is going to be asked; *of_presence*: what `Runner.present` is."""

    alert: Alert
    window: TimeWindow
    now: dt.datetime
    of_presence: bool = False

    @property
    def key(self) -> Asked:
        """Equal for equal questions about one state of an alert."""
        return (self.alert.id, self.window.start, self.window.end, self.now, self.of_presence)


class Runner(Protocol):
    """Queries of alerts, answered. Every method that runs one raises `EvaluationError`."""

    async def settle(self, now: dt.datetime) -> None:
        """Return when every event that arrived before *now* can be queried, or it is not worth the wait."""
        ...

    def key_fields(self, alert: Alert) -> tuple[str, ...]:
        """The fields that tell its instances apart; raises `QueryError` where the query does not compile."""
        ...

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        """The rows of its query over *window*, everything relative resolved against *now* = T."""
        ...

    def run_many(
        self, questions: Sequence[Question]
    ) -> AsyncIterator[tuple[int, Result | EvaluationError | None]]:
        """Answers by the place of their question, as they come; what gets none, or None, is to be asked by itself."""
        ...

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        """The keys with any event before the final `where`, with their by-fields."""
        ...

    def keys_in(self, alert: Alert, result: Result) -> Mapping[Key, Row]:
        """What `present` makes of the answer to a question of presence."""
        ...

    async def evidence(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, labels: Row
    ) -> Sequence[str]:
        """The newest events behind the instance with *labels*; none rather than an error."""
        ...

    async def evidence_by_key(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, keys: Collection[Key]
    ) -> Mapping[Key, Sequence[str]]:
        """`evidence` of *keys* at once, which begin to fire together; none rather than an error."""
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

    async def indexes(self, alert: Alert) -> Sequence[str]:
        """The patterns of the indexes that its query reads; none where it does not compile. Raises nothing."""
        ...

    async def rows_since(self, alert: Alert, sequence: int, stretches: Sequence[TimeWindow]) -> int:
        """How many rows of the indexes it reads were ingested after *sequence* and lie in *stretches* of event time."""
        ...


@dataclass(frozen=True, slots=True)
class _Read:
    """What was made of texts with the macros of *compiler*: which query asks who is present, which indexes are read."""

    compiler: Compiler
    judge: Judge
    presences: dict[tuple[str, bool], str] = field(default_factory=dict)
    indexes: dict[str, Sequence[str]] = field(default_factory=dict)


def _read_by(compiler: Compiler) -> _Read:
    return _Read(compiler, Judge(Catalog(0, ()), compiler.knowledge))


class EngineRunner:
    """The engine over the event store. At most *parallel* queries run at once."""

    def __init__(
        self,
        engine: Engine,
        store: EventStore,
        *,
        parallel: int = 2,
        deadline: dt.timedelta = DEADLINE,
        shared: Shared | None = None,
    ) -> None:
        self._engine = engine
        self._shared = shared or Shared(engine)
        self._store = store
        self._deadline = deadline
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="alerts")
        # What many share never waits for what one alert asks, however long that takes.
        self._together = ThreadPoolExecutor(1, thread_name_prefix="alerts-together")
        self._read = _read_by(engine.compiler)

    def close(self) -> None:
        """Wait for what runs, and start no more."""
        self._threads.shutdown()
        self._together.shutdown()

    async def settle(self, now: dt.datetime) -> None:
        """Wait for the store's queue, a few seconds at most: what comes later is judged as late.

        An event may still be on its way into the queue, while it is made durable: then the queue is waited for again.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLING.total_seconds()):
                await self._store.flush()
                while not self._is_complete(now):
                    await asyncio.sleep(DURABLE.total_seconds())
                    await self._store.flush()

    def key_fields(self, alert: Alert) -> tuple[str, ...]:
        """`key = [...]`, else the by-fields of the last aggregation."""
        return alert.by if alert.by is not None else key_fields(self._parsed(alert))

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        """The rows of the alert's query."""
        if not self._may_judge(alert, window):
            raise _incomplete()
        return await self._threaded(partial(self._query, alert, alert.query, window, now))

    async def run_many(
        self, questions: Sequence[Question]
    ) -> AsyncIterator[tuple[int, Result | EvaluationError | None]]:
        """Those of one shape together, the rest one by one; an answer each."""
        loop = asyncio.get_running_loop()
        places = [n for n, each in enumerate(questions) if self._may_judge(each.alert, each.window)]
        for place in set(range(len(questions))).difference(places):
            yield place, _incomplete()
        asked = [questions[place] for place in places]
        wrong, pieces = await loop.run_in_executor(self._together, self._sorted, asked)
        for place, answer in wrong.items():
            yield places[place], _judgeable(answer)
        work = [
            loop.run_in_executor(self._threads if piece.is_alone else self._together, self._answers, piece)
            for piece in pieces
        ]
        for done in asyncio.as_completed(work):
            for place, answer in await done:
                yield places[place], _judgeable(answer)

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        """The keys of the rows before the final `where`; without a key, whether there was any event."""
        result = await self._threaded(lambda: self._query(alert, self._presence(alert), window, now))
        return self.keys_in(alert, result)

    def keys_in(self, alert: Alert, result: Result) -> Mapping[Key, Row]:
        """The keys of its rows; without a key there is one, if the events were counted above zero."""
        fields = self.key_fields(alert)
        if not fields:
            return {key_of({}): {}} if any(row[COUNTED] for row in result.rows) else {}
        return {key_of(labels): labels for labels in (labels_of(row, fields) for row in result.rows)}

    async def evidence(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, labels: Row
    ) -> Sequence[str]:
        """The newest raw events; those of a query that shapes its events are shown as JSON."""

        def ask() -> Sequence[str]:
            asked = evidence_query(self._parsed(alert), labels)
            rows: Sequence[Row] = ()
            for stretch in _stretches(asked, window):
                rows = self._query(alert, lean_query(asked), stretch, now, limit=EVIDENCE).rows
                if len(rows) == EVIDENCE:
                    break
            return [_shown(row) for row in rows]

        try:
            return await self._threaded(ask)
        except EvaluationError:  # a by-field that only exists further down the query, or no time for it
            return ()

    async def evidence_by_key(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, keys: Collection[Key]
    ) -> Mapping[Key, Sequence[str]]:
        """The newest events of each key; the more instances, the fewer of each."""
        keep = max(1, min(EVIDENCE, MOST_EVIDENCE // max(1, len(keys))))

        def ask() -> Mapping[Key, Sequence[str]]:
            fields = self.key_fields(alert)
            found: dict[Key, list[str]] = {}
            asked = newest_query(self._parsed(alert), fields, keep)
            for row in self._query(alert, asked, window, now).rows:
                found.setdefault(key_of(labels_of(row, fields)), []).append(_shown(row))
            return found

        try:
            return await self._threaded(ask)
        except EvaluationError:
            return {}

    def phrase(self, alert: Alert, row: Row | None) -> str:
        """The condition with its values."""
        return phrase(build(alert.when), self._parsed(alert), row)

    def sequence(self) -> int:
        """The newest stored sequence."""
        return self._store.highest_sequence()

    def oldest_since(self, sequence: int) -> dt.datetime | None:
        """What the store remembers of its recent batches."""
        return self._store.earliest_since(sequence)

    async def indexes(self, alert: Alert) -> Sequence[str]:
        """Told once: nothing but the text says it."""
        known = self._remembered().indexes
        if alert.query not in known:
            judge = self._remembered().judge
            try:
                known[alert.query] = await self._threaded(lambda: judge(alert.query).indexes)
            except EvaluationError:  # the evaluation itself says what is wrong
                return ()
        return known[alert.query]

    async def rows_since(self, alert: Alert, sequence: int, stretches: Sequence[TimeWindow]) -> int:
        """Counted in the tables, whatever else the query asks of its events."""
        indexes = await self.indexes(alert)
        if not stretches or not indexes:
            return 0
        try:
            return await self._threaded(partial(self._store.rows_since, sequence, stretches, indexes))
        except (EvaluationError, StoreError):  # the evaluation itself says what is wrong
            return 0

    def _may_judge(self, alert: Alert, window: TimeWindow) -> bool:
        """Whether nothing can come into *window* any more; over event time what does is judged again later."""
        return alert.time != "ingest" or window.end is None or self._is_complete(window.end)

    def _is_complete(self, before: dt.datetime) -> bool:
        """Whether all that arrived before *before* can be queried."""
        waiting = self._store.oldest_waiting()
        return waiting is None or waiting >= before

    def _remembered(self) -> _Read:
        compiler, read = self._engine.compiler, self._read
        if read.compiler is not compiler or len(read.presences) + len(read.indexes) >= MOST_REMEMBERED:
            self._read = _read_by(compiler)
        return self._read

    def _parsed(self, alert: Alert) -> Query:
        return self._engine.compiler.parse(alert.query)

    def _presence(self, alert: Alert) -> str:
        """The query behind `present`, as text: that is what queries are remembered by."""
        known, keyed = self._remembered().presences, bool(self.key_fields(alert))
        key = (alert.query, keyed)
        if key not in known:
            asked = print_query(presence_query(self._parsed(alert), keyed=keyed))
            known[key] = asked if keyed else f"{asked} | stats count as {COUNTED}"
        return known[key]

    def _ask(self, question: Question) -> Ask:
        alert = question.alert
        text = alert.query
        if question.of_presence:
            with suppress(QueryError):  # then the query itself says what is wrong
                text = self._presence(alert)
        return Ask(text, question.window, question.now, alert.timezone)

    def _sorted(self, questions: Sequence[Question]) -> Sorted:
        return self._shared.sort([self._ask(each) for each in questions])

    def _answers(self, piece: Piece) -> list[tuple[int, Answer]]:
        return list(self._shared.answer(piece, self._deadline))

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
        except (QueryFailed, QueryError) as error:
            raise _error(error) from error


def _incomplete() -> EvaluationError:
    """An alert over the time of arrival looks at every event once: it waits for those that came and are not stored."""
    return EvaluationError("events that have arrived are not stored yet", transient=True)


def _judgeable(answer: Answer) -> Result | EvaluationError | None:
    return answer if answer is None or isinstance(answer, Result) else _error(answer)


def _error(error: QueryFailed | QueryError) -> EvaluationError:
    return EvaluationError(str(error), transient=isinstance(error, QueryFailed) and error.transient)


def _stretches(asked: Query, window: TimeWindow) -> Iterator[TimeWindow]:
    """Where the newest events are looked for: the end of *window*, which mostly has enough; then all of it."""
    if (
        window.start is not None
        and window.end is not None
        and window.over == "_time"
        and is_row_by_row(asked)
    ):
        yield replace(window, start=window.end - (window.end - window.start) / 16)
    yield window


def _shown(row: Row) -> str:
    raw = row.get("_raw")
    return raw if isinstance(raw, str) else json.dumps(row, default=_text, ensure_ascii=False)


def _text(value: object) -> str:
    return rfc3339(value) if isinstance(value, dt.datetime) else str(value)
