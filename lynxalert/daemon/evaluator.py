"""The clock → ticks: which alerts are due, their slots run side by side, what came of it committed.

Holds only what it can read again: definitions by revision, and when to look at each alert next.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from lynxalert.alerts import Alert
from lynxalert.alerts.health import HealthState, failed
from lynxalert.alerts.late import Judged
from lynxalert.alerts.schedule import next_slot
from lynxalert.clock import Clock, rfc3339
from lynxalert.daemon.agenda import MOST, Agenda
from lynxalert.daemon.commit import Voice, commit
from lynxalert.daemon.edited import edited
from lynxalert.daemon.foresight import Foresight
from lynxalert.daemon.herald import Herald
from lynxalert.daemon.lookback import Past, late_since, look_back
from lynxalert.daemon.positions import Positions
from lynxalert.daemon.questions import questions
from lynxalert.daemon.release import release_due
from lynxalert.daemon.runner import Runner
from lynxalert.daemon.setback import SetBack
from lynxalert.daemon.slots import Outcome, Position, look_at, run_due
from lynxalert.state import (
    Cursor,
    Database,
    Definition,
    history,
    instances,
    is_trouble,
    overlays,
    owed,
    reason_of,
)

log = structlog.get_logger()

CHUNK = 500  # alerts of one transaction
PATIENCE = dt.timedelta(seconds=1)
LONGEST_SLEEP = dt.timedelta(seconds=60)  # a clock that jumps is noticed after that
LONGEST_TICK = dt.timedelta(minutes=10)  # beyond, something hangs
RETRY = dt.timedelta(seconds=5)  # after a commit that failed


def ignore(_: Sequence[Outcome]) -> None:
    """Nobody wants to hear of commits."""


class Evaluator:
    """Evaluates alerts whenever they are due. *committed* hears of every commit.

    *patience* is how long the quick alerts of a chunk wait for the slow ones before they are committed. *lot*: slots of
    alerts that are late, judged at a time.
    """

    def __init__(
        self,
        database: Database,
        runner: Runner,
        clock: Clock,
        *,
        voice: Voice | None = None,
        committed: Callable[[Sequence[Outcome]], None] = ignore,
        patience: dt.timedelta = PATIENCE,
        lot: int = MOST,
    ) -> None:
        self._database = database
        self._runner = runner
        self._clock = clock
        self._voice = voice or Voice()
        self._committed = committed
        self._patience = patience
        self._positions = Positions(database)
        self._generation: object = None  # of the definitions known
        self._known: dict[str, Definition] = {}
        self._agenda = Agenda(lot)
        self._release_at: dt.datetime | None = None
        self._now = clock.now()
        self._set_back = SetBack(database, self._voice.error_channels)
        self._news = asyncio.Event()
        self._stopping = False
        self.looked_at: dt.datetime | None = None  # when it last went round
        self._numbers = itertools.count()
        self._ticking: dict[int, dt.datetime] = {}  # since when ticks run
        self._failing_since: dt.datetime | None = None  # commits

    def wake(self) -> None:
        """Look again: definitions or overlays were changed."""
        self._news.set()

    @property
    def known(self) -> Collection[str]:
        """The ids of the alerts that there are."""
        return self._known.keys()

    def stop(self) -> None:
        """Begin nothing more; `run` returns once what is under way has been committed."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        """Evaluate until stopped.

        1. Learn what was edited; let go what was suppressed for long enough.
        2. Start every alert that is due, unless it still runs; those that are late in lots.
        3. Sleep until the next one is due, or somebody wakes us.
        """
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                self._news.clear()
                now = await self._look()
                for due in self._agenda.take(now):
                    group.create_task(self._tick(due, now))
                alarm = group.create_task(self._ring())
                await self._news.wait()
                alarm.cancel()

    def stall(self, now: dt.datetime) -> str | None:
        """What keeps it from getting on, if anything does."""
        if self._failing_since is not None:
            return "what is judged cannot be stored"
        if any(now - since > LONGEST_TICK for since in self._ticking.values()):
            return "queries of alerts do not come to an end"
        return None

    async def tick(self) -> None:
        """Evaluate once all that is due now, to the end."""
        now = await self._look()
        done: set[str] = set()
        while ticks := self._agenda.take(now, done):
            for due in ticks:
                done.update(due)
                await self._tick(due, now)

    def next_look(self, now: dt.datetime) -> dt.datetime:
        """When something is due next, at most a minute after *now*."""
        at = self._agenda.next_look(now, now + LONGEST_SLEEP)
        return at if self._release_at is None else min(at, self._release_at)

    def waiting(self, now: dt.datetime) -> int:
        """The slots of alerts that are late, and wait for their turn."""
        return self._agenda.waiting(now)

    async def _ring(self) -> None:
        now = self._clock.now()  # some time went by since the look
        await self._clock.sleep(min(self.next_look(now) - now, LONGEST_SLEEP))
        self._news.set()

    async def _look(self) -> dt.datetime:
        """Bring the agenda up to date; the instant for which it holds."""
        now = self._clock.now()
        if now < self._now:  # the clock was set back: every cursor is looked at once
            self._agenda.look_at_all(now)
            self._committed(())  # whoever sends looks at its clock too
        if await self._set_back.look(now):
            self._committed(())
        self._now = now
        self.looked_at = now
        await self._learn(now)
        self._release_at = await self._next_release()
        if self._release_at is not None and self._release_at <= now:
            queued = await self._database.write(
                partial(release_due, now=now, inhibitions=self._voice.inhibitions())
            )
            if queued:
                self._committed(())
            self._release_at = await self._next_release()
        return now

    async def _next_release(self) -> dt.datetime | None:
        async with self._database.read() as tx:
            return await owed.next_waiting(tx)

    async def _learn(self, now: dt.datetime) -> None:
        """Read what was edited since the last look, and where it stands."""
        found = await self._database.look(partial(edited, since=self._generation, known=self._known))
        if found is None:
            return
        self._generation = found.generation
        self._positions.forget([each.alert.id for each in found.fresh])
        for gone in self._known.keys() - found.there:
            del self._known[gone]
            self._agenda.forget(gone)
            self._positions.forget([gone])
        cursors = dict(found.cursors)
        begun = [_first(each.alert, now) for each in found.fresh if each.alert.id not in cursors]
        if begun:
            await self._database.write(partial(instances.save_cursors, moved=begun))
        cursors |= {each.alert_id: each for each in begun}
        for each in found.fresh:
            self._known[each.alert.id] = each
            self._schedule(each.alert, cursors[each.alert.id], now)

    def _schedule(self, alert: Alert, cursor: Cursor, now: dt.datetime) -> None:
        """Note when to look at *alert* next, if at all."""
        self._agenda.put(alert, look_at(alert, cursor, now))

    def _release(self, alert_ids: Iterable[str], held: set[str]) -> None:
        """Let run again those of *alert_ids* that a tick still holds: what it gave back before, another may hold by now."""
        free = held.intersection(alert_ids)
        held -= free
        self._agenda.release(free)
        self._news.set()

    async def _tick(self, due: Sequence[str], now: dt.datetime) -> None:
        """Evaluate all that is due: what they ask is asked together, what comes of it is committed in chunks."""
        self._ticking[number := next(self._numbers)] = now
        held = set(due)
        herald = Herald(self._committed, 0)
        try:
            await self._runner.settle(now)
            positions = await self._positions.of([self._known[each] for each in due if each in self._known])
            foresight = Foresight(self._runner)
            recent, acked = await self._read(positions, foresight, now)
            for each in positions:
                foresight.expect(questions(each, now, [slot.at for slot in recent.get(each.alert.id, ())]))
            herald = Herald(self._committed, -(-len(positions) // CHUNK))
            async with asyncio.TaskGroup() as group:
                group.create_task(foresight.fill())
                for start in range(0, len(positions), CHUNK):
                    chunk = [
                        (each, recent.get(each.alert.id, ())) for each in positions[start : start + CHUNK]
                    ]
                    group.create_task(self._chunk(foresight, chunk, now, acked, herald, held))
        finally:
            herald.tell()
            del self._ticking[number]
            self._release(due, held)

    async def _read(
        self, positions: Sequence[Position], runner: Runner, now: dt.datetime
    ) -> tuple[Mapping[str, Sequence[Judged]], frozenset[str]]:
        """The slots that late rows may touch, by alert; and the episodes somebody has acknowledged."""
        late = {each.alert.id: since for each in positions if (since := late_since(runner, each)) is not None}
        async with self._database.read() as tx:
            acked = frozenset(await overlays.acked(tx, now))
            return await history.recent(tx, list(late), min(late.values(), default=now)), acked

    async def _chunk(
        self,
        runner: Runner,
        chunk: Sequence[tuple[Position, Sequence[Judged]]],
        now: dt.datetime,
        acked: frozenset[str],
        herald: Herald,
        held: set[str],
    ) -> None:
        """Evaluate these alerts side by side, and commit them together.

        The slow ones do not hold up the others: whatever is ready is committed, every second.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._evaluate(runner, *each, now, acked)) for each in chunk]
            running = set(tasks)
            while running:
                done, running = await asyncio.wait(running, timeout=self._patience.total_seconds())
                if not done:
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                # In their own order, so that the same events always leave the same outbox.
                outcomes = [each.result() for each in tasks if each in done]
                is_first = len(done) + len(running) == len(tasks)
                herald.hear(await self._commit(outcomes, now), is_first=is_first)
                self._release((each.alert.id for each in outcomes), held)

    async def _evaluate(
        self,
        runner: Runner,
        position: Position,
        recent: Sequence[Judged],
        now: dt.datetime,
        acked: frozenset[str],
    ) -> Outcome:
        try:
            begun = await look_back(runner, position, now, recent, self._past)
            return await run_due(runner, position, now, acked, begun)
        except Exception as error:
            # A mistake of ours in one alert must not stop the others; it is told like any lasting error.
            log.exception("evaluation failed", alert=position.alert.id)
            return _broken(position, error, now)

    async def _past(self, alert_id: str, since: dt.datetime) -> Past:
        async with self._database.read() as tx:
            slots = await history.judged_since(tx, alert_id, since)
            return slots, await history.transitions_since(tx, alert_id, since)

    async def _commit(self, outcomes: Sequence[Outcome], now: dt.datetime) -> Sequence[Outcome]:
        """Those that were written."""
        news = [each for each in outcomes if each.is_news]
        try:
            written = await self._write(news, now)
        except Exception as error:
            # The disk is full, or a commit of ours is wrong: the slots stay due and are judged again.
            if not is_trouble(error):
                log.exception("commit failed", alerts=len(news))
            elif self._failing_since is None:
                log.warning("commit_refused", alerts=len(news), reason=reason_of(error), next=str(RETRY))
            self._failing_since = self._failing_since or now
            self._agenda.put_off([each.alert.id for each in news], now + RETRY)
            self._positions.forget({each.alert.id for each in news})
            return ()
        if self._failing_since is not None:
            log.info("commits_succeed_again", failed_since=rfc3339(self._failing_since))
        self._failing_since = None
        edited = {each.alert.id for each in news} - {each.alert.id for each in written}
        self._positions.forget(edited)
        self._positions.moved(written)
        _tell_of_health(written)
        for each in outcomes:
            if each.alert.id not in edited:
                self._schedule(each.alert, each.cursor, now)
        return written

    async def _write(self, news: Sequence[Outcome], now: dt.datetime) -> Sequence[Outcome]:
        """One transaction; where what one of them comes to cannot be written, one for each of the others.

        That one moves past its slots like an alert whose evaluation failed.
        """
        try:
            return await self._database.write(partial(commit, outcomes=news, now=now, voice=self._voice))
        except Exception as error:
            if is_trouble(error):
                raise
            if len(news) == 1:
                log.exception("outcome cannot be written", alert=news[0].alert.id)
                broken = _broken(news[0].before, error, now)
                return await self._database.write(
                    partial(commit, outcomes=[broken], now=now, voice=self._voice)
                )
        return [done for each in news for done in await self._write([each], now)]


def _tell_of_health(written: Iterable[Outcome]) -> None:
    """A line of the log for every alert that cannot do its work from now on, and for every one that can again."""
    for each in written:
        before, after = each.before.cursor.health, each.cursor.health
        if (before.state is HealthState.ERROR) == (after.state is HealthState.ERROR):
            continue
        if after.state is HealthState.ERROR:
            log.warning("alert_error", alert=each.alert.id, name=each.alert.name, reason=after.message)
        else:
            log.info("alert_recovered", alert=each.alert.id, name=each.alert.name)


def _first(alert: Alert, now: dt.datetime) -> Cursor:
    """The cursor of an alert that has none: from now on."""
    return Cursor(alert_id=alert.id, next_slot=next_slot(alert, now))


def _broken(position: Position, error: Exception, now: dt.datetime) -> Outcome:
    """Past the slot at which our own mistake showed."""
    alert, cursor = position.alert, position.cursor
    message = f"internal error, please report it: {type(error).__name__}"
    health, notices = failed(cursor.health, alert.id, message, now, alert.policy.error_after)
    moved = replace(
        cursor,
        next_slot=next_slot(alert, now),
        attempt=0,
        retry_at=None,
        health=health,
        counts=cursor.counts.failed(),
    )
    return Outcome(position, moved, position.instances, notices=notices)
