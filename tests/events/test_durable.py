from __future__ import annotations

import asyncio
import datetime as dt
import os
import pathlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from lynxalert.events import (
    Backpressure,
    Event,
    EventStore,
    Limits,
    Reject,
    StorageFull,
    StoreError,
    StoreLocked,
)
from lynxalert.events.arrivals import Arrived, encode
from lynxalert.events.batcher import Batcher
from lynxalert.events.frames import frame
from lynxalert.events.queue import Load, Queue, Record, load_of
from lynxalert.events.rawlog import Place
from tests.events.stores import NOON, Standing, fields, rows


def numbered(*numbers: int) -> list[Event]:
    return [Event(f"n={number}", time=NOON) for number in numbers]


def numbers(store: EventStore) -> list[int]:
    return [int(row["n"]) for row in fields(store)]


async def test_what_was_accepted_is_queryable_after_a_flush(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.start()
    receipts = await asyncio.gather(*(store.accept(numbered(n, n + 1)) for n in range(0, 100, 2)))
    assert [receipt.accepted for receipt in receipts] == [2] * 50
    await store.flush()
    assert sorted(numbers(store)) == list(range(100))
    assert (store.counters().stored, store.counters().queued) == (100, 0)
    store.close()


async def test_a_store_that_is_closed_properly_has_nothing_to_recover(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.start()
    await store.accept(numbered(1, 2), [Reject(3, "bad", "line 3")])
    store.close()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    assert store.recovery.events == 0
    assert numbers(store) == [1, 2]
    assert store.highest_sequence() == 2
    assert store.cursor().sql("SELECT line, reason, raw FROM _dead_letters").fetchall() == [
        (3, "bad", "line 3")
    ]
    store.close()


def left_behind(path: pathlib.Path, content: bytes) -> None:
    """A log as a process that died left it: acknowledged, not stored."""
    EventStore(path).close()
    number = max(int(log.stem) for log in pathlib.Path(f"{path}.log").glob("*.log"))
    pathlib.Path(f"{path}.log", f"{number:012d}.log").write_bytes(content)


def record(*events: Event) -> bytes:
    return frame(encode([Arrived(1_000_000, event) for event in events]))


def test_what_a_crash_left_in_the_log_is_stored_once(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    left_behind(path, record(*numbered(1, 2)) + record(*numbered(3)) + record(*numbered(4))[:-1])
    store = EventStore(path)
    assert (store.recovery.events, numbers(store)) == (3, [1, 2, 3])
    assert [damage.kept for damage in store.recovery.damage] == [None]
    assert rows(store)[0]["_indextime"] == dt.datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001 - as DuckDB gives it
    store.close()
    store = EventStore(path)
    assert (store.recovery.events, store.recovery.damage, numbers(store)) == (0, (), [1, 2, 3])
    store.close()


def test_damage_never_stops_the_start(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    foreign = frame(b'{"not":"ours"}')
    damaged = bytearray(record(*numbered(2)))
    damaged[20] ^= 1
    left_behind(path, record(*numbered(1)) + bytes(damaged) + foreign + record(*numbered(3)))
    store = EventStore(path)
    assert numbers(store) == [1, 3]
    kept = [damage.kept.read_bytes() for damage in store.recovery.damage if damage.kept is not None]
    assert kept == [bytes(damaged), b'{"not":"ours"}']
    store.close()
    store = EventStore(path)
    assert store.recovery.damage == ()
    store.close()


def test_a_long_log_is_stored_in_several_transactions(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    left_behind(path, b"".join(record(*numbered(*range(n, n + 1000))) for n in range(0, 25_000, 1000)))
    store = EventStore(path)
    assert store.counters().batches == 3
    assert numbers(store) == list(range(25_000))
    store.close()


async def test_ingest_beside_accept(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.ingest(["n=1"])
    with pytest.raises(StoreError, match="not started"):
        await store.accept(numbered(2))
    store.start()
    await store.accept(numbered(2))
    store.ingest(["n=3"])
    store.close()
    store = EventStore(tmp_path / "e.duckdb")
    assert sorted(numbers(store)) == [1, 2, 3]
    store.close()


async def test_in_memory_accepting_is_storing() -> None:
    store = EventStore(clock=Standing())
    store.start()
    receipt = await store.accept(numbered(1), [Reject(2, "bad", "x")])
    assert (receipt.accepted, receipt.rejected) == (1, ((2, "bad"),))
    assert numbers(store) == [1]
    assert (await store.accept([])).accepted == 0
    await store.flush()
    store.close()


def test_one_process_at_a_time(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb")
    with pytest.raises(StoreLocked, match="in use"):
        EventStore(tmp_path / "e.duckdb")
    store.close()
    EventStore(tmp_path / "e.duckdb").close()


def test_a_closed_store_is_free_for_another_process(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    store = EventStore(path)
    store.ingest(["n=1"])
    store.close()
    program = f"from lynxalert.events import EventStore; print(EventStore({str(path)!r}).highest_sequence())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
    assert not pathlib.Path(f"{path}.wal").exists()


def test_a_folder_that_cannot_be_made_is_an_error_of_the_store(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot open"):
        EventStore(tmp_path / "file" / "e.duckdb")


async def test_after_closing_nothing_is_accepted(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb")
    store.start()
    store.close()
    with pytest.raises(StoreError, match="closing"):
        await store.accept(numbered(1))


async def test_a_nearly_full_disk_is_not_filled(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", limits=Limits(free_bytes=2**62))
    store.start()
    with pytest.raises(StorageFull, match="are free on the disk"):
        await store.accept(numbered(1))
    assert store.ingest(["n=1"]).accepted == 1
    store.close()


async def test_a_log_that_cannot_be_written_is_told_to_the_sender(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb")
    store.start()
    assert store._durable is not None
    log = store._durable._log
    writable, log._file = log._file, os.open(os.devnull, os.O_RDONLY)
    with pytest.raises(StoreError, match="cannot be written"):
        await store.accept(numbered(1))
    assert store.counters().queued == 0
    await store.accept(numbered(2))
    await store.flush()
    assert numbers(store) == [2]
    store.close()
    os.close(writable)


async def test_halves_of_surrogate_pairs_are_accepted_and_replaced(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.start()
    await store.accept([Event("n=1 \ud800")])
    await store.flush()
    assert rows(store)[0]["_raw"] == "n=1 �"
    store.close()


class Gate:
    """Stands for the tables: refuses so many attempts, then takes everything."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.untidy = False
        self.taken: list[tuple[list[Arrived], Place]] = []
        self.opened = threading.Event()

    def __call__(self, batch: Sequence[Arrived], place: Place) -> None:
        self.opened.wait()
        if self.refusals:
            self.refusals -= 1
            raise StoreError("refused")
        self.taken.append((list(batch), place))

    def tidy(self, place: Place) -> None:
        if self.untidy:
            raise OSError("untidy")


def queue_of(*sizes: int, most_events: int = 100) -> Queue:
    queue = Queue(most_events=most_events, most_characters=1000)
    for number, size in enumerate(sizes, 1):
        batch = [Arrived(number, event) for event in numbered(*range(size))]
        queue.reserve(load_of(batch))
        queue.put([Record(Place(1, number), batch, load_of(batch))])
    return queue


async def test_a_batch_that_is_refused_is_tried_record_by_record() -> None:
    queue, gate = queue_of(2, 1), Gate(1)
    gate.opened.set()
    batcher = Batcher(queue, list, gate, gate.tidy)
    await queue.flush()
    assert [(len(batch), place) for batch, place in gate.taken] == [(2, Place(1, 1)), (1, Place(1, 2))]
    assert batcher.failure is None
    batcher.close()


async def test_a_database_that_refuses_everything_is_asked_again() -> None:
    queue, gate = queue_of(1, 1), Gate(4)
    gate.opened.set()
    batcher = Batcher(queue, list, gate, gate.tidy)
    await queue.flush()
    assert sum(len(batch) for batch, _ in gate.taken) == 2
    assert queue.events == 0
    batcher.close()


def test_a_batch_is_not_stored_again_because_tidying_failed() -> None:
    queue, gate = queue_of(1, 1), Gate(0)
    gate.untidy = True
    gate.opened.set()
    batcher = Batcher(queue, list, gate, gate.tidy)
    batcher.close()
    assert sum(len(batch) for batch, _ in gate.taken) == 2
    assert batcher.failure == "untidy"


def test_closing_does_not_wait_for_a_database_that_refuses() -> None:
    queue, gate = queue_of(1), Gate(10**9)
    gate.opened.set()
    batcher = Batcher(queue, list, gate, gate.tidy)
    batcher.close()
    assert gate.taken == []
    assert batcher.failure == "refused"


async def test_whoever_gives_up_waiting_for_a_database_that_refuses_keeps_no_thread() -> None:
    queue, gate = queue_of(1), Gate(10**9)
    gate.opened.set()
    batcher = Batcher(queue, list, gate, gate.tidy)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.flush(), 0.001)
    assert await asyncio.to_thread(int) == 0
    gate.refusals = 0
    await queue.flush()
    assert len(gate.taken) == 1
    batcher.close()


async def test_a_full_queue_pushes_back_and_takes_again_when_emptied() -> None:
    queue, gate = queue_of(60, 40), Gate(0)
    with pytest.raises(Backpressure, match="retry in 1 s"):
        queue.reserve(Load(1, 1, 1))
    batcher = Batcher(queue, list, gate, gate.tidy)
    gate.opened.set()
    await queue.flush()
    queue.reserve(Load(1, 1, 1))
    queue.withdraw(Load(1, 1, 1))
    assert queue.events == 0
    batcher.close()


def test_what_is_greater_than_the_queue_fits_an_empty_one() -> None:
    queue = Queue(most_events=10, most_characters=10)
    queue.reserve(Load(1, 1_000, 1_000))
    with pytest.raises(Backpressure):
        queue.reserve(Load(1, 1, 0))


async def test_backpressure_reaches_the_sender_and_nothing_is_kept(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", limits=Limits(queued_events=10), clock=Standing())
    store.start()
    with store._lock:  # the tables are busy
        await store.accept(numbered(*range(10)))
        with pytest.raises(Backpressure) as busy:
            await store.accept(numbered(10))
        assert busy.value.retry_after == dt.timedelta(seconds=1)
        assert store.oldest_waiting() == NOON
    await store.flush()
    assert store.oldest_waiting() is None
    await store.accept(numbered(11))
    await store.flush()
    assert numbers(store) == [*range(10), 11]
    store.close()


async def test_a_request_of_many_events_is_several_records(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.start()
    await store.accept(numbered(*range(12_345)))
    await store.flush()
    assert numbers(store) == list(range(12_345))
    store.close()


async def test_the_database_is_checkpointed_as_its_log_grows(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    store = EventStore(path, limits=Limits(wal_bytes=0), clock=Standing())
    store.start()
    await store.accept(numbered(1))
    await store.flush()
    assert path.stat().st_size > 100_000
    store.close()


def unstorable() -> Event:
    return Event("bad", host=5)  # type: ignore[arg-type]


async def test_an_event_no_table_can_hold_goes_to_the_dead_letters_and_holds_up_nothing(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "e.duckdb"
    store = EventStore(path, clock=Standing())
    store.start()
    await store.accept([unstorable(), *numbered(1)], [Reject(9, "was none", "x")])
    await store.accept(numbered(2))
    await store.flush()
    assert numbers(store) == [1, 2]
    assert [letter.reject.reason[:16] for letter in store.dead_letters()] == ["was none", "cannot be stored"]
    assert store.counters().failure is None
    store.close()
    left_behind(path, record(unstorable(), *numbered(3)))
    store = EventStore(path)
    assert numbers(store) == [1, 2, 3]
    assert len(store.dead_letters()) == 3
    store.close()


async def test_an_event_too_deep_is_known_only_when_it_is_read(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.start()
    await store.accept([Event('{"a":' * 300 + "1" + "}" * 300), *numbered(1)])
    await store.flush()
    assert numbers(store) == [1]
    assert [letter.reject.reason for letter in store.dead_letters()] == ["nested 200 levels deep or more"]
    store.close()


def test_a_sender_that_is_gone_disturbs_nobody(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.start()

    async def hang_up() -> None:
        sending = asyncio.ensure_future(store.accept(numbered(1)))
        await asyncio.sleep(0)
        sending.cancel()

    asyncio.run(hang_up())

    async def send() -> None:
        await store.accept(numbered(2))
        await store.flush()

    asyncio.run(send())
    assert 2 in numbers(store)
    store.close()


def test_what_is_older_than_this_start_is_asked_of_the_tables(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.ingest(["2026-02-10T08:00:00Z", "2026-02-09T08:00:00Z"])
    store.close()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    assert store.earliest_since(0) == dt.datetime(2026, 2, 9, 8, tzinfo=dt.UTC)
    assert store.earliest_since(1) == dt.datetime(2026, 2, 9, 8, tzinfo=dt.UTC)
    assert store.earliest_since(2) is None
    store.close()
