"""Backtests as the interface asks for them: one at a time, beside the running daemon; and how they are told."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from lynxalert.alerts import Alert
from lynxalert.api.ports import BusyError
from lynxalert.daemon.backtest import Backtest, Episode, StoredRunner, backtest, lost
from lynxalert.daemon.sweep import at_threshold, values
from lynxalert.engine import Engine
from lynxalert.events import EventStore
from lynxalert.notify.inhibition import Inhibition
from lynxalert.plan import TimeWindow

MOST_EPISODES = 500  # told one by one
MOST_POINTS = 400  # of the curve


class Backtests:
    """Backtests over the event store, in a thread and loop of their own: nothing that is due waits for them."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        store: EventStore,
        inhibitions: Callable[[], Sequence[Inhibition]] = tuple,
    ) -> None:
        self._engine = engine
        self._store = store
        self._inhibitions = inhibitions
        self._turn = asyncio.Lock()

    async def run(
        self, alert: Alert, stretch: TimeWindow, *, against: Alert | None = None, sweep: str | None = None
    ) -> Mapping[str, Any]:
        """What *alert* would have told within *stretch*; beside it *against*, and what differs; and the sweep.

        Raises:
            BusyError: another backtest runs.
            BacktestError, SweepError: what is asked cannot be done.
            EvaluationError, QueryError: the alert cannot be judged.
        """
        if self._turn.locked():
            raise BusyError("a backtest runs already")
        async with self._turn:
            await self._store.flush()
            return await asyncio.to_thread(
                lambda: asyncio.run(
                    self._play(alert, stretch, against, values(sweep) if sweep is not None else ())
                )
            )

    async def _play(
        self, alert: Alert, stretch: TimeWindow, against: Alert | None, thresholds: Sequence[float]
    ) -> Mapping[str, Any]:
        variants = [(each, at_threshold(alert, each)) for each in thresholds]
        with closing(StoredRunner(self._engine(), self._store)) as runner:

            async def played(one: Alert) -> Backtest:
                return await backtest(one, stretch, runner, self._inhibitions())

            found = await played(alert)
            told = report(found)
            if against is not None:
                other = await played(against)
                told["against"] = summary(other)
                for name, gone in (("gained", lost(other, found)), ("lost", lost(found, other))):
                    told[name] = [episode(each) for each in gone[:MOST_EPISODES]]
                    told["truncated"][name] = max(0, len(gone) - MOST_EPISODES)
            if variants:
                told["sweep"] = [
                    {"threshold": threshold, **summary(await played(each))} for threshold, each in variants
                ]
            return told


def report(found: Backtest) -> dict[str, Any]:
    """A backtest as the interface shows it: counts, episodes, the first message as sent, the curve of the value."""
    first = next(iter(found.sent), None)
    return {
        "from": found.stretch.start,
        "to": found.stretch.end,
        **summary(found),
        "list": [episode(each) for each in found.episodes[:MOST_EPISODES]],
        "truncated": {"list": max(0, len(found.episodes) - MOST_EPISODES)},
        "first": first
        and {
            "channel": {"type": first.target.type, "name": first.target.name},
            "at": first.settled_at,
            "title": first.message.title,
            "text": first.message.text,
        },
        "curve": _curve(found),
    }


def summary(found: Backtest) -> dict[str, Any]:
    """The counts: slots judged and failed, episodes, messages by channel and kind, what was not sent and why."""
    failed = [each for each in found.evaluations if each.kind == "error"]
    return {
        "slots": sum(each.kind == "judged" for each in found.evaluations),
        "errors": len(failed),
        "last_error": failed[-1].error if failed else None,
        "episodes": len(found.episodes),
        "messages": len(found.sent),
        "by_channel": {name: dict(kinds) for name, kinds in found.messages.items()},
        "suppressed": dict(found.suppressed),
    }


def episode(each: Episode) -> dict[str, Any]:
    """One episode."""
    return {
        "key": json.loads(each.key),
        "started": each.started,
        "ended": each.ended,
        "value": each.value,
    }


def _curve(found: Backtest) -> list[dict[str, Any]]:
    """The value over time, the highest of each of at most `MOST_POINTS` stretches, and whether anything fired then.

    Slots that say no number count their rows.
    """
    judged = [each for each in found.evaluations if each.kind == "judged"]
    step = max(1, -(-len(judged) // MOST_POINTS))
    points = []
    for start in range(0, len(judged), step):
        part = judged[start : start + step]
        peak = max(part, key=lambda each: _height(each.value, each.rows))
        points.append(
            {
                "at": peak.at,
                "value": _height(peak.value, peak.rows),
                "firing": any(_covers(each, part[0].at, part[-1].at) for each in found.episodes),
            }
        )
    return points


def _height(value: float | None, rows: int | None) -> float:
    return value if value is not None else float(rows or 0)


def _covers(each: Episode, start: dt.datetime, end: dt.datetime) -> bool:
    return each.started <= end and (each.ended is None or start < each.ended)
