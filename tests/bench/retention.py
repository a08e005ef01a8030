"""The hourly sweep: what is too old is deleted and a checkpoint made; then as much comes in again. Does the file grow."""

from __future__ import annotations

import datetime as dt
import pathlib
import tempfile
import time

from lynxalert.clock import SystemClock
from lynxalert.events import Alike, EventStore
from tests.bench.history import PER_SECOND, ROUND, History
from tests.bench.report import Report

EVENTS = 400_000
SWEPT = 200_000  # events of one sweep
SWEEPS = 3


def measure(events: int = EVENTS) -> Report:
    events = max(events - events % ROUND, 2 * SWEPT)
    report = Report(
        "Retention",
        f"{events:,} events held, {SWEEPS} sweeps of {SWEPT:,} each, as many stored after each",
    )
    start = SystemClock().now() - dt.timedelta(seconds=events / PER_SECOND)
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name, "e.duckdb")
        store = EventStore(path)
        rounds = History(start).rounds(events + SWEEPS * SWEPT)
        for _ in range(events // ROUND):
            _keep(store, next(rounds))
        store.checkpoint()
        sizes = [path.stat().st_size]
        deleting: list[float] = []
        writing: list[float] = []
        for sweep in range(1, SWEEPS + 1):
            begun = time.perf_counter()
            gone = store.retain({"main": start.replace(microsecond=0) + _seconds(sweep * SWEPT)})
            deleting.append(time.perf_counter() - begun)
            assert gone == SWEPT, gone
            begun = time.perf_counter()
            store.checkpoint()
            writing.append(time.perf_counter() - begun)
            for _ in range(SWEPT // ROUND):
                _keep(store, next(rounds))
            store.checkpoint()
            sizes.append(path.stat().st_size)
        store.close()
    report.add(f"delete {SWEPT:,} of {events:,}, p50 / most", _times(deleting))
    report.add("checkpoint after it, p50 / most", _times(writing))
    report.add("file before, and after each sweep and as many new events", _sizes(sizes))
    report.add("growth after the second sweep", f"{(sizes[-1] / sizes[2] - 1) * 100:+.1f} %", "≤ 5 %")
    return report


def _keep(store: EventStore, made: list[Alike]) -> None:
    for alike in made:
        store.keep(alike)


def _seconds(events: int) -> dt.timedelta:
    return dt.timedelta(seconds=events / PER_SECOND)


def _times(seconds: list[float]) -> str:
    return f"{sorted(seconds)[len(seconds) // 2] * 1e3:,.0f} / {max(seconds) * 1e3:,.0f} ms"


def _sizes(sizes: list[int]) -> str:
    return " ".join(f"{size / 2**20:,.0f}" for size in sizes) + " MiB"
