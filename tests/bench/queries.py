"""Compiled queries against the same SQL written by hand over the same tables, in turn; medians and minima within one process."""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import time
from collections.abc import Callable

import lynxalert
from lynxalert.engine.compiler import compile_query
from lynxalert.lang import parse
from lynxalert.plan import TimeWindow
from lynxalert.plan.knowledge import Knowledge
from lynxalert.store import Store
from tests.bench.report import Report

EVENTS = 300_000
RUNS = 31
LONGEST = 245_767  # characters of the longest query known
NOW = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
WINDOW = TimeWindow(NOW - dt.timedelta(hours=1), NOW + dt.timedelta(seconds=1))
RANGE = "_time >= TIMESTAMP '2026-02-14 11:00:00' AND _time < TIMESTAMP '2026-02-14 12:00:01'"
ALERT = (
    "level=error service=pay* | stats count as errors, avg(ms) as mean by host "
    "| eval share=round(errors*100/300, 1) | where errors > 100 AND share > 5 | sort -errors"
)
# (query, the same by hand; {t} is the table, {c[name]} a column)
SHAPES = (
    ("level=error | stats count", "SELECT count(*) FROM {t} WHERE lower({c[level]}) = 'error'"),
    (
        "| stats count by host",
        "SELECT host, count(*) FROM {t} WHERE host IS NOT NULL GROUP BY host ORDER BY host",
    ),
    (
        "status>=500 | stats count by service",
        "SELECT {c[service]}, count(*) FROM {t} WHERE {c[status]} >= 500 GROUP BY 1 ORDER BY 1",
    ),
    (
        "| stats avg(ms), max(ms) by service",
        "SELECT {c[service]}, avg({c[ms]}), max({c[ms]}) FROM {t} GROUP BY 1 ORDER BY 1",
    ),
    (
        "| stats p95(ms) by service",
        "SELECT {c[service]}, quantile_disc({c[ms]}, 0.95) FROM {t} GROUP BY 1 ORDER BY 1",
    ),
    (
        "| stats dc(user) by service",
        "SELECT {c[service]}, count(DISTINCT {c[user]}) FROM {t} GROUP BY 1 ORDER BY 1",
    ),
    (
        "service=pay* status=500 | stats count",
        "SELECT count(*) FROM {t} WHERE {c[service]} ILIKE 'pay%' AND {c[status]} = 500",
    ),
    ("| where ms > 900 | stats count", "SELECT count(*) FROM {t} WHERE {c[ms]} > 900"),
    (
        "| eval s=ms/1000 | stats sum(s) by host",
        "SELECT host, sum({c[ms]} / 1000) FROM {t} WHERE host IS NOT NULL GROUP BY host ORDER BY host",
    ),
    (
        "| sort -ms | head 10 | table host, ms",
        "SELECT host, {c[ms]} FROM {t} ORDER BY {c[ms]} DESC NULLS LAST, _time DESC, _seq DESC LIMIT 10",
    ),
)


def median(run: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU of the median of *times* runs, after one that does not count."""
    run()
    taken = []
    for _ in range(times):
        started = time.process_time()
        run()
        taken.append(time.process_time() - started)
    return statistics.median(taken) * 1000


def milliseconds(run: Callable[[], object]) -> float:
    """Of CPU, on all cores: what else the machine does is not counted."""
    started = time.process_time()
    run()
    return (time.process_time() - started) * 1000


def events() -> list[str]:
    chance = random.Random(1)
    services = ("payments", "catalog", "search", "users")
    return [
        json.dumps(
            {
                "timestamp": (NOW - dt.timedelta(milliseconds=n)).isoformat(),
                "level": "error" if chance.random() < 0.05 else "info",
                "service": chance.choice(services),
                "host": f"host-{chance.randrange(20)}",
                "status": chance.choice((200, 200, 200, 404, 500)),
                "user": f"u{chance.randrange(5000)}",
                "ms": chance.randrange(1000),
                "message": f"request {n} handled in the usual way, nothing to see here",
            }
        )
        for n in range(EVENTS)
    ]


def measure() -> Report:
    table = Report(
        "Queries, 300,000 events", "CPU, medians within one process; in brackets the ratio of the least"
    )
    store = lynxalert.open(":memory:")
    lines = events()
    started = time.perf_counter()
    store.ingest(lines, source="bench")
    seconds = time.perf_counter() - started
    table.add("events stored, in memory, one thread", f"{EVENTS / seconds:,.0f} /s", "–")
    _compiling(store, table)
    _running(store, table)
    return table


def _compiling(store: Store, table: Report) -> None:
    catalog, knowledge = store._events.catalog(), Knowledge()

    def plan(text: str) -> object:
        return compile_query(parse(text), catalog, "UTC", knowledge)

    table.add("parse and compile an alert's query", f"{median(lambda: plan(ALERT), 50):.2f} ms", "≤ 3 ms")
    cached = median(lambda: store._engine.compile(ALERT), 1000)
    table.add("the same, cached", f"{cached * 1000:.1f} µs", "≤ 20 µs")
    for what, text in generated(LONGEST).items():
        table.add(
            f"{what}, {len(text):,} characters",
            f"{median(lambda text=text: plan(text), 3):,.0f} ms",
            "≤ 2,000 ms",
        )


def generated(length: int) -> dict[str, str]:
    """Queries as programs write them, each of about *length* characters."""

    def many(pattern: str, separator: str) -> str:
        count = length // (len(pattern) + len(separator) + 2)  # a number has about four digits
        return separator.join(pattern.format(number) for number in range(count))

    names, hosts = many('"service-{}-name"', ", "), many('host="web-{}*"', " OR ")
    users = many('user="u{}"', " OR ")
    return {
        "service IN (…)": f"service IN ({names}) | stats count by host",
        "wildcards joined by OR": f"{hosts} | stats count by host",
        "equalities joined by OR in where": f"| where {users} | stats count by host",
    }


def _running(store: Store, table: Report) -> None:
    """Both in turn, so that what else the machine does falls on both; the median and the least of each."""
    stream = store._events.catalog().streams[0]
    columns = {name: f'"{field.column}"' for name, field in stream.fields.items()}
    ratios = []
    for query, by_hand in SHAPES:
        sql = by_hand.format(t=f'(SELECT * FROM "{stream.table}" WHERE {RANGE})', c=columns)
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(milliseconds(lambda query=query: store._engine.query(query, now=NOW, window=WINDOW)))
            theirs.append(milliseconds(lambda sql=sql: _hand(store, sql)))
        middle = statistics.median(ours)
        ratios.append((middle / statistics.median(theirs), min(ours) / min(theirs)))
        rate = EVENTS / middle / 1000
        measured = f"{middle:.1f} ms, {rate:.0f} M events/s, {ratios[-1][0]:.2f} × ({ratios[-1][1]:.2f} ×)"
        table.add(query, measured, "")
    of_medians, of_least = (statistics.median(one) for one in zip(*ratios, strict=True))
    table.add("median of the ten, against SQL by hand", f"{of_medians:.2f} × ({of_least:.2f} ×)", "≤ 1.1 ×")


def _hand(store: Store, sql: str) -> object:
    cursor = store._events.cursor()
    try:
        return cursor.execute(sql).fetchall()
    finally:
        cursor.close()
