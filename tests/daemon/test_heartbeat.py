"""The sign of life: given while everything gets on, withheld when a part stalls."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass

import structlog

from lynxalert.config.settings import Heartbeat
from lynxalert.daemon.heartbeat import Pulse
from lynxalert.daemon.observed import Part
from lynxalert.notify.http import Http
from tests.fakes import FakeClock
from tests.notify.occasions import MINUTE, T
from tests.notify.provider import Answer, outbound, serving


@dataclass
class Round:
    """A loop that goes round at once when asked, unless it hangs."""

    clock: FakeClock
    looked_at: dt.datetime | None = None
    hangs: bool = False

    def wake(self) -> None:
        if not self.hangs:
            self.looked_at = self.clock.now()


async def test_it_beats_while_everything_gets_on_and_stops_when_a_part_stalls() -> None:
    clock = FakeClock(T)
    async with serving() as provider, Http(outbound(), clock) as http:
        settings = Heartbeat(url=f"{provider.url}/CANARY-uuid", interval="1m")  # type: ignore[arg-type] # as written
        loop, trouble = Round(clock), dict[str, str | None](store=None)
        pulse = Pulse(lambda: settings, http, clock, {"sender": loop}, {"store": lambda _: trouble["store"]})

        async def beats() -> bool:
            clock.tick(MINUTE)
            return await pulse.beat(settings)

        assert [await beats(), await beats()] == [True, True]
        loop.hangs = True
        assert await beats()  # it went round since the last beat; now it is asked in vain
        with structlog.testing.capture_logs() as logs:
            assert not await beats()
        assert logs[0]["stalled"] == {"sender": "it does not go round"}
        loop.hangs = False
        assert [await beats(), await beats()] == [False, True]
        trouble["store"] = "the disk is full"
        assert not await beats()
        trouble["store"] = None
        provider.answers = [Answer(404, "no CANARY-uuid")]
        with structlog.testing.capture_logs() as logs:
            assert not await beats()
        assert logs[0]["reason"] == "not_found"
        assert "CANARY" not in repr(logs)
        assert len(provider.requests) == 5
        assert {request.path for request in provider.requests} == {"/CANARY-uuid"}


async def test_nobody_is_called_without_an_address() -> None:
    clock = FakeClock(T)
    async with serving() as provider, Http(outbound(), clock) as http, asyncio.TaskGroup() as group:
        pulse = Pulse(Heartbeat, http, clock, {}, {})
        running = group.create_task(pulse.run())
        await clock.advance(10 * MINUTE)
        running.cancel()
        assert provider.requests == []


def test_health_says_what_stalls() -> None:
    part = Part(up=True, stall=lambda: "what is judged cannot be stored")
    assert part.health() == {
        "status": "degraded",
        "last_activity": None,
        "failure": "what is judged cannot be stored",
    }
    assert (Part().health()["status"], Part(up=True).health()["status"]) == ("down", "ok")
