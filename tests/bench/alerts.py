"""Thousands of alerts: the queries of one tick against one query per alert, whole ticks, a storm of instances."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import pathlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lynxalert.alerts import Alert, ChannelSpec, Cron, Every, Policy
from lynxalert.cli._group import NEW_OBJECTS
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.runner import EngineRunner
from lynxalert.engine import Engine
from lynxalert.engine.shared import Ask, Shared
from lynxalert.events import EventStore
from lynxalert.notify.queueing import made
from lynxalert.plan import TimeWindow
from lynxalert.state import Database
from tests.bench.report import Report
from tests.fakes import FakeClock

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
EVENTS = 300_000
ALERTS = 5_000
MANY = 10_000
# Every one at the full minute, into a chat that would rather have digests.
CHAT = ChannelSpec(type="telegram", name="chat", config={"bot_token": "1:x", "chat_id": 7})
STORM = Alert(
    id="alt_0",
    name="storm",
    query="",
    schedule=Cron("* * * * *"),
    window=MINUTE,
    channels=(CHAT,),
    policy=Policy(max_instances=MANY),
)
KINDS = (32, 128)  # shapes over one source
SAMPLE = 40  # alerts asked one by one, for the ratio


def measure() -> Report:
    report = Report(
        "Alerts",
        f"{EVENTS:,} events in five minutes, in memory; seven shapes of query, constants drawn at random; "
        f"one by one: extrapolated from {SAMPLE}.",
    )
    gc.set_threshold(NEW_OBJECTS)  # as a daemon has it
    _queries(report)
    _kinds(report)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_minute(report, pathlib.Path(folder)))
    gc.collect()
    gc.freeze()  # a daemon neither has what was measured so far in its heap, nor meets its channels in a storm
    for channel in STORM.channels:
        made(channel)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_storm(report, pathlib.Path(folder)))
    gc.unfreeze()
    return report


def events(count: int, end: dt.datetime, length: dt.timedelta, seed: int = 1) -> Iterator[dict[str, object]]:
    """*count* events evenly over *length* before *end*."""
    rng = random.Random(seed)
    for n in range(count):
        yield {
            "timestamp": (end - length + length * n / count).isoformat(),
            "service": f"s{rng.randrange(40)}",
            "level": rng.choice(["error", "info", "info", "warn", "debug"]),
            "status": rng.choice([200, 200, 200, 404, 500, 503]),
            "ms": rng.randrange(1, 1000),
            "tenant": f"t{rng.randrange(200)}",
            "message": f"request {n} done",
        }


def query(n: int, rng: random.Random) -> str:
    """The query of alert *n*: one of seven shapes, thresholds that some reach."""
    service, tenant = f"s{rng.randrange(40)}", f"t{rng.randrange(200)}"
    level, limit = rng.choice(["error", "warn", "info"]), rng.randrange(500, 4000)
    return (
        f"level={level} service={service} | stats count as n | where n > {limit}",
        f"service={service} status>={rng.choice([400, 500])} | stats count by tenant | where count > {limit // 40}",
        f'| where service="{service}" AND ms>{rng.randrange(500, 990)} | stats count as slow | where slow>{limit}',
        f"tenant={tenant} level={level} | stats avg(ms) as mean, count | where mean>{limit // 4} AND count > 5",
        f"tenant={tenant} | stats p95(ms) as p95 | where p95>{900 + limit // 40}",
        f'service={service} | stats count(eval(level="error")) as e, count as c | eval r=e/c | where r>0.{limit % 9}9',
        f"service={service} status=500 | stats dc(tenant) as tenants by level | where tenants>{limit // 4}",
    )[n % 7]


def _queries(report: Report) -> None:
    store = EventStore()
    store.ingest(events(EVENTS, NOON, 5 * MINUTE))
    engine, rng = Engine(store), random.Random(2)
    window = TimeWindow(NOON - 5 * MINUTE, NOON)
    asks = [Ask(query(n, rng), window, NOON) for n in range(ALERTS)]
    shared = Shared(engine, most_parts=0)
    first = _asked(shared, asks)
    spent = min(_asked(shared, asks) for _ in range(5))
    further = _further(store, engine, asks)
    sample = random.Random(3).sample(asks, SAMPLE)
    begun = time.perf_counter()
    for ask in sample:
        engine.query(ask.text, now=ask.now, window=ask.window)
    alone = (time.perf_counter() - begun) / SAMPLE * ALERTS
    store.close()
    report.add(f"queries of a tick, {ALERTS:,} alerts", f"{spent * 1e3:,.0f} ms", "300 ms (150)")
    for what, whole, added in further:
        report.add(f"  5 s later, {what}: whole windows / parts", f"{whole:,.0f} / {added:,.0f} ms of CPU")
    report.add("the same, the first time (compiled anew)", f"{first:,.1f} s")
    report.add("against one query per alert", f"{alone / spent:,.0f} x", "25 x (60)")


def kinds(count: int) -> list[str]:
    """*count* queries of which no two are of one shape, thresholds that none reaches."""
    rng, found = random.Random(4), dict[str, str]()
    terms = [
        "level=error",
        "status>=500",
        "ms>900",
        "tenant!=t9",
        "service=s1*",
        "NOT level=debug",
        "message=*done",
    ]
    terms += ["(status=404 OR ms>700)", "service IN (s2, s3, s4)", "ms<=20", "status!=200", "tenant=t1*"]
    totals = [
        "count as n",
        "count as n",
        "sum(ms) as n",
        "max(ms) as n",
        "avg(ms) as n, count",
        "count as n by service",
    ]
    while len(found) < count:
        some = rng.sample(terms, rng.randrange(1, 4))
        total = totals[len(found) % len(totals)]
        found.setdefault(" ".join(sorted(some)), f"{' '.join(some)} | stats {total} | where n>1000000000")
    return list(found.values())


def _kinds(report: Report) -> None:
    """Alerts that share a source but no shape: together, and one by one."""
    for length in (5 * MINUTE, 5 * MINUTE / 60):
        store = EventStore()
        store.ingest(events(round(EVENTS * (length / (5 * MINUTE))), NOON, length))
        engine, window = Engine(store), TimeWindow(NOON - length, NOON)
        for number in KINDS:
            asks = [Ask(text, window, NOON) for text in kinds(number)]
            shared = Shared(engine, most_parts=0)
            first, *spent = (_cpu(shared, asks) for _ in range(6))
            assert shared.medleys.answered == len(asks) * 6
            begun = time.process_time()
            for ask in asks:
                engine.query(ask.text, now=ask.now, window=ask.window)
            alone = time.process_time() - begun
            report.add(
                f"{number} shapes over {length.total_seconds():g} s: together / one by one",
                f"{min(spent) * 1e3:,.0f} / {alone * 1e3:,.0f} ms of CPU, {alone / min(spent):.1f} x",
                "3 x",
            )
            report.add("  the first time", f"{first * 1e3:,.0f} ms")
        store.close()


def _cpu(shared: Shared, asks: Sequence[Ask]) -> float:
    used = time.process_time()
    _asked(shared, asks)
    return time.process_time() - used


def _further(store: EventStore, engine: Engine, asks: Sequence[Ask]) -> list[tuple[str, float, float]]:
    """The median tick of ten (ms of CPU), 5,000 events each, as whole windows and from parts: all alerts, and those that have parts."""
    with_parts = [ask for n, ask in enumerate(asks) if n % 7 not in (4, 6)]
    spent: dict[tuple[str, bool], list[float]] = {}
    ways = {False: Shared(engine, most_parts=0), True: Shared(engine)}
    for tick in range(1, 14):
        later = tick * dt.timedelta(seconds=5)
        store.ingest(events(EVENTS // 60, NOON + later, dt.timedelta(seconds=5), seed=tick))
        for what, some in (
            (f"{len(asks):,} alerts", asks),
            (f"{len(with_parts):,} without p95 and dc", with_parts),
        ):
            window = TimeWindow(NOON + later - 5 * MINUTE, NOON + later)
            moved = [replace(ask, window=window, now=NOON + later) for ask in some]
            for added, shared in ways.items():
                used = time.process_time()
                _asked(shared, moved)
                spent.setdefault((what, added), []).append((time.process_time() - used) * 1e3)
    names = dict.fromkeys(what for what, _ in spent)
    return [(what, *(statistics.median(spent[what, added][3:]) for added in (False, True))) for what in names]


def _asked(shared: Shared, asks: Sequence[Ask]) -> float:
    begun = time.perf_counter()
    _, pieces = shared.sort(asks)
    answers = [pair for piece in pieces for pair in shared.answer(piece)]
    assert len(answers) == len(asks)
    return time.perf_counter() - begun


async def _minute(report: Report, folder: pathlib.Path) -> None:
    """Ten thousand alerts at a one-minute interval: what one minute of them costs."""
    rng = random.Random(2)
    alerts = [
        Alert(
            id=f"alt_{n}", name=f"a{n}", query=query(n, rng), schedule=Every(MINUTE, "1m"), window=5 * MINUTE
        )
        for n in range(MANY)
    ]
    clock = FakeClock(NOON)
    store = EventStore(clock=clock)
    store.ingest(events(EVENTS, NOON, 5 * MINUTE))
    async with _evaluating(folder, store, clock, alerts) as evaluator:
        spent: list[float] = []
        for tick in range(60):
            clock.tick(dt.timedelta(seconds=5))
            store.ingest(events(5000, clock.now(), dt.timedelta(seconds=5), seed=tick))
            begun = time.perf_counter()
            await evaluator.tick()
            spent.append(time.perf_counter() - begun)
    store.close()
    warm = spent[-24:]
    report.add(f"ticks of a minute, {MANY:,} alerts every minute", f"{sum(warm) / 2:,.1f} s", "30 s")
    report.add("slowest tick", f"{max(warm) * 1e3:,.0f} ms", "5 s")
    report.add("all of it, for one alert", f"{sum(warm) / 2 / MANY * 1e6:,.0f} µs")


async def _storm(report: Report, folder: pathlib.Path) -> None:
    """Ten thousand instances begin to fire at one instant, owed to one chat: of one alert, and of as many alerts.

    Every alert has been judged before, over events of another host, so that all there is to compile is compiled.
    """
    whole = replace(STORM, query="* | stats count by host | where count > 1")
    single = [
        replace(STORM, id=f"alt_{n}", name=f"storm {n}", query=f"host=h{n} | stats count | where count > 1")
        for n in range(MANY)
    ]
    for number, (what, alerts) in enumerate((("one alert", [whole]), (f"{MANY:,} alerts", single))):
        clock = FakeClock(NOON)
        store = EventStore(clock=clock)
        store.ingest([{"timestamp": (NOON + MINUTE / 2).isoformat(), "host": "quiet"}])
        own = folder / str(number)
        own.mkdir()
        async with _evaluating(own, store, clock, alerts) as evaluator:
            for words in ("look for the first time", "begin to fire", "end"):
                clock.tick(MINUTE)
                begun, used = time.perf_counter(), time.process_time()
                await evaluator.tick()
                spent = time.perf_counter() - begun
                cpu = time.process_time() - used
                report.add(
                    f"{MANY:,} instances of {what} {words}: the tick",
                    f"{spent:,.1f} s, {cpu:,.1f} s of CPU",
                    "2 s" if alerts is not single else "3 s",
                )
                if words == "look for the first time":
                    at = (clock.now() + MINUTE / 2).isoformat()
                    store.ingest({"timestamp": at, "host": f"h{n % MANY}"} for n in range(2 * MANY))
        store.close()


class _evaluating:  # noqa: N801 - a context manager, used as a word
    """An evaluator over a state file with *alerts* in it, every one looked at once."""

    def __init__(
        self, folder: pathlib.Path, store: EventStore, clock: FakeClock, alerts: Sequence[Alert]
    ) -> None:
        self._folder, self._clock, self._alerts = folder, clock, alerts
        self._runner = EngineRunner(Engine(store), store)

    async def __aenter__(self) -> Evaluator:
        self._database = await Database.open(self._folder / "state.sqlite")
        edits, now = Edits(), self._clock.now()
        await self._database.write(lambda tx: edits.put_all(tx, self._alerts, {}, now))
        evaluator = Evaluator(self._database, self._runner, self._clock)
        await evaluator.tick()
        return evaluator

    async def __aexit__(self, *_: object) -> None:
        self._runner.close()
        await self._database.close()
