"""40,000 events a second for a while with a thousand alerts loaded: does it keep up, and in how much memory."""

from __future__ import annotations

from lynxalert.clock import SystemClock
from tests.bench.daemon import running
from tests.bench.generator import Generator
from tests.bench.ingest import alerts
from tests.bench.report import Report, percentile
from tests.bench.sending import prepared, send

EVENTS, RATE = 500, 40_000
SECONDS = 600


def measure(seconds: int = SECONDS) -> Report:
    report = Report(
        "Soak", f"{RATE:,} events/s offered for {seconds} s, 1,000 alerts each 30 s over 5 minutes"
    )
    requests = prepared(Generator(SystemClock().now(), rate=RATE).requests(240, EVENTS))
    with running(alerts(1_000)) as daemon:
        rounds = [requests[number % len(requests)] for number in range(RATE * seconds // EVENTS)]
        sent = send(daemon.port, rounds, per_second=RATE / EVENTS)
        daemon.drained()
        total = len(rounds) * EVENTS
        report.add(
            "events per second, queryable",
            f"{total / sent.seconds:,.0f} /s, {sent.refused} refused",
            "40,000",
        )
        report.add("acknowledgement p99", f"{percentile(sent.waited, 0.99) * 1e3:,.0f} ms")
        report.add("memory at most", f"{daemon.memory():,.0f} MiB", "≤ 1,536")
    return report
