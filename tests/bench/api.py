"""Lists of ten thousand alerts, page by page, while 5,000 events a second arrive: how long a person waits for a page."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import time
import urllib.request
from collections.abc import Iterator

from lynxalert.clock import SystemClock
from tests.bench.daemon import Running, running
from tests.bench.generator import Generator
from tests.bench.report import Report, percentile
from tests.bench.sending import prepared, send

ALERTS = 10_000
RATE = 5_000  # events per second
EVENTS = 250  # per request
SECONDS = 20
PAGE = 100
LISTS = {
    "by name": "",
    "triggered": "&status=triggered",
    "by label": "&label=team=t7",
    "by text, latest first": "&q=500&sort=-updated_at",
}


def measure(seconds: int = SECONDS) -> Report:
    report = Report(
        "The interface", f"{ALERTS:,} alerts, pages of {PAGE}, {RATE:,} events/s in requests of {EVENTS}"
    )
    requests = prepared(Generator(SystemClock().now(), rate=RATE).requests(200, EVENTS))
    many = [requests[n % len(requests)] for n in range(RATE * seconds // EVENTS)]
    with running(_config()) as daemon:
        for name, filters in LISTS.items():
            quiet = _walked(daemon, filters, itertools.repeat(True, 60))
            # In a process of its own: whoever reads the pages shares no interpreter with whoever sends.
            load = multiprocessing.get_context("fork").Process(
                target=send,
                args=(daemon.port, many),
                kwargs={"per_second": RATE / EVENTS, "seconds": seconds / 4},
            )
            load.start()
            busy = _walked(daemon, filters, iter(load.is_alive, False))
            load.join()
            report.add(
                f"a page {name}, p50 / p99 (alone: p50 / p99)",
                f"{_ms(busy, 0.5)} / {_ms(busy, 0.99)} ms ({_ms(quiet, 0.5)} / {_ms(quiet, 0.99)} ms)",
                "p99 20 ms",
            )
        begun = daemon.cpu()
        _walked(daemon, "", itertools.repeat(True, 200))
        report.add("CPU of a page by name", f"{(daemon.cpu() - begun) / 200 * 1e3:.1f} ms", "")
    return report


def _config() -> str:
    """Alerts that are due once a day: what is measured is the lists."""
    alerts = (
        f'[alerts.a{n}]\nname = "Errors of service {n % 997} on {n}"\n'
        f'q = "level=error service=s{n} | stats count as errors by host | where errors > {n % 500}"\n'
        f'interval = "1d"\nlabels = {{ team = "t{n % 50}" }}\nchannels = ["hook"]\n'
        for n in range(ALERTS)
    )
    return '[channels.hook]\ntype = "webhook"\nurl = "http://127.0.0.1:9/x"\n\n' + "\n".join(alerts)


def _walked(daemon: Running, filters: str, going: Iterator[bool]) -> list[float]:
    """Seconds of each page, from the first to the last and again, as long as it is *going*."""
    waited: list[float] = []
    after = ""
    for _ in going:
        url = f"http://127.0.0.1:{daemon.port}/api/v1/alerts?limit={PAGE}{filters}{after}"
        begun = time.perf_counter()
        with urllib.request.urlopen(url, timeout=60) as answer:
            raw = answer.read()
        waited.append(time.perf_counter() - begun)
        following = json.loads(raw)["meta"]["next_cursor"]
        after = f"&cursor={following}" if following else ""
    return waited


def _ms(waited: list[float], share: float) -> str:
    return f"{percentile(waited, share) * 1e3:.1f}"
