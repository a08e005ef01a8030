"""Probes at an interval: nobody is notified, error channels hear of what is not reached, once."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator
from dataclasses import replace

import structlog

from lynxalert.alerts import ChannelSpec
from lynxalert.config import Settings
from lynxalert.config.settings import Probe, Server
from lynxalert.daemon.probing import Probing
from lynxalert.notify.http import Http
from lynxalert.notify.model import Delivery, Level
from lynxalert.state import Database, StoredOutbox, owed
from tests.fakes import FakeClock
from tests.notify.provider import Answer, Provider, outbound, serving

HOUR = dt.timedelta(hours=1)
REFUSED = Answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})


class Resting(FakeClock):
    """Tells when somebody goes to sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.rests = asyncio.Event()

    async def sleep(self, duration: dt.timedelta) -> None:
        self.rests.set()
        await super().sleep(duration)

    async def rested(self) -> None:
        await self.rests.wait()
        self.rests.clear()


class Bench:
    def __init__(self, provider: Provider, database: Database, http: Http, clock: Resting) -> None:
        chat = {"bot_token": "1:x", "chat_id": 7, "api_url": provider.url}
        self.settings = Settings(
            server=Server(error_channels=("ops",)),
            probe=Probe.model_validate({"interval": "1h"}),
            channels={
                "chat": ChannelSpec(type="telegram", name="chat", config=chat),
                "off": ChannelSpec(type="telegram", name="off", enabled=False, config={**chat, "chat_id": 8}),
                "ops": ChannelSpec(type="webhook", name="ops", config={"url": f"{provider.url}/ops"}),
            },
        )
        self.provider, self.database, self.clock = provider, database, clock
        self.outbox = StoredOutbox(database, lambda: self.settings.error_specs)
        self.woken = 0
        self.probing = Probing(database, self.outbox, http, lambda: self.settings, self.wake)

    def wake(self) -> None:
        self.woken += 1

    async def told(self) -> list[str]:
        async with self.database.read() as tx:
            listed = await owed.listed(tx, limit=10)
        return [each.delivery.message.title for each in reversed(listed)]

    async def owing(self) -> list[Delivery]:
        async with self.database.read() as tx:
            return [each.delivery for each in await owed.listed(tx, limit=10)]


@contextlib.asynccontextmanager
async def benched(folder: pathlib.Path) -> AsyncIterator[Bench]:
    clock = Resting()
    async with serving() as provider, Http(outbound(), clock) as http:
        database = await Database.open(folder / "state.sqlite", lasting=False)
        try:
            yield Bench(provider, database, http, clock)
        finally:
            await database.close()


async def test_who_is_not_reached_twice_is_told_of_once_and_when_it_is_over(tmp_path: pathlib.Path) -> None:
    async with benched(tmp_path) as bench:
        bench.provider.otherwise = REFUSED
        titles = []
        for answer in (REFUSED, REFUSED, REFUSED, Answer(), Answer()):
            bench.provider.otherwise = answer
            bench.clock.tick(HOUR)
            await bench.probing.probe()
            titles.append(await bench.told())
        began = "TROUBLE: Channel chat (telegram) is not reached"
        over = "OK: Channel chat (telegram) is reached again"
        assert titles == [[], [began], [began], [began, over], [began, over]]
        assert bench.woken == 2
        assert {each.target.name for each in await bench.owing()} == {"ops"}
        health = {each.target.name: each.tested for each in bench.outbox.health.values()}
        assert health == {"chat": "reachable", "ops": "reachable"}


async def test_nobody_is_notified(tmp_path: pathlib.Path) -> None:
    async with benched(tmp_path) as bench:
        reports = await bench.probing.probe()
        assert {each.name: found.level for each, found in reports.items()} == {
            "chat": Level.TARGET,
            "ops": Level.TCP,
        }
        assert [one.path.rpartition("/")[2] for one in bench.provider.requests] == ["getMe", "getChat"]


async def test_it_goes_round_and_says_first_what_nobody_tried(tmp_path: pathlib.Path) -> None:
    async with benched(tmp_path) as bench, asyncio.TaskGroup() as group:
        with structlog.testing.capture_logs() as logs:
            running = group.create_task(bench.probing.run())
            await bench.clock.rested()
            assert len(bench.provider.requests) == 2
            bench.clock.tick(HOUR - dt.timedelta(seconds=1))
            assert not bench.clock.rests.is_set()
            bench.clock.tick(dt.timedelta(seconds=1))
            await bench.clock.rested()
            assert len(bench.provider.requests) == 4
            running.cancel()
        (line,) = logs
        assert (line["event"], line["channels"]) == ("channels_never_tested", ["chat", "ops"])


async def test_a_channel_may_be_asked_at_an_interval_of_its_own(tmp_path: pathlib.Path) -> None:
    async with benched(tmp_path) as bench:
        channels = bench.settings.channels
        often = replace(channels["ops"], probe_interval=dt.timedelta(minutes=10))
        asked = []
        bench.settings = replace(bench.settings, channels={**channels, "ops": often})
        for minutes in (0, 9, 1, 10, 39, 1):
            bench.clock.tick(dt.timedelta(minutes=minutes))
            asked.append(sorted(each.name for each in await bench.probing.probe_due()))
        assert asked == [["chat", "ops"], [], ["ops"], ["ops"], ["ops"], ["chat"]]
        bench.settings = replace(bench.settings, probe=Probe())
        bench.clock.tick(HOUR)
        assert [each.name for each in await bench.probing.probe_due()] == ["ops"]


async def test_a_clock_that_is_set_back_does_not_stop_probes(tmp_path: pathlib.Path) -> None:
    async with benched(tmp_path) as bench:
        await bench.probing.probe_due()
        bench.clock.tick(-HOUR)
        assert len(await bench.probing.probe_due()) == 2
