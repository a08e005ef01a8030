"""A state file that refuses, because its disk is full: nothing ends, nothing is sent twice, whoever asks is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import pathlib
import sqlite3
from collections.abc import Sequence

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lynxalert.api.keys import MOMENTS
from lynxalert.daemon.patience import PAUSE, Patience, PatientOutbox
from lynxalert.daemon.sender import Sender
from lynxalert.notify.model import Delivery
from lynxalert.notify.outbox import Lane
from lynxalert.state import Database
from tests.api.house import living
from tests.fakes import FakeClock
from tests.notify.ledger import Ledger
from tests.notify.test_sender import Bench, working

FULL = OperationalError("COMMIT", None, sqlite3.OperationalError("database or disk is full"))
SAID = "the state file cannot be read or written: database or disk is full"


class Disk(Ledger):
    """An outbox whose disk may be full."""

    is_full = False

    async def claim(
        self, destination: str, now: dt.datetime, lease_until: dt.datetime, most: int = 1
    ) -> Sequence[Lane]:
        if self.is_full:
            raise FULL
        return await super().claim(destination, now, lease_until, most)

    async def settle(self, deliveries: Sequence[Delivery]) -> bool:
        if self.is_full:
            raise FULL
        return await super().settle(deliveries)


async def test_what_was_accepted_while_the_disk_is_full_is_noted_later_and_not_sent_again() -> None:
    async with working() as idle:
        bench, disk = Bench(idle.provider, idle.http, idle.clock), Disk()
        bench.ledger, patience = disk, Patience(idle.clock)
        settled = bench.outcomes.put_nowait
        bench.sender = Sender(PatientOutbox(disk, patience), bench.http, bench.clock, settled=settled)
        running = asyncio.ensure_future(bench.sender.run())
        await bench.rest()
        assert patience.stall(bench.clock.now()) is None
        disk.is_full = True
        bench.tell(bench.spec())
        await bench.clock.advance(2 * PAUSE)
        assert (bench.ids, patience.stall(bench.clock.now())) == ([], SAID)
        disk.is_full = False
        bench.provider.arrived.clear()
        bench.clock.tick(PAUSE)
        await bench.provider.arrived.wait()
        disk.is_full = True  # between the provider's acceptance and our note of it
        await bench.clock.advance(20 * PAUSE)  # longer than a lease
        disk.is_full = False
        await bench.clock.advance(PAUSE)
        assert await bench.outcome() == ("fired", "delivered", None)
        await bench.clock.advance(20 * PAUSE)
        assert len(bench.ids) == 1
        assert patience.stall(bench.clock.now()) is None
        bench.sender.stop()
        await running


async def test_a_part_that_the_state_refuses_begins_again_and_says_so_once() -> None:
    clock, begun = FakeClock(), []

    async def run() -> str:
        begun.append(clock.now())
        if len(begun) < 4:
            raise ExceptionGroup("tasks", [FULL, ExceptionGroup("more", [FULL])])
        return "done"

    with structlog.testing.capture_logs() as logs:
        working = asyncio.ensure_future(Patience(clock).through(run))
        await clock.advance(3 * PAUSE)
        assert await working == "done"
    assert [later - begun[0] for later in begun] == [n * PAUSE for n in range(4)]
    assert [(line["event"], line["reason"]) for line in logs] == [
        ("state_refused", "database or disk is full")
    ]


async def test_a_mistake_of_ours_is_no_trouble_of_the_disk() -> None:
    async def run() -> None:
        raise ExceptionGroup("tasks", [FULL, KeyError("x")])

    with pytest.raises(ExceptionGroup):
        await Patience(FakeClock()).through(run)


async def test_a_daemon_whose_state_cannot_be_written_goes_on_and_says_so(tmp_path: pathlib.Path) -> None:
    async with living(tmp_path) as house:
        database: Database = house.app[MOMENTS]._database  # type: ignore[attr-defined] # to have it refuse at once
        await house.create(window="1h")
        await database.write(lambda tx: tx.execute(text("PRAGMA busy_timeout = 0")))
        other = sqlite3.connect(tmp_path / "data" / "state.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        silence = {"matchers": ["team=shop"], "duration": "5m"}
        refused = await house.ask("POST", "/api/v1/silences", silence)
        assert (refused.status, refused.error["code"]) == (503, "STORAGE_UNWRITABLE")
        assert "database is locked" in refused.error["message"]
        assert "store.path" in refused.error["suggestion"]
        await house.log(200, ago=0)

        async def degraded() -> bool:
            return bool((await house.ask("GET", "/health")).data["scheduler"]["status"] == "degraded")

        await house.until(degraded, minutes=2)
        assert house.provider.requests == []
        other.close()
        assert (await house.ask("POST", "/api/v1/silences", silence)).status == 201
        house.provider.arrived.clear()
        await house.until(lambda: house.provider.requests, minutes=1)
        assert house.provider.requests[0].json["status"] == "firing"
