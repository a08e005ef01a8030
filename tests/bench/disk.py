"""Bytes on the disk per event, raw text included; and what storing costs beside loading the same into bare DuckDB."""

from __future__ import annotations

import pathlib
import tempfile
import time
from itertools import islice

import duckdb
import pyarrow as pa

from lynxalert.clock import SystemClock
from lynxalert.events import EventStore
from tests.bench.generator import SIZE, Generator
from tests.bench.report import Report

EVENTS = 300_000


def measure() -> Report:
    report = Report(
        "Disk and loading", f"{EVENTS:,} events of {SIZE} bytes from three sources, in one process"
    )
    by_source: dict[str, list[str]] = {}
    for source, line in islice(Generator(SystemClock().now()), EVENTS):
        by_source.setdefault(source, []).append(line)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours = _ours(report, folder / "ours.duckdb", by_source)
        theirs = bare(folder / "bare.duckdb", by_source)
    report.add("storing, durable in the tables", f"{EVENTS / ours:,.0f} /s")
    report.add("the same texts through read_json into bare DuckDB", f"{EVENTS / theirs:,.0f} /s")
    report.add("ours against bare", f"{ours / theirs:.2f} ×")
    return report


def _ours(report: Report, path: pathlib.Path, by_source: dict[str, list[str]]) -> float:
    store = EventStore(path)
    begun = time.perf_counter()
    for source, lines in by_source.items():
        store.ingest(lines, source=source)
    store.checkpoint()
    seconds = time.perf_counter() - begun
    store.close()
    size = path.stat().st_size
    report.add(
        "disk per event, raw text included",
        f"{size / EVENTS:.0f} B ({size / EVENTS / SIZE:.2f} of the text)",
        "≤ 160 B (130)",
    )
    return seconds


def bare(path: pathlib.Path, by_source: dict[str, list[str]]) -> float:
    """Texts as one column, their fields by DuckDB's own inference: no exactness, no catalog, no log."""
    database = duckdb.connect(str(path))
    begun = time.perf_counter()
    for number, lines in enumerate(by_source.values()):
        texts = pa.table({"raw": pa.array(lines, pa.string())})
        database.register("texts", texts)
        [(structure,)] = database.sql(
            "SELECT json_group_structure(raw::JSON) FROM (FROM texts LIMIT 1000)"
        ).fetchall()
        literal = str(structure).replace("'", "''")  # a parameter has no type when the columns are named
        database.execute(
            f"CREATE TABLE t{number} AS SELECT raw, unnest(json_transform(raw::JSON, '{literal}')) FROM texts"
        )
        database.unregister("texts")
    database.execute("CHECKPOINT")
    seconds = time.perf_counter() - begun
    database.close()
    return seconds
