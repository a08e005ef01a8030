"""Ten thousand alerts, every one due each minute, while 5,000 events a second arrive over HTTP: is every slot in time.

A real daemon, started twice: the first start stores the alerts, the second finds them. CPU of the evaluation is what a
daemon with the alerts uses beyond one without any at the same rate of events.
"""

from __future__ import annotations

import pathlib
import re
import signal
import tempfile
import time
import urllib.request
from collections.abc import Mapping

from lynxalert.clock import SystemClock
from tests.bench import mix
from tests.bench.daemon import Running, running, started
from tests.bench.generator import Generator
from tests.bench.live import Stamped
from tests.bench.report import Report
from tests.bench.sending import send

ALERTS = 10_000
RATE = 5_000  # events per second
EVENTS = 250  # per request
SECONDS = 180
FIRST = 60  # seconds in which everything is due once
COUNTED = {
    "judged": 'lynxalert_evaluations_total{kind="judged"}',
    "error": 'lynxalert_evaluations_total{kind="error"}',
    "gap": 'lynxalert_evaluations_total{kind="gap"}',
    "behind": "lynxalert_slots_behind",
    "rejudged": "lynxalert_rejudged_windows_total",
}
BUCKET = re.compile(r'lynxalert_slot_delay_seconds_bucket\{le="([^"]+)"\} (\S+)')


def measure(seconds: int = SECONDS) -> Report:
    report = Report(
        "A minute of alerts",
        f"{ALERTS:,} alerts at a 1-minute interval, {RATE:,} events/s in requests of {EVENTS} for {seconds} s",
    )
    requests = Generator(SystemClock().now()).requests(240, EVENTS)
    with running() as bare:
        ingest = _under_load(bare, requests, max(10, seconds // 6))
    with tempfile.TemporaryDirectory() as name:
        folder, config = pathlib.Path(name), mix.config(ALERTS)
        first = started(folder, config)
        first.process.send_signal(signal.SIGTERM)
        first.process.wait()
        with running(config, folder) as daemon:
            report.add(
                "start to ready, alerts to be stored / stored",
                f"{first.starting:.1f} / {daemon.starting:.1f} s",
                "5 s",
            )
            # A fresh daemon knows no query yet: its first minute is told by itself.
            _minutes(report, daemon, requests, FIRST, ingest, "first minute")
            _minutes(report, daemon, requests, max(FIRST, seconds - FIRST), ingest, "then")
            report.add("memory at most", f"{daemon.memory():,.0f} MiB", "≤ 1,536")
    return report


def _minutes(
    report: Report,
    daemon: Running,
    requests: list[tuple[str, str]],
    seconds: int,
    ingest: float,
    when: str,
) -> None:
    before = _slots(daemon)
    begun = time.perf_counter()
    used = _under_load(daemon, requests, seconds)
    passed = time.perf_counter() - begun
    after = _slots(daemon)
    judged = after["judged"] - before["judged"]
    report.add(f"{when}: slots due / judged", f"{ALERTS * passed / 60:,.0f} / {judged:,.0f}")
    delays = {edge: count - before[edge] for edge, count in after.items() if edge.startswith("≤")}
    shares = " / ".join(_within(delays, share) for share in (0.5, 0.99, 1.0))
    report.add(f"{when}: delay of a slot, p50 / p99 / latest", shares, "≤ 5 s")
    report.add(
        f"{when}: failed, left out, waiting, judged again",
        " / ".join(f"{after[n] - before[n]:,.0f}" for n in ("error", "gap", "behind", "rejudged")),
        "0 / 0 / 0",
    )
    report.add(f"{when}: CPU, ingest alone / evaluation", f"{ingest:.2f} / {used - ingest:.2f} cores")


def _under_load(daemon: Running, requests: list[tuple[str, str]], seconds: int) -> float:
    """Cores that the daemon used while events came for *seconds*."""
    before, begun = daemon.cpu(), time.perf_counter()
    per_second = RATE / EVENTS
    send(daemon.port, Stamped(requests, int(per_second * seconds)), per_second=per_second)
    return (daemon.cpu() - before) / (time.perf_counter() - begun)


def _slots(daemon: Running) -> dict[str, float]:
    """What `/metrics` counts of slots by name; of delays, the slots within so many seconds as `≤ 5 s`."""
    with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    found = {name: _number(text, full) for name, full in COUNTED.items()}
    return found | {f"≤ {edge} s": float(count) for edge, count in BUCKET.findall(text)}


def _number(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def _within(delays: Mapping[str, float], share: float) -> str:
    """The least bound that *share* of the slots keep."""
    most = max(delays.values(), default=0.0)
    return next((edge for edge, count in delays.items() if count >= share * most), "none")
