"""How long a sender waits, and how long until its events can be asked for; how long a question takes meanwhile."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
import urllib.request

from lynxalert.clock import SystemClock
from tests.bench.daemon import Running, running
from tests.bench.generator import Generator
from tests.bench.report import Report, percentile
from tests.bench.sending import prepared, send

EVENTS = 100  # per request
SECONDS = 10
QUESTION = "level=error | stats count by host"


def measure() -> Report:
    report = Report(
        "Waiting", f"requests of {EVENTS} events at a steady rate for {SECONDS} s, one daemon each"
    )
    requests = prepared(Generator(SystemClock().now(), rate=10_000).requests(200, EVENTS))
    with running() as daemon:
        send(daemon.port, requests[:40])
        sent = send(daemon.port, _rounds(requests, 10_000), per_second=10_000 / EVENTS)
        report.add(
            "acknowledgement at 10,000 events/s, p50 / p99",
            f"{percentile(sent.waited, 0.5) * 1e3:.1f} / {percentile(sent.waited, 0.99) * 1e3:.1f} ms",
            "≤ 15 / ≤ 100 ms (10 / 50)",
        )
    with running() as daemon:
        send(daemon.port, requests[:40])
        visible, asked = _beside(daemon, requests)
    report.add(
        "event → queryable at 5,000 events/s, p99",
        f"{percentile(visible, 0.99) * 1e3:.0f} ms",
        "≤ 1,000 ms (300)",
    )
    report.add(
        "simple 5-minute query under 5,000 events/s, p50 / p99",
        f"{percentile(asked, 0.5) * 1e3:.1f} / {percentile(asked, 0.99) * 1e3:.1f} ms",
        "≤ 15 / ≤ 80 ms (8 / 40)",
    )
    return report


def _rounds(requests: list[bytes], per_second: int) -> list[bytes]:
    return [requests[number % len(requests)] for number in range(per_second * SECONDS // EVENTS)]


def _beside(daemon: Running, requests: list[bytes]) -> tuple[list[float], list[float]]:
    """Under load: seconds from sending a marked event until a query finds it; seconds of a simple query."""
    load = threading.Thread(
        target=send, args=(daemon.port, _rounds(requests, 5_000)), kwargs={"per_second": 5_000 / EVENTS}
    )
    load.start()
    visible: list[float] = []
    asked: list[float] = []
    while load.is_alive():
        begun = time.perf_counter()
        mark = f"mark{len(visible)}"
        content = json.dumps({"mark": mark}).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/api/v1/ingest?source=marks", content).read()
        while not _ask(daemon, f"source=marks mark={mark} | stats count", "-1m")["rows"][0]["count"]:
            time.sleep(0.005)  # how finely the wait is measured; asking costs the daemon something too
        visible.append(time.perf_counter() - begun)
        for _ in range(5):
            begun = time.perf_counter()
            _ask(daemon, QUESTION, "-5m")
            asked.append(time.perf_counter() - begun)
    load.join()
    return visible, asked


def _ask(daemon: Running, query: str, earliest: str) -> dict[str, list[dict[str, int]]]:
    found: dict[str, list[dict[str, int]]] = daemon.ask(
        "/api/v1/query?" + urllib.parse.urlencode({"q": query, "earliest": earliest, "latest": "+1m"})
    )
    return found
