"""Events per second over HTTP into a real daemon, until they can be queried; with and without alerts."""

from __future__ import annotations

import os
import time

from lynxalert.clock import SystemClock
from tests.bench.daemon import running
from tests.bench.generator import SIZE, Generator
from tests.bench.report import Report
from tests.bench.sending import CONNECTIONS, prepared, send

EVENTS = 500  # per request
DISTINCT = 120  # requests made beforehand, 60,000 events; sent round and round
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "800"))
WARM = 40
RATE = 40_000  # events per second of event time, from now on: alerts find them in their windows


def measure() -> Report:
    report = Report(
        "Durable ingest over HTTP, until queryable",
        f"{REQUESTS} requests of {EVENTS} events of {SIZE} bytes, {CONNECTIONS} connections, one daemon",
    )
    requests = prepared(Generator(SystemClock().now(), rate=RATE).requests(DISTINCT, EVENTS))
    _one(report, "events per second", requests, "", "≥ 40,000 (80,000)")
    _one(report, "the same with 1,000 alerts running", requests, alerts(1_000), "≥ 20,000 (40,000)")
    return report


def alerts(count: int) -> str:
    """The configuration of *count* alerts of six shapes, every one due each 30 s over five minutes."""
    shapes = (
        "source=api http.status>={n} | stats count as hits | where hits > 1000000",
        "level=error | stats count as hits by host | where hits > {n}00000",
        'service=payments msg="*{n}*" | stats count as hits | where hits > 1000000',
        "source=nginx status={n} | stats count as hits | where hits > 1000000",
        "source=worker duration_ms>{n} | stats count as hits by queue | where hits > 1000000",
        "source=nginx path=/api/v1/items/{n} | stats count as hits | where hits > 1000000",
    )
    texts = (
        f"[alerts.a{n}]\nname = \"Alert {n}\"\nq = '{shapes[n % len(shapes)].format(n=n)}'\n"
        'interval = "30s"\nwindow = "5m"\nchannels = []\n'
        for n in range(count)
    )
    return "\n".join(texts)


def _one(report: Report, what: str, requests: list[bytes], config: str, promised: str) -> None:
    with running(config) as daemon:
        send(daemon.port, requests[:WARM])
        daemon.drained()
        before = daemon.cpu()
        begun = time.perf_counter()
        sent = send(daemon.port, [requests[n % len(requests)] for n in range(REQUESTS)])
        daemon.drained()
        seconds = time.perf_counter() - begun
        total = REQUESTS * EVENTS
        stored = daemon.ask("/health")["store"]["stored"]
        assert stored == total + WARM * EVENTS, stored
        used = (daemon.cpu() - before) / total * 1e6
        report.add(what, f"{total / seconds:,.0f} /s", promised)
        report.add("  acknowledged", f"{total / sent.seconds:,.0f} /s, {sent.refused} refused")
        report.add(
            "  CPU per event: daemon, client", f"{used:.1f} µs, {sent.client_cpu / total * 1e6:.1f} µs"
        )
        report.add("  memory at most", f"{daemon.memory():,.0f} MiB", "≤ 1,536")
