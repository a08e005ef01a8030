"""From SIGKILL to serving, with 200,000 events acknowledged that no table holds yet."""

from __future__ import annotations

import pathlib
import tempfile

from lynxalert.clock import SystemClock
from lynxalert.events import Event
from lynxalert.events.arrivals import Arrived, encode
from lynxalert.events.extract import micros
from lynxalert.events.frames import frame
from tests.bench.daemon import running
from tests.bench.generator import Generator
from tests.bench.report import Report

EVENTS = 200_000


def measure() -> Report:
    report = Report("Restart", f"{EVENTS:,} events in the raw log alone, as a kill leaves them")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with running(folder=folder) as empty:
            report.add("start to ready, an empty store", f"{empty.starting:.2f} s")
        _leave_behind(folder / "data" / "events.duckdb.log")
        with running(folder=folder) as daemon:
            found = daemon.ask("/health")["store"]["stored"]
            assert found == EVENTS, found
            report.add("start to ready, all of them stored", f"{daemon.starting:.2f} s", "≤ 5 s (2)")
    return report


def _leave_behind(log: pathlib.Path) -> None:
    """What a killed daemon leaves: a segment behind the last, of records of 500 events."""
    now = SystemClock().now()
    number = max(int(path.stem) for path in log.glob("*.log")) + 1
    with (log / f"{number:012d}.log").open("wb") as segment:
        for source, body in Generator(now).requests(EVENTS // 500):
            batch = [Arrived(micros(now), Event(line, source=source)) for line in body.split("\n")]
            segment.write(frame(encode(batch)))
