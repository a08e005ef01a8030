"""Replay = live: mutes, silences, late rows, groups and restarts included, history and outbox are byte-equal.

Lived minute by minute by the evaluator with restarts between, or run at once by the replay that backtests and tests of alerts
use: the same rows of state.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.alerts import Alert, ChannelSpec, Flapping, Policy
from lynxalert.alerts.model import Grouping
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.replay import replayed
from lynxalert.daemon.sender import Sender
from lynxalert.notify.matchers import parse_matcher
from lynxalert.state import Database, Silence, codec, history, overlays, owed
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Answer, Scripted
from tests.fakes import FakeClock
from tests.proofs.resting import Watched, rest
from tests.proofs.wire import Wire
from tests.proofs.world import empty, quick_folder

LENGTH = 16
HOSTS = ("a", "b")
NUMBERS = itertools.count()
ROOM = ChannelSpec(
    type="webhook",
    name="room",
    grouping=Grouping(("alertname",), wait=60 * SECOND, interval=180 * SECOND),
    config={"url": "https://example.com/room"},
)
HOOK = ChannelSpec(type="webhook", name="hook", config={"url": "https://example.com/hook"})


Hit = tuple[int, str, int]  # minute, host, how many slots late


@dataclass
class Arriving(Scripted):
    """A runner over hits that become known some slots after their time."""

    hits: Sequence[Hit] = ()
    at: dt.datetime = NOON  # the latest slot judged: what came by then is known

    def look(self, now: dt.datetime) -> None:
        self.at = max(self.at, now)

    def known(self, at: dt.datetime) -> Answer:
        minute, now = (at - NOON) // MINUTE, (self.at - NOON) // MINUTE
        hosts = {host for when, host, late in self.hits if when == minute and when + late <= now}
        return [{"host": host, "errors": 9} for host in sorted(hosts)]

    async def settle(self, now: dt.datetime) -> None:
        self.look(now)

    def sequence(self) -> int:
        """One for each slot at which something may have come."""
        return (self.at - NOON) // MINUTE

    def oldest_since(self, sequence: int) -> dt.datetime | None:
        now = (self.at - NOON) // MINUTE
        came = [when for when, _, late in self.hits if sequence < when + late <= now]
        return NOON + min(came) * MINUTE - 30 * SECOND if came else None


def arriving(hits: Sequence[Hit]) -> Arriving:
    runner = Arriving(lambda at: runner.known(at), ("host",), hits=hits)  # noqa: PLW0108 - it is not there yet
    return runner


async def written(database: Database) -> list[str]:
    """Everything of history and outbox, but for the numbers of rows and what was measured."""
    async with database.read() as tx:
        told = await history.transitions_of(tx, ALERT.id, limit=1000)
        judged = await history.evaluations_of(tx, ALERT.id, limit=1000)
        listed = await owed.listed(tx, limit=1000)
    slots = [replace(each, number=0, duration=None, recorded_at=each.slot) for each in judged]
    # What a provider answers is nothing that a replay could know.
    owed_ = sorted((replace(each.delivery, receipt=None) for each in listed), key=lambda one: one.id)
    deliveries = [json.dumps(each.as_json(), sort_keys=True) for each in owed_]
    return [codec.dumps(each) for each in (*(one.transition for one in told), *slots)] + deliveries


@dataclass
class Process:
    """An evaluator and a sender, for as long as they live."""

    database: Database
    clock: FakeClock
    wire: Wire
    runner: Arriving
    news: bool = False

    def __post_init__(self) -> None:
        self.evaluator = Evaluator(self.database, self.runner, self.clock, committed=self._heard)
        self.outbox = Watched(self.database)
        self.sender = Sender(self.outbox, self.wire, self.clock, chance=lambda: 0.5)
        self.running = asyncio.get_running_loop().create_task(self.sender.run())

    async def until(self, target: dt.datetime) -> None:
        await rest(self.sender, self.outbox, self.running)
        while (wake := self.clock.next_wake()) is not None and wake <= target:
            self.clock.set(wake)
            await rest(self.sender, self.outbox, self.running)
        self.clock.set(target)
        await rest(self.sender, self.outbox, self.running)

    async def tick(self) -> None:
        await self.evaluator.tick()
        self.sender.wake()
        await rest(self.sender, self.outbox, self.running)

    async def end(self) -> None:
        self.sender.stop()
        await self.running

    def _heard(self, _: object) -> None:
        self.news = True


async def lived(
    alert: Alert, hits: Sequence[Hit], silences: Sequence[Silence], restarts: Collection[int]
) -> list[str]:
    """Minute by minute, by the daemon's parts, which are others after each of *restarts*."""
    file = quick_folder() / f"replay-{next(NUMBERS)}.sqlite"
    shutil.copyfile(await empty(), file)
    database, clock = await Database.open(file, lasting=False), FakeClock(NOON)
    wire = Wire(clock, lambda _: 200)
    try:
        await database.write(lambda tx: Edits().put(tx, alert, NOON))
        for each in silences:
            await database.write(lambda tx, made=each: overlays.silence(tx, made))  # type: ignore[misc]
        process = Process(database, clock, wire, arriving(hits))
        for minute in range(1, LENGTH + 1):
            await process.until(NOON + minute * MINUTE)
            if minute in restarts:
                await process.end()
                process = Process(database, clock, wire, process.runner)
            await process.tick()
        await process.end()
        return await written(database)
    finally:
        await wire.close()
        await database.close()
        file.unlink()


async def replayed_(alert: Alert, hits: Sequence[Hit], silences: Sequence[Silence]) -> list[str]:
    """At once, by the replay."""
    runner = arriving(hits)
    async with replayed(runner, NOON) as replay:
        await replay.put(alert)
        for each in silences:
            await replay.hush(each)
        await replay.run(NOON + LENGTH * MINUTE, runner.look)
        return await written(replay.database)


minutes = st.integers(1, LENGTH)
hits_ = st.lists(st.tuples(minutes, st.sampled_from(HOSTS), st.sampled_from([0, 0, 0, 0, 1, 3])), max_size=24)
policies = st.builds(
    lambda hold, keep, cooldown, repeat, flapping: Policy(
        hold=hold * MINUTE,
        keep_firing_for=keep * MINUTE,
        cooldown=cooldown * MINUTE,
        repeat_interval=repeat * MINUTE if repeat else None,
        flapping=Flapping(3, 8, 3) if flapping else None,
    ),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 2]),
    st.sampled_from([0, 5]),
    st.sampled_from([0, 2]),
    st.booleans(),
)
silences_ = st.lists(
    st.builds(
        lambda host, start, length: Silence(
            id=f"s{host}-{start}",
            alert_id=None if host else ALERT.id,
            matchers=(parse_matcher(f'host="{host}"'),) if host else (),
            starts_at=NOON + start * MINUTE,
            ends_at=NOON + (start + length) * MINUTE,
        ),
        st.sampled_from(["", "a"]),
        st.integers(0, LENGTH),
        st.sampled_from([2, 5]),
    ),
    max_size=2,
    unique_by=lambda one: one.alert_id,
)


@settings(max_examples=3 if settings.default is None else max(3, settings.default.max_examples // 8))
@given(hits_, policies, silences_, st.sets(minutes, max_size=3), st.sampled_from([(HOOK,), (HOOK, ROOM)]))
async def test_replay_is_live(
    hits: list[Hit],
    policy: Policy,
    silences: list[Silence],
    restarts: set[int],
    channels: tuple[ChannelSpec, ...],
) -> None:
    alert = replace(ALERT, policy=policy, channels=channels, when={"type": "any_rows"})
    assert await lived(alert, hits, silences, restarts) == await replayed_(alert, hits, silences)
