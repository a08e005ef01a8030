"""Many alerts asked together tell what each asked by itself tells; and what comes of time: catch-up, lateness, a long day."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import pathlib
import random
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lynxalert.alerts import Alert, Cron, Every, NoData
from lynxalert.alerts.failure import EvaluationError
from lynxalert.daemon.runner import EngineRunner, Question
from lynxalert.engine import Engine
from lynxalert.engine.shared import Shared
from lynxalert.events import EventStore
from lynxalert.plan import Result, TimeWindow
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND, Bench, Scripted, by_minute

ANY = {"type": "any_rows"}
FILES = pathlib.Path("/proc/self/fd")
MINUTES = Cron("* * * * *")
OF_MANY_SHAPES = [
    "n>=6 | stats count as errors | where errors>1",
    "level=error n!=3 | stats sum(n) as total | where total>9",
    "NOT service=a | eval n=n*2 | stats max(n) as total, count | where total>6 AND count<4",
    "service=b n<2 | stats count | where count=0",
    "level=error n>7 service=a",
    'level=info | rex field=service "(?<n>[ab])" | where n="b" | stats count as n | where n>0',
]
ERRORS = "level=error service={} | stats count as errors | where errors > {}"


class Singly(EngineRunner):
    """Asks one query per alert: the oracle."""

    async def run_many(
        self, questions: Sequence[Question]
    ) -> AsyncIterator[tuple[int, Result | EvaluationError | None]]:
        return
        yield


class Mixing(EngineRunner):
    """Asks what shares no shape in one statement, as a daemon does."""

    def __init__(self, engine: Engine, store: EventStore) -> None:
        self.shared = Shared(engine)
        super().__init__(engine, store, shared=self.shared)

    def close(self) -> None:
        super().close()
        assert self.shared.medleys.answered > 60


class Adding(EngineRunner):
    """Adds windows up from parts, however few events they have."""

    def __init__(self, engine: Engine, store: EventStore) -> None:
        self.shared = Shared(engine, least_spared=0)
        super().__init__(engine, store, shared=self.shared)

    def close(self) -> None:
        super().close()
        assert self.shared.ledgers.answered > 20


def alert(number: int, query: str, **changes: object) -> Alert:
    made = replace(ALERT, id=f"alt_{number}", name=f"a{number}", query=query, when=ANY, schedule=MINUTES)
    return replace(made, **changes)  # type: ignore[arg-type] # fields by name


def all_sorts() -> list[Alert]:
    """Shapes that share and some that cannot; every way to look at other windows than one's own."""
    quiet = replace(ALERT.policy, no_data=NoData.NODATA)
    drop = {"type": "relative", "field": "n", "op": "lt", "percent": 60}
    tiers = {"type": "threshold", "field": "n", "op": "gt", "tiers": {"warn": 1, "critical": 4}}
    silent = {"type": "threshold", "field": "n", "op": "lt", "value": 1}
    return [
        *(alert(n, ERRORS.format("ab"[n % 2], n), window=(1 + n % 3) * MINUTE) for n in range(6)),
        alert(10, "level=error | stats count as n by service | where n > 2", policy=quiet),
        alert(11, "service=a | stats count as n | where n > 99", policy=quiet, expect=({},)),
        alert(12, "service=b | stats count as n", when=drop),
        alert(13, "service=a | stats count as n | where n < 3", delay=20 * SECOND),
        alert(14, "service=a earliest=-90s level=error | stats count as n | where n > 3"),
        alert(15, "level=error | stats count as n by nosuch | where n > 0"),
        alert(16, "level=error | head 2 | stats count as n by service", window=2 * MINUTE),
        alert(17, "level=error | stats cuont"),
        alert(18, "service=a | stats max(n) as top | where top >= 5", when={**drop, "field": "top"}),
        *(alert(20 + n, query, window=2 * MINUTE) for n, query in enumerate(OF_MANY_SHAPES)),
        alert(30, "level!=info n>1 | stats count as n", window=2 * MINUTE, when=tiers),
        alert(31, "n<3 service!=b | stats count as n", window=2 * MINUTE, when=silent, policy=quiet),
        alert(32, "level=error n=2 OR n=5 | stats count as n", window=2 * MINUTE, time="ingest"),
    ]


def day(minutes: int, seed: int) -> list[dict[str, object]]:
    """Events of some minutes after noon, more in some than in others."""
    chance = random.Random(seed)
    found = []
    for minute in range(minutes):
        for n in range(chance.choice([0, 1, 3, 9])):
            at = NOON + minute * MINUTE + chance.randrange(60) * SECOND
            level = chance.choice(["error", "error", "info"])
            found.append({"_time": at.isoformat(), "level": level, "service": chance.choice("ab"), "n": n})
    return sorted(found, key=lambda each: str(each["_time"]))


async def history_of(
    folder: pathlib.Path, kind: type[EngineRunner], batches: Sequence[Sequence[object]], alerts: list[Alert]
) -> list[tuple[object, ...]]:
    """Every transition, to the byte, when the n-th batch arrives in the n-th minute."""
    await asyncio.to_thread(folder.mkdir)
    bench = await Bench.open(folder, None)  # type: ignore[arg-type] # the runner needs the clock, and follows
    store = EventStore(clock=bench.clock)
    runner = kind(Engine(store), store)
    bench.runner = runner
    bench.restart()
    for each in alerts:
        await bench.put(each)
    for batch in batches:
        store.ingest([json.dumps(each) for each in batch])
        await bench.pass_(MINUTE)
    stored = await transitions(bench)
    runner.close()
    store.close()
    await bench.database.close()
    return stored


async def transitions(bench: Bench) -> list[tuple[object, ...]]:
    async with bench.database.read() as tx:
        columns = "alert_id, key, kind, episode, sequence, at, body"
        rows = await tx.exec_driver_sql(
            f"SELECT {columns} FROM transitions ORDER BY alert_id, at, key, episode, sequence"
        )
        return [tuple(row) for row in rows]


def by_arrival(events: list[dict[str, object]], minutes: int, seed: int) -> list[list[dict[str, object]]]:
    """*events* minute by minute; a fifth of them up to three minutes late, in any order."""
    chance = random.Random(seed)
    batches: list[list[dict[str, object]]] = [[] for _ in range(minutes)]
    for each in events:
        minute = (dt.datetime.fromisoformat(str(each["_time"])) - NOON) // MINUTE
        batches[min(minutes - 1, minute + chance.choice([0, 0, 0, 0, chance.randrange(4)]))].append(each)
    for batch in batches:
        chance.shuffle(batch)
    return batches


@pytest.mark.parametrize(("seed", "kind"), [(1, Mixing), (2, Adding)])
async def test_asked_together_or_one_by_one_the_history_is_the_same(
    tmp_path: pathlib.Path, seed: int, kind: type[EngineRunner]
) -> None:
    batches = by_arrival(day(10, seed), 10, seed)
    together = await history_of(tmp_path / "together", kind, batches, all_sorts())
    apart = await history_of(tmp_path / "apart", Singly, batches, all_sorts())
    assert together == apart
    assert len({row[0] for row in together}) > 6  # alerts that had something to tell


async def test_replay_is_live_to_the_byte(tmp_path: pathlib.Path) -> None:
    events = day(10, 3)
    live = await history_of(tmp_path / "live", EngineRunner, by_arrival_in_time(events, 10), all_sorts())
    (tmp_path / "again").mkdir()
    store = EventStore()
    store.ingest([json.dumps(each) for each in events])
    runner = EngineRunner(Engine(store), store)
    again = await Bench.open(tmp_path / "again", runner, *all_sorts())
    await again.evaluator.tick()
    await again.pass_(10 * MINUTE, down=True)
    assert await transitions(again) == live
    runner.close()
    store.close()
    await again.database.close()


def by_arrival_in_time(events: list[dict[str, object]], minutes: int) -> list[list[dict[str, object]]]:
    batches: list[list[dict[str, object]]] = [[] for _ in range(minutes)]
    for each in events:
        batches[(dt.datetime.fromisoformat(str(each["_time"])) - NOON) // MINUTE].append(each)
    return batches


async def test_late_and_shuffled_events_end_in_the_same_episodes(tmp_path: pathlib.Path) -> None:
    """Of alerts that fire for what is there: `count < n` fires because rows are late, and needs a delay."""
    alerts = [alert(n, ERRORS.format("ab"[n % 2], n), window=MINUTE) for n in range(5)]
    events = [each for each in day(8, 5) if str(each["_time"]) < (NOON + 8 * MINUTE).isoformat()]
    pause: list[list[dict[str, object]]] = [[]] * 3
    prompt = await history_of(
        tmp_path / "prompt", EngineRunner, by_arrival_in_time(events, 8) + pause, alerts
    )
    late = await history_of(tmp_path / "late", EngineRunner, by_arrival(events, 11, 5), alerts)
    assert {row[:4] for row in late if row[2] in ("fired", "resolved")} == {row[:4] for row in prompt}


async def test_a_start_and_an_end_within_an_outage_are_both_sent(tmp_path: pathlib.Path) -> None:
    bench = await Bench.open(tmp_path, Scripted(by_minute(1, 3, 1)), ALERT)
    await bench.evaluator.tick()
    await bench.pass_(3 * MINUTE, down=True)
    assert await bench.told() == ["12:02 fired #1", "12:03 resolved #2"]
    assert await bench.queued() == ["fired queued", "resolved queued"]
    await bench.database.close()


async def test_an_evaluation_that_errs_is_tried_again_for_the_same_window(tmp_path: pathlib.Path) -> None:
    answers = iter([EvaluationError("busy", transient=True), 3])
    runner = Scripted(lambda _: next(answers))
    bench = await Bench.open(tmp_path, runner, ALERT)
    await bench.pass_(MINUTE)
    cursor = await bench.cursor()
    assert (cursor.checked_at, cursor.next_slot, cursor.health.errors) == (None, NOON + MINUTE, 1)
    bench.clock.tick(5 * SECOND)
    await bench.evaluator.tick()
    assert runner.windows[0] == runner.windows[1]
    assert [each.kind for each in await bench.evaluations()] == ["error", "judged"]
    assert await bench.told() == ["12:01 fired #1"]
    await bench.database.close()


async def test_an_error_in_the_middle_of_catching_up_holds_up_what_follows(tmp_path: pathlib.Path) -> None:
    broken = True

    def answer(at: dt.datetime) -> int | Exception:
        if at == NOON + 4 * MINUTE and broken:
            return EvaluationError("busy", transient=True)
        return 3 if at == NOON + 5 * MINUTE else 0

    bench = await Bench.open(tmp_path, Scripted(answer), ALERT)
    await bench.evaluator.tick()
    await bench.pass_(7 * MINUTE, down=True)
    cursor = await bench.cursor()
    assert (cursor.checked_at, cursor.next_slot) == (NOON + 3 * MINUTE, NOON + 4 * MINUTE)
    assert (cursor.health.behind, cursor.health.state) == (3, "error")
    broken = False
    bench.clock.tick(5 * SECOND)
    await bench.evaluator.tick()
    assert await bench.told() == ["12:05 fired #1", "12:06 resolved #2"]
    assert (await bench.cursor()).health.behind == 0
    await bench.database.close()


async def test_a_cron_alert_with_a_cooldown_keeps_its_slots(tmp_path: pathlib.Path) -> None:
    cooling = replace(
        ALERT,
        schedule=Cron("*/5 * * * *"),
        policy=replace(ALERT.policy, cooldown=7 * MINUTE),
        window=5 * MINUTE,
    )
    runner = Scripted(by_minute(3))
    bench = await Bench.open(tmp_path, runner, cooling)
    await bench.pass_(21 * MINUTE)
    assert [at for _, at in runner.runs] == [NOON + n * MINUTE for n in (5, 10, 15, 20)]
    assert (await bench.cursor()).next_slot == NOON + 25 * MINUTE
    await bench.database.close()


async def test_a_day_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    """What is kept in memory and open after a day is what was after its first hours."""
    half = 30 * MINUTE
    alerts = [replace(ALERT, id=f"alt_{n}", name=f"a{n}", schedule=Every(half, "30m")) for n in range(6)]
    bench = await Bench.open(tmp_path, Scripted(lambda at: 3 if at.minute >= 30 else 0), *alerts)

    async def pass_(halves: int) -> None:
        for _ in range(halves):
            bench.clock.tick(half)
            await bench.evaluator.tick()

    async def held() -> dict[str, int]:
        async with bench.database.read() as tx:
            episodes = await tx.exec_driver_sql("SELECT count(*) FROM instances WHERE episode IS NOT NULL")
            open_episodes = int(episodes.scalar_one())
            leases = await tx.exec_driver_sql("SELECT count(*) FROM deliveries WHERE status = 'leased'")
            leased = int(leases.scalar_one())
        own = vars(bench.evaluator)
        sizes = {name: len(value) for name, value in own.items() if isinstance(value, dict | set)}
        kept = len(vars(own["_positions"])["_kept"])
        files = await asyncio.to_thread(lambda: len(list(FILES.iterdir())))
        tasks = len(asyncio.all_tasks())
        return {
            **sizes,
            "kept": kept,
            "open": open_episodes,
            "leases": leased,
            "files": files,
            "tasks": tasks,
        }

    await pass_(8)
    early = await held()
    await pass_(40)
    assert await held() == early
    assert early["leases"] == 0
    assert early["open"] <= len(alerts)
    await bench.database.close()


async def test_what_is_shared_does_not_wait_for_single_queries() -> None:
    """Every thread for single queries is held; readings are answered all the same."""
    store = EventStore()
    runner = EngineRunner(Engine(store), store, parallel=1)
    held = threading.Event()
    with ThreadPoolExecutor(1) as other:  # closes the runner, which waits
        stuck = runner._threads.submit(held.wait, 20)
        alerts = [alert(n, ERRORS.format("ab"[n % 2], n)) for n in range(4)]
        asked = [Question(each, TimeWindow(NOON, NOON + MINUTE), NOON + MINUTE) for each in alerts]
        found = {place: answer async for place, answer in runner.run_many(asked)}
        assert sorted(found) == [0, 1, 2, 3]
        assert not stuck.done()
        held.set()
        await asyncio.wrap_future(other.submit(runner.close))
    store.close()
