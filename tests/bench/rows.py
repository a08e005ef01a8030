"""Ten million events: loading them, starting over them, and queries of five minutes and of everything beside the same by hand.

`make bench ARGS="rows"` takes some ten minutes and 2 GB of disk, `ARGS="rows 1000000"` a tenth of it.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import statistics
import tempfile
import time
from collections.abc import Callable

from lynxalert.clock import SystemClock
from lynxalert.engine import Engine
from lynxalert.engine.catalog import Catalog
from lynxalert.events import EventStore
from lynxalert.plan import ALL_TIME, TimeWindow
from tests.bench.daemon import Running, running
from tests.bench.disk import bare
from tests.bench.history import PER_SECOND, ROUND, History
from tests.bench.report import Report

EVENTS = 10_000_000
CHECKPOINT = 400_000  # events between two, as a daemon does it
RUNS = 5
# (query, the same by hand over one table: {t} its name, {c[name]} a column, {w} the window; how the tables' answers meet)
QUERIES = (
    (
        "level=error | stats count by host",
        "SELECT host, count(*) AS n FROM {t} WHERE lower({c[level]}) = 'error' AND {w} GROUP BY host",
        "SELECT host, sum(n) FROM ({all}) GROUP BY host ORDER BY host",
    ),
    (
        "| stats count by host",
        "SELECT host, count(*) AS n FROM {t} WHERE host IS NOT NULL AND {w} GROUP BY host",
        "SELECT host, sum(n) FROM ({all}) GROUP BY host ORDER BY host",
    ),
    (
        "source=api http.status>=500 | stats count",
        "SELECT count(*) AS n FROM {t} WHERE source = 'api' AND {c[http.status]} >= 500 AND {w}",
        "SELECT sum(n) FROM ({all})",
    ),
)
PATHS = (
    ("fields", "≤ 1,500 ms"),
    ("fields?earliest=-5m", ""),
    ("fields?q=level%3Derror", ""),
    ("fields/level/values", ""),
    ("sources", ""),
    ("histogram?earliest=-3h", ""),
    ("histogram?earliest=-5m&q=level%3Derror", ""),
)


def measure(events: int = EVENTS) -> Report:
    events -= events % ROUND
    report = Report("Many rows", f"{events:,} events at {PER_SECOND:,}/s of event time; medians of {RUNS}")
    now = SystemClock().now()
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name, "data", "events.duckdb")
        path.parent.mkdir()
        _load(report, path, events, now - dt.timedelta(seconds=events / PER_SECOND))
        store = EventStore(path)
        for query, each, joined in QUERIES:
            for window, words in ((_last(now), "5 minutes"), (ALL_TIME, "all")):
                _ask(report, store, (query, each, joined), window, words)
        store.close()
        with running(folder=pathlib.Path(name)) as daemon:
            report.add("start to ready", f"{daemon.starting:.1f} s", "≤ 5 s (2)")
            for address, promised in PATHS:
                took = _median(lambda a=address: _get(daemon, a))
                report.add(f"/api/v1/{address}", f"{took:,.0f} ms", promised)
    return report


def _get(daemon: Running, address: str) -> None:
    daemon.ask(f"/api/v1/{address}")


def _last(now: dt.datetime) -> TimeWindow:
    return TimeWindow(now - dt.timedelta(minutes=5), now)


def _load(report: Report, path: pathlib.Path, events: int, start: dt.datetime) -> None:
    """Store *events*; what of them bare DuckDB would take is measured on a tenth."""
    store, used, waiting = EventStore(path), 0.0, 0
    texts: dict[str, list[str]] = {}
    for number, made in enumerate(History(start).rounds(events)):
        begun = time.perf_counter()
        for alike in made:
            store.keep(alike)
        waiting += ROUND
        if waiting >= CHECKPOINT:
            store.checkpoint()
            waiting = 0
        used += time.perf_counter() - begun
        if number < max(1, events // ROUND // 10):
            for alike in made:
                texts.setdefault(alike.origin.source, []).extend(alike.raws)
    begun = time.perf_counter()
    store.checkpoint()
    used += time.perf_counter() - begun
    store.close()
    many = sum(map(len, texts.values()))
    beside = bare(path.with_name("bare.duckdb"), texts)
    path.with_name("bare.duckdb").unlink()
    report.add("storing, parsed already", f"{events / used:,.0f} /s")
    report.add("against read_json into bare DuckDB", f"{used / events * many / beside:.2f} ×")
    report.add("disk per event", f"{path.stat().st_size / events:.0f} B", "≤ 160 B (130)")


def _ask(
    report: Report, store: EventStore, question: tuple[str, str, str], window: TimeWindow, words: str
) -> None:
    query, each, joined = question
    engine, cursor = Engine(store), store.cursor()
    now = SystemClock().now()
    hand = joined.format(all=" UNION ALL ".join(_tables(each, store.catalog(), window)))
    compiled: list[float] = []
    written: list[float] = []
    for _ in range(RUNS):
        compiled.append(_took(lambda: engine.query(query, now=now, window=window)))
        written.append(_took(lambda: cursor.execute(hand).fetchall()))
    cursor.close()
    ours, theirs = statistics.median(compiled), statistics.median(written)
    report.add(f"{query}, {words}", f"{ours:,.0f} ms, {ours / theirs:.2f} × by hand")


def _tables(each: str, catalog: Catalog, window: TimeWindow) -> list[str]:
    """The query by hand over each table that has the columns it names."""
    limits = "TRUE"
    if window.start is not None and window.end is not None:
        start, end = (moment.replace(tzinfo=None).isoformat(" ") for moment in (window.start, window.end))
        limits = f"_time >= TIMESTAMP '{start}' AND _time < TIMESTAMP '{end}'"
    found = []
    for stream in catalog.streams:
        columns = {name: field.column for name, field in stream.fields.items() if field.column is not None}
        try:
            found.append(each.format(t=stream.table, c=columns, w=limits))
        except KeyError:
            continue
    return found


def _took(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_took(work) for _ in range(RUNS))
