"""Ten thousand alerts, every one due each minute, while 5,000 events a second arrive over HTTP: is every slot in time.

A real daemon that has never run: in its first minute everything is met for the first time. Then quiet minutes, a reload that changes
one alert, and a second start. CPU of the evaluation is what a daemon with the alerts uses beyond one without any at the same
rate of events. What an outage leaves behind is `alerts-outage`.
"""

from __future__ import annotations

import pathlib
import re
import signal
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from lynxalert.clock import SystemClock
from tests.bench import mix
from tests.bench.daemon import Running, running
from tests.bench.generator import Generator
from tests.bench.live import Stamped
from tests.bench.report import Report
from tests.bench.sending import send

ALERTS = 10_000
RATE = 5_000  # events per second
EVENTS = 250  # per request
SECONDS = 180
PIECE = 10  # seconds of events that are sent without asking whether it is enough
RELOADING = 20  # seconds of events around a reload
IN_TIME = "≤ 5.0 s"
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
        ingest = under_load(bare, requests, max(10, seconds // 6))
    with tempfile.TemporaryDirectory() as name:
        folder, config = pathlib.Path(name), mix.config(ALERTS)
        with running(config, folder) as daemon:
            fresh = daemon.starting
            _minutes(report, daemon, requests, FIRST, ingest, "first minute")
            _minutes(report, daemon, requests, max(FIRST, seconds - FIRST), ingest, "then")
            _reloaded(report, daemon, requests)
            report.add("memory at most", f"{daemon.memory():,.0f} MiB", "≤ 1,536")
            daemon.process.send_signal(signal.SIGTERM)
            daemon.process.wait()
        with running(config, folder) as again:
            report.add(
                "start to ready, alerts to be stored / stored", f"{fresh:.1f} / {again.starting:.1f} s", "5 s"
            )
    return report


def _reloaded(report: Report, daemon: Running, requests: list[tuple[str, str]]) -> None:
    """One alert of all changed, and the file read again while slots come due."""
    file = daemon.folder / "lynxalert.toml"
    file.write_text(file.read_text().replace('"Alert 7"\nq = \'', '"Alert 7"\nq = \'method=GET '))
    before, used, begun = slots(daemon), daemon.cpu(), time.perf_counter()
    with ThreadPoolExecutor(1) as thread:
        load = thread.submit(under_load, daemon, requests, RELOADING)
        changed = daemon.post("/api/v1/config/reload")["changed"]
        took, cost = time.perf_counter() - begun, daemon.cpu() - used
        load.result()
    assert changed == ["a7"], changed
    report.add(
        "a reload with one alert changed: seconds, CPU of the daemon meanwhile", f"{took:.1f} s, {cost:.1f} s"
    )
    _lateness(report, before, slots(daemon), "around the reload")


def _minutes(
    report: Report,
    daemon: Running,
    requests: list[tuple[str, str]],
    seconds: int,
    ingest: float,
    when: str,
) -> None:
    before = slots(daemon)
    begun = time.perf_counter()
    used = under_load(daemon, requests, seconds)
    passed = time.perf_counter() - begun
    after = slots(daemon)
    judged = after["judged"] - before["judged"]
    report.add(f"{when}: slots due / judged", f"{ALERTS * passed / 60:,.0f} / {judged:,.0f}")
    _lateness(report, before, after, when)
    report.add(
        f"{when}: failed, left out, waiting, judged again",
        " / ".join(f"{after[n] - before[n]:,.0f}" for n in ("error", "gap", "behind", "rejudged")),
        "0 / 0 / 0",
    )
    report.add(f"{when}: CPU, ingest alone / evaluation", f"{ingest:.2f} / {used - ingest:.2f} cores")


def _lateness(report: Report, before: Mapping[str, float], after: Mapping[str, float], when: str) -> None:
    """How late slots were; the target is kept by all of them or missed."""
    delays = {edge: count - before[edge] for edge, count in after.items() if edge.startswith("≤")}
    shares = " / ".join(within(delays, share) for share in (0.5, 0.99, 1.0))
    report.add(f"{when}: delay of a slot, p50 / p99 / latest", shares, IN_TIME)
    late = max(delays.values()) - delays[IN_TIME]
    report.add(f"{when}: slots later than 5 s", "none: kept" if not late else f"{late:,.0f}: MISSED", "none")


def under_load(
    daemon: Running,
    requests: list[tuple[str, str]],
    seconds: int,
    rate: int = RATE,
    until: Callable[[], bool] = lambda: False,
) -> float:
    """Cores that the daemon used while *rate* events a second came for *seconds*, or *until* that is enough."""
    before, begun = daemon.cpu(), time.perf_counter()
    per_second, sent = rate / EVENTS, 0
    while sent < seconds and not until():
        more = min(PIECE, seconds - sent)
        send(daemon.port, Stamped(requests, int(per_second * more)), per_second=per_second)
        sent += more
    return (daemon.cpu() - before) / (time.perf_counter() - begun)


def slots(daemon: Running) -> dict[str, float]:
    """What `/metrics` counts of slots by name; of delays, the slots within so many seconds as `≤ 5 s`."""
    with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    found = {name: _number(text, full) for name, full in COUNTED.items()}
    return found | {f"≤ {edge} s": float(count) for edge, count in BUCKET.findall(text)}


def _number(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def within(delays: Mapping[str, float], share: float) -> str:
    """The least bound that *share* of the slots keep."""
    most = max(delays.values(), default=0.0)
    return next((edge for edge, count in delays.items() if count >= share * most), "none")
