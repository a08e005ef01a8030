"""Ten thousand alerts after minutes without a daemon: how soon each is in time again, and whether every slot was judged once.

A real daemon is killed; the outage itself is not waited for: the cursors in its state are moved back by it. Then it is started again
while 1,000 events a second arrive. `make bench ARGS="alerts-outage 10"`: ten minutes.
"""

from __future__ import annotations

import pathlib
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from lynxalert.clock import SystemClock
from tests.bench import mix
from tests.bench.alerts_minute import ALERTS, EVENTS, slots, under_load
from tests.bench.daemon import Running, running
from tests.bench.generator import Generator
from tests.bench.report import Report

MINUTES = 3
RATE = 1_000  # events per second
LEARNING = 70  # seconds in which every alert is judged once
LONGEST = 1_800  # seconds that catching up may take
AFTERWARDS = 60  # seconds in which all must be in time
MICROSECONDS = 60_000_000  # of a minute: state has instants so

# Slots that were judged twice, and holes between the first and the last slot of an alert: what no outage may leave.
TWICE = "SELECT count(*) FROM (SELECT 1 FROM evaluations WHERE kind = 'judged' GROUP BY alert_id, slot HAVING count(*) > 1)"
HOLES = f"""
    SELECT coalesce(sum((last - first) / {MICROSECONDS} + 1 - told), 0) FROM (
        SELECT min(slot) AS first, max(CASE kind WHEN 'gap' THEN at ELSE slot END) AS last, sum(slots) AS told
        FROM evaluations WHERE kind != 'error' GROUP BY alert_id
    )
"""


def measure(minutes: int = MINUTES) -> Report:
    report = Report(
        "After an outage",
        f"{ALERTS:,} alerts at a 1-minute interval, {minutes} minutes without a daemon, {RATE:,} events/s",
    )
    requests = Generator(SystemClock().now()).requests(60, EVENTS)
    with tempfile.TemporaryDirectory() as name:
        folder, config = pathlib.Path(name), mix.config(ALERTS)
        with running(config, folder) as daemon:
            under_load(daemon, requests, LEARNING, RATE)
            daemon.process.kill()
            daemon.process.wait()
        _shift(folder, minutes)
        with running(config, folder) as daemon, ThreadPoolExecutor(1) as thread:
            begun, enough = time.perf_counter(), Event()
            load = thread.submit(under_load, daemon, requests, LONGEST, RATE, until=enough.is_set)
            try:
                waiting = list(_waiting(daemon, begun))
                caught_up = slots(daemon)
                cpu = daemon.cpu()
                time.sleep(AFTERWARDS)  # for another process
                after = slots(daemon)
            finally:
                enough.set()
                load.result()
            _told(report, waiting, cpu, caught_up["judged"])
            late = after["judged"] - after["≤ 5.0 s"] - caught_up["judged"] + caught_up["≤ 5.0 s"]
            report.add("the minute afterwards: slots later than 5 s", f"{late:,.0f}", "none")
        with sqlite3.connect(folder / "data" / "state.sqlite") as state:
            found = [state.execute(query).fetchone()[0] for query in (TWICE, HOLES)]
            gaps = state.execute(
                "SELECT coalesce(sum(slots), 0) FROM evaluations WHERE kind = 'gap'"
            ).fetchone()[0]
        report.add(
            "slots judged twice, lost without a word, told as lost",
            " / ".join(f"{each:,}" for each in (*found, gaps)),
            "0 / 0 / beyond 60",
        )
    return report


def _shift(folder: pathlib.Path, minutes: int) -> None:
    """Have every alert, and all that it was told, stand *minutes* earlier."""
    with sqlite3.connect(folder / "data" / "state.sqlite") as state:
        by = minutes * MICROSECONDS
        state.execute("UPDATE cursors SET next_slot = next_slot - ?, checked_at = checked_at - ?", (by, by))
        state.execute(
            "UPDATE evaluations SET slot = slot - ?, at = at - ?, recorded_at = recorded_at - ?", (by, by, by)
        )


def _waiting(daemon: Running, begun: float) -> Iterator[tuple[float, float]]:
    """Seconds since *begun*, and the slots that wait, once some do until none does."""
    some = False
    while (passed := time.perf_counter() - begun) < LONGEST:
        behind = slots(daemon)["behind"]
        some = some or behind > 0
        if some:
            yield passed, behind
        if some and not behind:
            return
        time.sleep(0.5)  # another process
    raise AssertionError(f"slots still wait after {LONGEST} s")


def _told(report: Report, waiting: list[tuple[float, float]], cpu: float, judged: float) -> None:
    most = max(behind for _, behind in waiting)
    half = next(passed for passed, behind in waiting if behind <= most / 2)
    report.add("slots that wait once it is ready", f"{most:,.0f}")
    report.add("half of them judged / none waits, after", f"{half:,.0f} / {waiting[-1][0]:,.0f} s")
    report.add(
        "CPU of the daemon by then, for one slot judged", f"{cpu:,.0f} s, {cpu / judged * 1e6:,.0f} µs"
    )
