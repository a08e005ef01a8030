"""Late and shuffled ingest: what should have fired was told, nothing was told that should not have, nothing is told twice."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lynxalert.alerts import Transition
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.runner import EngineRunner, Runner
from lynxalert.engine import Engine
from lynxalert.events import EventStore
from lynxalert.state import Database, history
from tests.daemon.evaluating import ALERT, MINUTE, NOON, SECOND
from tests.fakes import FakeClock
from tests.proofs.test_replay import HOSTS, Hit, arriving
from tests.proofs.world import empty, quick_folder

LENGTH = 14
FEW = settings(max_examples=3 if settings.default is None else max(3, settings.default.max_examples // 8))
NUMBERS = itertools.count()
ANY = replace(ALERT, channels=(), when={"type": "any_rows"}, max_lateness=30 * MINUTE)

# Minute, host, how many slots late: within `max_lateness` all of them.
hits = st.lists(
    st.tuples(st.integers(1, LENGTH), st.sampled_from(HOSTS), st.integers(0, 5)),
    max_size=20,
    unique_by=lambda one: one[:2],
)


async def told(
    runner: Runner, slots: int, clock: FakeClock | None = None, query: str = ANY.query
) -> list[Transition]:
    """The history of so many slots, oldest first."""
    file = quick_folder() / f"late-{next(NUMBERS)}.sqlite"
    shutil.copyfile(await empty(), file)
    database, clock = await Database.open(file, lasting=False), clock or FakeClock(NOON)
    alert = replace(ANY, query=query)
    try:
        await database.write(lambda tx: Edits().put(tx, alert, NOON))
        evaluator = Evaluator(database, runner, clock)
        for minute in range(1, slots + 1):
            clock.set(NOON + minute * MINUTE)
            await evaluator.tick()
        async with database.read() as tx:
            found = await history.transitions_of(tx, ANY.id, limit=1000)
        return [each.transition for each in reversed(found)]
    finally:
        await database.close()
        file.unlink()


def stays(found: Sequence[Transition], host: str) -> list[tuple[dt.datetime, dt.datetime]]:
    """From when to when the episodes of *host* lasted, in order."""
    mine = [each for each in found if each.labels["host"] == host]
    ends = {each.episode: each.at for each in mine if each.is_end}
    assert len(ends) == sum(each.is_end for each in mine), "an end told twice"
    starts = [each for each in mine if each.sequence == 1]
    assert len({each.episode for each in starts}) == len(starts), "a start told twice"
    assert {each.episode for each in starts} == ends.keys(), "a start without an end"
    return sorted((each.started, ends[each.episode]) for each in starts)


@FEW
@given(hits)
async def test_late_rows_end_in_the_same_episodes(found: list[Hit]) -> None:
    """A stay that was told before all of it was known may be shorter than the truth, or two; none is missing, none is made up."""
    punctual = await told(arriving([(minute, host, 0) for minute, host, _ in found]), LENGTH + 8)
    late = await told(arriving(found), LENGTH + 8)
    for host in HOSTS:
        truth, seen = stays(punctual, host), stays(late, host)
        hit = {NOON + minute * MINUTE for minute, each, _ in found if each == host}
        for start, end in seen:
            slots = {start + n * MINUTE for n in range((end - start) // MINUTE)}
            assert slots <= hit, "told, and it was not so"
        for begin, over in truth:
            assert any(start <= over and begin <= end for start, end in seen), "so, and it was not told"
        for (_, end), (start, _) in itertools.pairwise(seen):
            assert end <= start, "two episodes at once"
        if all(not slots for _, each, slots in found if each == host):
            assert seen == truth


QUERY = "level=error | stats count as errors by host | where errors > 2"


@FEW
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(HOSTS)), max_size=30), st.integers(0, 100))
async def test_shuffled_ingest_ends_in_the_same_history(events: list[tuple[int, str]], seed: int) -> None:
    """A real store; the events of each minute come in another order and in other batches."""
    assert await stored(events, None) == await stored(events, random.Random(seed))


async def stored(events: Sequence[tuple[int, str]], chance: random.Random | None) -> list[Transition]:
    clock = FakeClock(NOON)
    store = EventStore(clock=clock)
    runner = EngineRunner(Engine(store), store, parallel=1)
    lines = [
        json.dumps(
            {"_time": (NOON + minute * MINUTE + n * SECOND / 10).isoformat(), "level": "error", "host": host}
        )
        for n, (minute, host) in enumerate(events)
    ]
    try:
        if chance is None:
            store.ingest(lines)
        else:
            chance.shuffle(lines)
            for start in range(0, len(lines), 7):
                store.ingest(lines[start : start + 7])
        return [replace(each, match=None) for each in await told(runner, 7, clock, QUERY)]
    finally:
        runner.close()
        store.close()
