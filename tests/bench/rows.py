"""Ten million events: what a query of the last five minutes and one of everything take."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import tempfile
import time
from itertools import islice

from lynxalert.clock import SystemClock
from lynxalert.plan import ALL_TIME, TimeWindow
from lynxalert.store import Store
from tests.bench.generator import Generator
from tests.bench.report import Report

EVENTS = int(os.environ.get("BENCH_ROWS", "10_000_000"))
DISTINCT = 100_000  # made beforehand; each round is the same but for its time
QUERIES = (
    "level=error | stats count by host",
    "http.status>=500 | stats count",
    "| stats p95(duration_ms) by service",
)


def measure() -> Report:
    report = Report("Many rows", f"{EVENTS:,} events at 1,000/s of event time")
    now = SystemClock().now()
    start = now - EVENTS * dt.timedelta(milliseconds=1)
    with tempfile.TemporaryDirectory() as name, Store(pathlib.Path(name, "e.duckdb")) as store:
        begun = time.perf_counter()
        for number in range(EVENTS // DISTINCT):
            own = start + number * dt.timedelta(milliseconds=DISTINCT)
            by_source: dict[str, list[str]] = {}
            for source, line in islice(Generator(own, seed=number), DISTINCT):
                by_source.setdefault(source, []).append(line)
            for source, lines in by_source.items():
                store.ingest(lines, source=source)
        store._events.checkpoint()
        report.add("making and storing them", f"{time.perf_counter() - begun:,.0f} s")
        report.add(
            "disk per event",
            f"{pathlib.Path(name, 'e.duckdb').stat().st_size / EVENTS:.0f} B",
            "≤ 160 B (130)",
        )
        for query in QUERIES:
            for window, words in (
                (TimeWindow(now - dt.timedelta(minutes=5), now), "5 minutes"),
                (ALL_TIME, "all"),
            ):
                begun = time.perf_counter()
                store._engine.query(query, now=now, window=window)
                report.add(f"{query}, {words}", f"{(time.perf_counter() - begun) * 1e3:,.0f} ms")
    return report
