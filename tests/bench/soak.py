"""40,000 events a second for a while with a thousand alerts loaded: does it keep up, in how much memory, and does anything grow.

`make bench ARGS="soak"` takes ten minutes and some 5 GB of disk, `ARGS="soak 60"` one minute and half a gigabyte.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence

from lynxalert.clock import SystemClock
from tests.bench.daemon import Moment, Running, running
from tests.bench.generator import Generator
from tests.bench.ingest import alerts
from tests.bench.live import Stamped
from tests.bench.report import Report, percentile
from tests.bench.sending import Sent, send

EVENTS, RATE = 500, 40_000
SECONDS = 600
WARM = 1 / 3  # of the time; memory is compared from then on
SHOWN = 10  # figures of one curve
LEAST = (
    300  # bytes of disk to be free per event, its text in the raw log and what a checkpoint writes included
)


def measure(seconds: int = SECONDS) -> Report:
    offered = RATE * seconds
    report = Report(
        "Soak",
        f"{RATE:,} events/s offered for {seconds} s in requests of {EVENTS}, 1,000 alerts each 30 s over 5 minutes",
    )
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < offered * LEAST + 2**30:
        sys.exit(f"{(offered * LEAST + 2**30) / 1e9:.0f} GB of disk are needed in {tempfile.gettempdir()}")
    requests = Stamped(Generator(SystemClock().now(), rate=RATE).requests(240, EVENTS), offered // EVENTS)
    with running(alerts(1_000)) as daemon:
        begun, used = time.perf_counter(), daemon.cpu()
        sent, moments = _beside(daemon, requests, seconds)
        daemon.drained()
        passed, used = time.perf_counter() - begun, daemon.cpu() - used
        stored = daemon.ask("/health")["store"]["stored"]
        assert stored == len(sent.waited) * EVENTS, (stored, len(sent.waited))
        report.add("offered", f"{RATE:,} /s")
        report.add("accepted, and queryable at the end", f"{stored / passed:,.0f} /s", "40,000")
        report.add("requests told to come again", f"{sent.refused:,} of {len(sent.waited) + sent.refused:,}")
        report.add("CPU per event, alerts included", f"{used / stored * 1e6:.1f} µs")
        report.add("acknowledgement p50 / p99, from when it was due", _waits(sent))
        report.add("memory at most", f"{daemon.memory():,.0f} MiB", "≤ 1,536")
        _growth(report, moments, seconds)
        report.add(
            "bytes on disk per event, raw log included", f"{moments[-1].events * 2**20 / stored:.0f} B"
        )
    return report


def _beside(daemon: Running, requests: Stamped, seconds: int) -> tuple[Sent, list[Moment]]:
    """What became of the requests, and what the daemon held meanwhile, sixty times."""
    moments: list[Moment] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(seconds / 60):
            moments.append(daemon.now())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        sent = send(daemon.port, requests, per_second=RATE / EVENTS, seconds=seconds)
    finally:
        over.set()
        watching.join()
    return sent, [*moments, daemon.now()]


def _waits(sent: Sent) -> str:
    return f"{percentile(sent.waited, 0.5) * 1e3:,.0f} / {percentile(sent.waited, 0.99) * 1e3:,.0f} ms"


def _growth(report: Report, moments: Sequence[Moment], seconds: int) -> None:
    """How each figure went over time, and how memory went on once it was warm."""
    warm = moments[int(len(moments) * WARM) :]
    minutes = [number * seconds / 60 / len(moments) for number in range(len(warm))]
    slope = statistics.linear_regression(minutes, [moment.memory for moment in warm]).slope
    curves = {
        "memory, MiB": [moment.memory for moment in moments],
        "open files": [float(moment.files) for moment in moments],
        "threads": [float(moment.threads) for moment in moments],
        "events on disk, MiB": [moment.events for moment in moments],
        "state on disk, MiB": [moment.state for moment in moments],
    }
    for name, values in curves.items():
        step = max(1, len(values) // SHOWN)
        report.add(f"  {name}", " ".join(f"{value:,.0f}" for value in values[step - 1 :: step]))
    report.add("  memory, after the first third", f"{slope:+,.1f} MiB a minute")
