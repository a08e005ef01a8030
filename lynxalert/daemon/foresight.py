"""Alerts due at one instant → their questions asked together, answered before each alert asks its own.

The evaluation of an alert stays a straight line: it asks its runner, one thing after the other. What it is going to
ask is known beforehand, though, and thousands of questions of a few shapes are cheaper than each by itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence

import structlog

from lynxalert.alerts import Alert, Key
from lynxalert.alerts.failure import EvaluationError
from lynxalert.daemon.runner import Asked, Question, Runner
from lynxalert.plan import Result, Row, TimeWindow

log = structlog.get_logger()

MOST_EVIDENCE = 100  # questions for evidence of one tick; each costs what a query of its own does
# In the place of evidence, so that nobody takes its absence for an absence of events.
LEFT_OUT = ("(events left out: too many alerts began to fire at this instant)",)


class Foresight:
    """A runner for one tick: what was asked beforehand is answered from there, everything else is asked now.

    `sequence` is that of the moment before anything was asked: a row that came in between is judged as late, never
    missed.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._sequence = runner.sequence()
        self._looks = 0  # for evidence
        self._oldest: dict[int, dt.datetime | None] = {}
        self._rows: dict[tuple[object, ...], asyncio.Future[int]] = {}
        self._questions: dict[Asked, Question] = {}
        self._answers: dict[Asked, asyncio.Future[Result | EvaluationError | None]] = {}

    def expect(self, questions: Iterable[Question]) -> None:
        """*questions* are going to be asked, before `fill`."""
        loop = asyncio.get_running_loop()
        for each in questions:
            if each.key not in self._questions:
                self._questions[each.key] = each
                self._answers[each.key] = loop.create_future()

    async def fill(self) -> None:
        """Ask all of it; every question is settled when this ends, those without an answer as None."""
        questions = list(self._questions.values())
        try:
            async for place, answer in self._runner.run_many(questions):
                self._answers[questions[place].key].set_result(answer)
        except Exception:
            # A mistake of ours in what is shared must not stop alerts that can do without.
            log.exception("asking together failed", questions=len(questions))
        finally:
            for future in self._answers.values():
                if not future.done():
                    future.set_result(None)

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        """The rows of the alert's query."""
        found = await self._foreseen(Question(alert, window, now))
        return await self._runner.run(alert, window, now) if found is None else found

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        """The keys with any event."""
        found = await self._foreseen(Question(alert, window, now, of_presence=True))
        if found is None:
            return await self._runner.present(alert, window, now)
        return self._runner.keys_in(alert, found)

    def oldest_since(self, sequence: int) -> dt.datetime | None:
        """One look for all alerts that saw as much."""
        if sequence not in self._oldest:
            self._oldest[sequence] = self._runner.oldest_since(sequence)
        return self._oldest[sequence]

    async def indexes(self, alert: Alert) -> Sequence[str]:
        """As the runner."""
        return await self._runner.indexes(alert)

    async def rows_since(self, alert: Alert, sequence: int, stretches: Sequence[TimeWindow]) -> int:
        """One look for all alerts that saw as much, of the same indexes, and were judged over the same time."""
        key = (sequence, *await self.indexes(alert), *stretches)
        known = self._rows.get(key)
        if known is not None:
            return await known
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._rows[key] = answer
        try:
            answer.set_result(await self._runner.rows_since(alert, sequence, stretches))
        finally:
            if not answer.done():
                answer.set_result(0)
        return answer.result()

    def sequence(self) -> int:
        """What every answer could see."""
        return self._sequence

    async def settle(self, now: dt.datetime) -> None:
        """As the runner."""
        await self._runner.settle(now)

    def key_fields(self, alert: Alert) -> tuple[str, ...]:
        """As the runner."""
        return self._runner.key_fields(alert)

    def phrase(self, alert: Alert, row: Row | None) -> str:
        """As the runner."""
        return self._runner.phrase(alert, row)

    async def evidence(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, labels: Row
    ) -> Sequence[str]:
        """As the runner, for the first `MOST_EVIDENCE` of the tick: a storm is told in time, or in full."""
        return await self._runner.evidence(alert, window, now, labels) if self._may_look() else LEFT_OUT

    async def evidence_by_key(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, keys: Collection[Key]
    ) -> Mapping[Key, Sequence[str]]:
        """As the runner, on the same account as `evidence`."""
        if not self._may_look():
            return dict.fromkeys(keys, LEFT_OUT)
        return await self._runner.evidence_by_key(alert, window, now, keys)

    def run_many(
        self, questions: Sequence[Question]
    ) -> AsyncIterator[tuple[int, Result | EvaluationError | None]]:
        """As the runner."""
        return self._runner.run_many(questions)

    def keys_in(self, alert: Alert, result: Result) -> Mapping[Key, Row]:
        """As the runner."""
        return self._runner.keys_in(alert, result)

    def _may_look(self) -> bool:
        self._looks += 1
        return self._looks <= MOST_EVIDENCE

    async def _foreseen(self, question: Question) -> Result | None:
        future = self._answers.get(question.key)
        answer = await future if future is not None else None
        if isinstance(answer, EvaluationError):
            raise answer
        return answer
