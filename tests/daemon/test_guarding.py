"""An event store that takes nothing: people hear of it once, and when it is over, also after a restart."""

from __future__ import annotations

import pathlib

import structlog

from lynxalert.alerts import ChannelSpec
from lynxalert.daemon.guarding import EVERY, Guarding
from lynxalert.state import Database, owed
from tests.fakes import FakeClock

OPS = ChannelSpec(type="webhook", name="ops", config={"url": "https://example.com/ops"})
FULL = "less than 256 MiB (`store.keep_free`) are free on the disk"


async def test_a_store_that_takes_nothing_is_told_once_and_when_it_is_over(tmp_path: pathlib.Path) -> None:
    clock, trouble, woken = FakeClock(), dict[str, str | None](store=None), []
    database = await Database.open(tmp_path / "state.sqlite")

    def guard() -> Guarding:
        return Guarding(
            database, clock, lambda _: trouble["store"], lambda: [OPS], lambda: woken.append(clock.now())
        )

    async def told(guarding: Guarding, reason: str | None, looks: int = 1) -> list[str]:
        trouble["store"] = reason
        for _ in range(looks):
            await guarding.look()
            clock.tick(EVERY)
        async with database.read() as tx:
            return [each.delivery.message.subject for each in await owed.listed(tx, limit=10)]

    with structlog.testing.capture_logs() as logs:
        guarding = guard()
        assert await told(guarding, None, looks=2) == []
        assert await told(guarding, FULL) == []
        assert await told(guarding, None) == [], "it was for a moment only"
        assert await told(guarding, FULL, looks=4) == ["No events are stored"]
        follower = guard()  # the process that follows
        assert await told(follower, None) == ["Events are stored again", "No events are stored"]
        assert len(await told(follower, None, looks=2)) == len(woken) == 2
    assert [line["event"] for line in logs] == [
        "store_takes_nothing",
        "store_takes_events_again",
        "store_takes_nothing",
    ]
    await database.close()
