"""What evaluator tests share: a runner that follows a script, and a daemon's evaluating half over a real state file."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lynxalert.alerts import Alert, ChannelSpec, Every, Key, Policy
from lynxalert.alerts.failure import EvaluationError
from lynxalert.alerts.health import Notice
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.runner import Question, Runner
from lynxalert.notify.model import Delivery
from lynxalert.plan import Result, Row, TimeWindow, Type
from lynxalert.state import Database, Evaluation, history, instances, owed
from tests.fakes import EPOCH as NOON
from tests.fakes import FakeClock

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOOK = ChannelSpec(type="webhook", name="hook", config={"url": "https://example.com/hook"})
# `alt_0` has offset 0: its slots are the full minutes.
ALERT = Alert(
    id="alt_0",
    name="Errors",
    query="level=error | stats count as errors | where errors > 2",
    schedule=Every(MINUTE, "1m"),
    window=MINUTE,
    channels=(HOOK,),
    when={"type": "threshold", "field": "errors", "op": "gt", "value": 2},
    policy=Policy(flapping=None),
)

Answer = int | Exception | Sequence[Mapping[str, Any]]


def rows_of(answer: Sequence[Mapping[str, Any]]) -> Result:
    names = tuple(dict.fromkeys(name for row in answer for name in row))
    rows = [{name: row.get(name) for name in names} for row in answer]
    return Result(names, (Type.ANY,) * len(names), rows, dt.timedelta(0))


@dataclass
class Scripted:
    """A runner whose answer depends on T alone; a number is the `errors` of the one row. It notes every run."""

    answer: Callable[[dt.datetime], Answer]
    fields: tuple[str, ...] = ()
    roster: Callable[[dt.datetime], Mapping[Key, Row]] = lambda at: {}
    runs: list[tuple[str, dt.datetime]] = field(default_factory=list)
    windows: list[TimeWindow] = field(default_factory=list)

    async def settle(self, now: dt.datetime) -> None:
        return

    def key_fields(self, alert: Alert) -> tuple[str, ...]:
        return self.fields

    async def run(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Result:
        self.runs.append((alert.id, now))
        self.windows.append(window)
        answer = self.answer(now)
        if isinstance(answer, Exception):
            raise answer
        return rows_of([{"errors": answer}] if isinstance(answer, int) else answer)

    async def run_many(
        self, questions: Sequence[Question]
    ) -> AsyncIterator[tuple[int, Result | EvaluationError | None]]:
        """Answers none: each is asked by itself."""
        return
        yield

    def keys_in(self, alert: Alert, result: Result) -> Mapping[Key, Row]:
        raise AssertionError("nothing was answered beforehand")

    async def present(self, alert: Alert, window: TimeWindow, now: dt.datetime) -> Mapping[Key, Row]:
        return self.roster(now)

    async def evidence(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, labels: Row
    ) -> Sequence[str]:
        return ["raw event"]

    async def evidence_by_key(
        self, alert: Alert, window: TimeWindow, now: dt.datetime, keys: Collection[Key]
    ) -> Mapping[Key, Sequence[str]]:
        return {}

    def phrase(self, alert: Alert, row: Row | None) -> str:
        return f"errors ({row.get('errors') if row else 'none'}) > 2"

    def sequence(self) -> int:
        return len(self.runs)

    def oldest_since(self, sequence: int) -> dt.datetime | None:
        return None

    async def indexes(self, alert: Alert) -> Sequence[str]:
        return ("main",)

    async def rows_since(self, alert: Alert, sequence: int, stretches: Sequence[TimeWindow]) -> int:
        return 0


@dataclass
class Bench:
    """One state file, one clock, one evaluator that can be thrown away and begun anew."""

    database: Database
    runner: Runner
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON + SECOND))
    notices: list[Notice] = field(default_factory=list)
    commits: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.news = asyncio.Event()
        self.restart()

    @classmethod
    async def open(
        cls, folder: pathlib.Path, runner: Runner, *alerts: Alert, lasting: bool = False, **more: Any
    ) -> Bench:
        """*lasting*: as in `Database.open`; most benches end with the test and need not wait for the disk."""
        bench = cls(await Database.open(folder / "state.sqlite", lasting=lasting), runner, more=more)
        for alert in alerts:
            await bench.put(alert)
        return bench

    def restart(self) -> None:
        voice = self.more.pop("voice", None) or Voice(tell=self._tell)
        self.evaluator = Evaluator(
            self.database, self.runner, self.clock, voice=voice, committed=self._committed, **self.more
        )

    async def put(self, alert: Alert, **more: Any) -> Alert:
        now = self.clock.now()
        return (await self.database.write(lambda tx: Edits(**more).put(tx, alert, now))).alert

    async def remove(self, alert_id: str = "alt_0") -> bool:
        now = self.clock.now()
        return await self.database.write(lambda tx: Edits().remove(tx, alert_id, now))

    async def pass_(self, duration: dt.timedelta, *, down: bool = False) -> None:
        """Let *duration* go by, minute by minute with a tick at each; or all at once, nobody being there."""
        if down:
            self.clock.tick(duration)
            self.restart()
            await self.evaluator.tick()
            return
        for _ in range(duration // MINUTE):
            self.clock.tick(MINUTE)
            await self.evaluator.tick()

    async def told(self, alert_id: str = "alt_0") -> list[str]:
        """History, oldest first: `12:03 fired #1`."""
        async with self.database.read() as tx:
            found = await history.transitions_of(tx, alert_id, limit=100)
        lines = []
        for each in (recorded.transition for recorded in reversed(found)):
            words = [f"{each.at:%H:%M}", str(each.kind), f"#{each.sequence}"]
            words += [f"({each.reason})"] if each.reason else []
            words += ["late"] if each.late else []
            lines.append(" ".join(words))
        return lines

    async def queued(self, alert_id: str | None = None) -> list[str]:
        """Deliveries, oldest first: `fired queued`."""
        deliveries = await self.deliveries(alert_id)
        return [
            f"{each.kind} {each.status}" + (f" {each.reason}" if each.reason else "") for each in deliveries
        ]

    async def deliveries(self, alert_id: str | None = None) -> list[Delivery]:
        async with self.database.read() as tx:
            found = await owed.listed(tx, limit=100, alert_id=alert_id)
        return [each.delivery for each in reversed(found)]

    async def evaluations(self, alert_id: str = "alt_0") -> list[Evaluation]:
        async with self.database.read() as tx:
            return list(reversed(await history.evaluations_of(tx, alert_id, limit=200)))

    async def cursor(self, alert_id: str = "alt_0") -> instances.Cursor:
        async with self.database.read() as tx:
            return (await instances.cursor_of(tx, [alert_id]))[alert_id]

    async def phases(self, alert_id: str = "alt_0") -> dict[Key, str]:
        async with self.database.read() as tx:
            found = (await instances.of(tx, [alert_id]))[alert_id]
        return {key: str(each.phase) for key, each in found.items()}

    def _tell(self, alert: Alert, notice: Notice) -> Sequence[Delivery]:
        self.notices.append(notice)
        return ()

    def _committed(self, _: object) -> None:
        self.commits += 1
        self.news.set()


def by_minute(*answers: Answer) -> Callable[[dt.datetime], Answer]:
    """The answers at 12:01, 12:02, …; the last one for ever."""

    def answer(at: dt.datetime) -> Answer:
        return answers[min((at - NOON) // MINUTE - 1, len(answers) - 1)]

    return answer


def other(number: int, **changes: Any) -> Alert:
    """One more alert; offsets differ, so give it `alt_0`'s slots with a cron if that matters."""
    return replace(ALERT, id=f"alt_{number}", name=f"Errors {number}", **changes)
