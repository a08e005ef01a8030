"""Clocks that change, through the real evaluator, outbox, sender and client, to a receiver on the loopback.

Both days on which the wall clock changes, in three zones; a machine's clock that is set back, or ahead. Timers go on as they
would: only what is asked for the time notices.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lynxalert.alerts import ActiveSchedule, ActiveWindow, Alert, ChannelSpec, Cron, Every, Policy
from lynxalert.alerts.model import Grouping
from lynxalert.daemon.commit import Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.sender import Sender
from lynxalert.notify.http import Http
from lynxalert.state import Database
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Scripted
from tests.fakes import FakeClock
from tests.notify.provider import Answer, Provider, Request, outbound, serving
from tests.proofs.resting import Watched, rest
from tests.proofs.world import empty

HOUR = dt.timedelta(hours=1)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass
class Rig:
    """A daemon's judging and telling halves, one receiver, one clock. *fires* says what is true at each T."""

    database: Database
    provider: Provider
    http: Http
    clock: FakeClock
    fires: Callable[[dt.datetime], bool]
    up: bool = True
    calls: list[str] = field(default_factory=list)
    ops: tuple[ChannelSpec, ...] = ()  # who hears of trouble

    def __post_init__(self) -> None:
        self.provider.rule = self.answer
        self.start()

    def start(self) -> None:
        self.outbox = Watched(self.database, lambda: self.ops)
        self.sender = Sender(self.outbox, self.http, self.clock, chance=lambda: 0.5)
        self.running = asyncio.get_running_loop().create_task(self.sender.run())
        runner = Scripted(lambda at: 9 if self.fires(at) else 0)
        voice = Voice(error_channels=lambda: self.ops)
        self.evaluator = Evaluator(
            self.database, runner, self.clock, voice=voice, committed=lambda _: self.sender.wake()
        )

    async def stop(self) -> None:
        self.sender.stop()
        await self.running

    async def watch(self, alert: Alert, **channel: Any) -> None:
        spec = ChannelSpec(type="webhook", name="hook", config={"url": f"{self.provider.url}/hook"})
        whole = replace(alert, channels=(replace(spec, **channel),))
        await self.database.write(lambda tx: Edits().put(tx, whole, self.clock.now()))
        await self.evaluator.tick()

    async def passes(self, duration: dt.timedelta, step: dt.timedelta = MINUTE) -> None:
        """Let *duration* go by: the sender wakes when its alarm rings, the evaluator every *step*."""
        end = self.clock.now() + duration
        while self.clock.now() < end:
            target = min(self.clock.now() + step, end)
            while (wake := self.clock.next_wake()) is not None and wake <= target:
                self.clock.set(wake)
                await rest(self.sender, self.outbox, self.running)
            self.clock.set(target)
            await self.evaluator.tick()
            await rest(self.sender, self.outbox, self.running)

    def answer(self, request: Request) -> Answer:
        """As *up* says, noted: `12:01 fired 12:01`, when it came, what, of which stay; `not` where it was refused."""
        body = request.json
        started = min(dt.datetime.fromisoformat(one["startsAt"]) for one in body["alerts"])
        words = [f"{self.clock.now():%H:%M}", *([] if self.up else ["not"]), body["kind"], f"{started:%H:%M}"]
        self.calls.append(" ".join(words))
        return Answer() if self.up else Answer(503)

    def told(self) -> list[str]:
        """What the receiver took: `fired 12:01`."""
        return [each[6:] for each in self.calls if " not " not in each]


@contextlib.asynccontextmanager
async def rig(
    folder: pathlib.Path, fires: Callable[[dt.datetime], bool], start: dt.datetime = NOON + SECOND
) -> AsyncIterator[Rig]:
    file = folder / "state.sqlite"
    file.write_bytes((await empty()).read_bytes())
    clock, database = FakeClock(start), await Database.open(file, lasting=False)
    async with serving() as provider, Http(outbound(), clock) as http:
        made = Rig(database, provider, http, clock, fires)
        try:
            yield made
        finally:
            await made.stop()
            await database.close()


def minutes(*fired: int) -> Callable[[dt.datetime], bool]:
    """True at these minutes after noon, by T."""
    return lambda at: (at - NOON) // MINUTE in fired


CHANGES = {  # a day on which the clock changes, and how many half hours pass there between 01:00 and 03:00
    ("Europe/Berlin", "2026-03-29"): 2,
    ("Europe/Berlin", "2026-10-25"): 6,
    ("America/New_York", "2026-03-08"): 2,
    ("America/New_York", "2026-11-01"): 6,
    ("Australia/Lord_Howe", "2026-10-04"): 3,
    ("Australia/Lord_Howe", "2026-04-05"): 5,
}


# Where it is not the hour of two that is missing or comes twice.
AT = {("America/New_York", "2026-11-01"): "45 1 * * *", ("Australia/Lord_Howe", "2026-04-05"): "45 1 * * *"}


@pytest.mark.parametrize(("zone", "day"), CHANGES)
async def test_hours_of_a_wall_clock_that_changes(tmp_path: pathlib.Path, zone: str, day: str) -> None:
    """It fires every half hour for a quarter of one, and may speak from one to three."""
    start = dt.datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    hours = ActiveSchedule(zone, (ActiveWindow(DAYS, "01:00", "03:00"),))
    alert = replace(ALERT, schedule=Every(15 * MINUTE, "15m"), window=15 * MINUTE, active_schedule=hours)
    async with rig(tmp_path, lambda at: at.minute % 30 == 0, start + SECOND) as one:
        await one.watch(alert)
        await one.passes(5 * HOUR, 15 * MINUTE)
        kinds = [each.split()[0] for each in one.told()]
        assert kinds == ["fired", "resolved"] * CHANGES[zone, day]
        assert len({*one.told()}) == len(one.told())


@pytest.mark.parametrize(("zone", "day"), CHANGES)
async def test_a_job_of_an_hour_that_is_missing_or_comes_twice(
    tmp_path: pathlib.Path, zone: str, day: str
) -> None:
    """Once a day, and every other day it fires."""
    local = dt.datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    start = (local - dt.timedelta(days=1)).astimezone(dt.UTC)

    def fires(at: dt.datetime) -> bool:
        return (at.astimezone(local.tzinfo).date() - local.date()).days % 2 == 1

    async with rig(tmp_path, fires, start + SECOND) as one:
        await one.watch(replace(ALERT, schedule=Cron(AT.get((zone, day), "15 2 * * *"), zone)))
        await one.passes(4 * 24 * HOUR, 6 * HOUR)
        assert [each.split()[0] for each in one.told()] == ["fired", "resolved"] * 2


async def test_an_hour_back_while_a_start_is_tried_again(tmp_path: pathlib.Path) -> None:
    async with rig(tmp_path, minutes(1, 2, 3, 4, 5, 6)) as one:
        await one.watch(ALERT)
        one.up = False
        await one.passes(4 * MINUTE)
        one.clock.leap(-HOUR)
        one.up = True
        await one.passes(5 * MINUTE)
        assert one.told() == ["fired 12:01"]
        await one.passes(HOUR, 10 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]


async def test_an_hour_back_while_an_end_is_tried_again(tmp_path: pathlib.Path) -> None:
    async with rig(tmp_path, minutes(1)) as one:
        await one.watch(ALERT)
        await one.passes(MINUTE)
        one.up = False
        await one.passes(5 * MINUTE)
        assert len(one.calls) > 4
        one.clock.leap(-HOUR)
        one.up = True
        await one.passes(5 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]
        await one.passes(2 * HOUR, 10 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]


async def test_an_hour_back_while_nobody_was_there(tmp_path: pathlib.Path) -> None:
    async with rig(tmp_path, minutes(1)) as one:
        await one.watch(ALERT)
        await one.passes(MINUTE)
        one.up = False
        await one.passes(2 * MINUTE)
        await one.stop()
        one.clock.leap(-HOUR)
        one.up = True
        one.start()
        await one.passes(2 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]


async def test_an_hour_back_while_a_group_waits(tmp_path: pathlib.Path) -> None:
    async with rig(tmp_path, minutes(1, 2)) as one:
        await one.watch(ALERT, grouping=Grouping((), wait=3 * MINUTE, interval=10 * MINUTE))
        await one.passes(2 * MINUTE)
        one.clock.leap(-HOUR)
        await one.passes(4 * MINUTE)
        assert one.calls == ["11:05 fired 12:01"]
        await one.passes(HOUR - 4 * MINUTE, 8 * MINUTE)
        assert one.calls == ["11:05 fired 12:01"]
        await one.passes(6 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]


async def test_an_hour_back_between_two_messages_of_a_group(tmp_path: pathlib.Path) -> None:
    """The second goes out an interval after the first, not an hour and an interval."""
    async with rig(tmp_path, minutes(1, 2)) as one:
        await one.watch(ALERT, grouping=Grouping((), wait=SECOND, interval=10 * MINUTE))
        await one.passes(3 * MINUTE)
        assert one.told() == ["fired 12:01"]
        one.clock.leap(-HOUR)
        await one.passes(10 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]


async def test_an_hour_back_while_a_cooldown_lasts(tmp_path: pathlib.Path) -> None:
    cooling = replace(ALERT, policy=Policy(flapping=None, cooldown=5 * MINUTE))
    async with rig(tmp_path, minutes(1, 3, 4, 5, 6)) as one:
        await one.watch(cooling)
        await one.passes(4 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01"]
        one.clock.leap(-HOUR)
        await one.passes(5 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01", "fired 12:03"]
        await one.passes(HOUR, 10 * MINUTE)
        assert one.told() == ["fired 12:01", "resolved 12:01", "fired 12:03", "resolved 12:03"]


async def test_hours_and_mutes_are_no_timers(tmp_path: pathlib.Path) -> None:
    """What somebody said of the wall clock holds for the wall clock: it is twelve once more."""
    hours = ActiveSchedule("UTC", (ActiveWindow(DAYS, "12:10", "13:00"),))
    async with rig(tmp_path, minutes(*range(1, 60))) as one:
        await one.watch(replace(ALERT, active_schedule=hours))
        await one.passes(5 * MINUTE)
        one.clock.leap(-HOUR)
        await one.passes(64 * MINUTE, 8 * MINUTE)
        assert one.calls == []
        await one.passes(MINUTE)
        assert one.calls == ["12:10 fired 12:01"]


async def test_a_day_ahead(tmp_path: pathlib.Path) -> None:
    """An outage of a day, as far as anybody can tell: the newest hour is judged, the end that is owed arrives."""
    async with rig(tmp_path, minutes(1, 24 * 60 - 30, 24 * 60)) as one:
        await one.watch(ALERT)
        await one.passes(MINUTE)
        one.up = False
        await one.passes(2 * MINUTE)
        one.clock.leap(dt.timedelta(days=1))
        one.up = True
        await one.passes(3 * MINUTE)
        assert one.told() == [
            "fired 12:01", "resolved 12:01", "digest 11:30",
        ]  # fmt: skip
        await one.passes(HOUR, 10 * MINUTE)
        assert len(one.told()) == 3


async def test_two_hours_ahead_for_a_moment(tmp_path: pathlib.Path) -> None:
    """What fires when the time comes in truth is told, though a stay of the same T was told of by mistake."""
    slow = replace(ALERT, schedule=Every(5 * MINUTE, "5m"))
    async with rig(tmp_path, minutes(125)) as one:
        await one.watch(slow)
        await one.passes(2 * MINUTE)
        one.clock.leap(2 * HOUR)
        await one.passes(10 * MINUTE)
        assert one.told() == ["fired 14:05", "resolved 14:05"]
        one.clock.leap(-2 * HOUR)
        await one.passes(2 * HOUR, 5 * MINUTE)
        assert one.told() == ["fired 14:05", "resolved 14:05"] * 2


async def test_who_runs_it_is_told_that_alerts_wait(tmp_path: pathlib.Path) -> None:
    """Once, and when they do so no longer; a process that begins meanwhile says the latter too."""
    async with rig(tmp_path, minutes()) as one:
        await one.watch(ALERT)
        one.ops = (ChannelSpec(type="webhook", name="ops", config={"url": f"{one.provider.url}/ops"}),)
        await one.passes(2 * MINUTE)
        assert one.provider.requests == []
        one.clock.leap(-HOUR)
        await one.passes(10 * MINUTE, 5 * MINUTE)
        one.clock.leap(-10 * MINUTE)
        await one.passes(10 * MINUTE, 5 * MINUTE)
        (trouble,) = [request.json for request in one.provider.requests]
        assert trouble["title"] == "TROUBLE: The clock was set back by 55m"
        assert "until 12:02 UTC" in trouble["text"]
        await one.passes(HOUR, 10 * MINUTE)
        assert [request.json["title"] for request in one.provider.requests[1:]] == [
            "OK: The clock is where it was"
        ]
        one.clock.leap(-HOUR)
        await one.passes(5 * MINUTE)
        await one.stop()
        one.start()
        await one.passes(MINUTE)
        assert [request.json["title"][:2] for request in one.provider.requests[2:]] == ["TR", "OK"]
