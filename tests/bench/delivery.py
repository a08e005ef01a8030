"""Deliveries through the real outbox and sender to webhooks on loopback: how many, what each costs, how soon one goes out."""

from __future__ import annotations

import asyncio
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.clock import SystemClock
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.sender import Sender
from lynxalert.notify.http import Http, Outbound
from lynxalert.notify.model import Delivery, Status
from lynxalert.notify.queueing import queue, situation_of
from lynxalert.state import Database, StoredOutbox, outbox
from tests.bench.report import Report, percentile
from tests.notify.occasions import alert, occasion

MANY = 4_000
PLACES = 10
ALONE = 200  # messages sent one by one, for how long each takes
PAUSE = 0.01  # seconds between them


def measure() -> Report:
    report = Report(
        "Delivery",
        f"{MANY:,} starts of as many episodes, stored, sent and settled; the endpoint is a process of its own",
    )
    asyncio.run(_measure(report))
    return report


async def _measure(report: Report) -> None:
    for places, promised in ((1, "500 /s"), (PLACES, "500 /s")):
        with hook() as port:
            async with sending(port, places) as bench:
                rate, each = await bench.drain(MANY)
        report.add(f"deliveries to {places} webhook{'s' * (places > 1)}", f"{rate:,.0f} /s", promised)
        report.add("CPU of each", f"{each * 1e6:,.0f} µs")
    with hook() as port:
        async with sending(port, 1) as bench:
            waited = [await bench.one(number) for number in range(ALONE)]
    report.add(
        "from the commit of a transition to the receipt, idle, p50 / p99",
        f"{percentile(waited, 0.5) * 1e3:.1f} / {percentile(waited, 0.99) * 1e3:.1f} ms",
        "p99 ≤ 1,000 ms",
    )


class Bench:
    """A sender at work over a state file on the disk."""

    def __init__(self, database: Database, http: Http, definition: Alert) -> None:
        self._database = database
        self._alert = definition
        self._clock = http.clock
        self._left = 0
        self._done = asyncio.Event()
        self.sender = Sender(StoredOutbox(database), http, self._clock, settled=self._count)

    async def drain(self, many: int) -> tuple[float, float]:
        """Deliveries a second, and seconds of CPU for each; they are stored before the clock runs."""
        places = len(self._alert.channels)
        await self._owe(range(many // places))
        self._left = many
        begun, cpu = time.perf_counter(), time.process_time()
        self._done.clear()
        self.sender.wake()
        await self._done.wait()
        return many / (time.perf_counter() - begun), (time.process_time() - cpu) / many

    async def one(self, number: int) -> float:
        """Seconds from the commit of one delivery until it is settled, with nothing else to do."""
        await asyncio.sleep(PAUSE)
        self._left = 1
        self._done.clear()
        await self._owe(range(number, number + 1))
        begun = time.perf_counter()
        self.sender.wake()
        await self._done.wait()
        return time.perf_counter() - begun

    async def _owe(self, numbers: range) -> None:
        now = self._clock.now()
        told = [
            occasion(
                alert=self._alert,
                episode=f"{n:024d}",
                labels={"host": f"web-{n}"},
                values={"errors": n},
                at=now,
            )
            for n in numbers
        ]
        made = queue(told, situation_of(self._alert, now))
        await self._database.write(lambda tx: outbox.enqueue(tx, made))

    def _count(self, delivery: Delivery) -> None:
        assert delivery.status is Status.DELIVERED, delivery.detail
        self._left -= 1
        if not self._left:
            self._done.set()


@asynccontextmanager
async def sending(port: int, places: int) -> AsyncIterator[Bench]:
    """A sender that runs, and an alert with *places* webhooks at *port*."""
    specs = [
        ChannelSpec(type="webhook", name=f"hook-{n}", config={"url": f"http://127.0.0.1:{port}/hooks/{n}"})
        for n in range(places)
    ]
    definition, clock = alert(*specs), SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(pathlib.Path(folder) / "state.sqlite")
        await database.write(lambda tx: Edits().put(tx, definition, clock.now()))
        async with Http(Outbound(allow_private=("127.0.0.0/8",)), clock) as http:
            bench = Bench(database, http, definition)
            async with asyncio.TaskGroup() as group:
                group.create_task(bench.sender.run())
                yield bench
                bench.sender.stop()
            await database.close()


@contextmanager
def hook() -> Iterator[int]:
    """The port of an endpoint in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.hook"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
