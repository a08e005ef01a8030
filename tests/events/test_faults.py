"""What disks do to a store: death at every call, no room, read-only, damage. Nothing acknowledged is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import pathlib
import resource
import subprocess
import sys
from collections import Counter

import duckdb
import pytest

from lynxalert.engine import Engine, StoreDamaged
from lynxalert.events import Event, EventStore, Limits, StorageFull, StoreError, StoreLocked
from lynxalert.events.database import BLOCK
from tests.events.disks import Failing
from tests.events.stores import NOON, Standing, fields, rows

PROGRAM = pathlib.Path(__file__).parent / "killed_at.py"
ROOT = PROGRAM.parents[2]
HEADERS = 3 * 4096  # bytes before the first block of a database
DEATHS = 8  # calls to the disk in one life that are died in


def events(*numbers: int) -> list[Event]:
    return [Event(f"n={number}", time=NOON) for number in numbers]


def numbers(store: EventStore) -> list[int]:
    return sorted(int(row["n"]) for row in fields(store))


@pytest.mark.slow
def test_death_in_any_call_to_the_disk_loses_and_doubles_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(path), str(DEATHS)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    acknowledged = done.stdout.split()
    store = EventStore(path)
    found = Counter(row["fields"]["id"] for row in rows(store))
    store.close()
    assert len(acknowledged) >= 5
    assert [one for one in acknowledged if found[one] != 1] == []
    assert [one for one, times in found.items() if times > 1] == []


@pytest.mark.parametrize("broken", ["write", "half", "sync", "create"])
async def test_a_full_disk_refuses_and_goes_on_when_there_is_room(
    tmp_path: pathlib.Path, broken: str
) -> None:
    disk = Failing()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing(), disk=disk)
    store.start()
    await store.accept(events(1))
    disk.broken = {broken, "sync"} if broken == "create" else {broken}  # a new segment follows a failed sync
    for number in (2, 3):
        with pytest.raises(StorageFull):
            await store.accept(events(number))
    assert "No space left" in (store.counters().refusal or "")
    disk.broken.clear()
    await store.accept(events(4))
    assert store.counters().refusal is None
    await store.flush()
    assert numbers(store) == [1, 4] or broken in ("sync", "create")
    store.close()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    # What was written whole before a sync failed was not acknowledged, and may come back; never twice.
    assert Counter(numbers(store)).most_common(1)[0][1] == 1
    assert {1, 4} <= set(numbers(store))
    store.close()


async def test_a_disk_that_becomes_read_only_is_said_and_survived(tmp_path: pathlib.Path) -> None:
    disk = Failing()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing(), disk=disk)
    store.start()
    disk.broken, disk.error = {"write", "shorten", "create"}, errno.EROFS
    for _ in range(2):
        with pytest.raises(StoreError, match="Read-only file system") as told:
            await store.accept(events(1))
        assert not isinstance(told.value, StorageFull)
    disk.broken.clear()
    await store.accept(events(2))
    await store.flush()
    assert numbers(store) == [2]
    store.close()


async def test_the_high_water_mark_is_told_before_anything_is_sent(tmp_path: pathlib.Path) -> None:
    disk = Failing()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing(), disk=disk, limits=Limits(free_bytes=2**20))
    store.start()
    disk.room = 2**20 - 1
    assert store.counters().refusal == "less than 1 MiB (`store.keep_free`) are free on the disk"
    with pytest.raises(StorageFull):
        await store.accept(events(1))
    disk.room = 2**20
    assert await store.accept(events(2))
    assert store.counters().refusal is None
    store.close()


def test_a_checkpoint_waits_for_room_on_the_disk(tmp_path: pathlib.Path) -> None:
    disk = Failing()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing(), disk=disk)
    store.keep(events(1))
    logged = (tmp_path / "e.duckdb.wal").stat().st_size
    disk.room = 2 * logged - 1
    for checkpoint in (store.checkpoint, store.consolidate):
        with pytest.raises(StorageFull, match="MiB are free on the disk, and a checkpoint"):
            checkpoint()
    disk.room = 2 * logged
    assert store.consolidate()
    assert not (tmp_path / "e.duckdb.wal").exists()
    store.close()


def test_a_database_that_duckdb_gave_up_is_opened_anew(tmp_path: pathlib.Path) -> None:
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    store.keep(events(*range(5_000)))
    store.report_damage("what a query made of it")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "e.duckdb").stat().st_size, before[1]))
    try:  # no file may grow: as on a full disk
        with pytest.raises(StoreError, match="FATAL"):
            store.checkpoint()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    reader = store.cursor()
    with pytest.raises(duckdb.FatalException):
        reader.execute("FROM events_1")
    store.keep(events(5_000))
    reader.close()  # of the one that was given up
    assert numbers(store) == list(range(5_001))
    assert store.counters().damage is None
    assert store.checkpoint()
    store.close()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing())
    assert numbers(store) == list(range(5_001))
    store.close()


async def test_segments_that_cannot_be_deleted_hold_up_nothing(tmp_path: pathlib.Path) -> None:
    disk = Failing()
    store = EventStore(tmp_path / "e.duckdb", clock=Standing(), disk=disk, limits=Limits(kept_log_bytes=0))
    store.start()
    disk.broken, disk.error = {"sync"}, errno.EIO
    with pytest.raises(StoreError):
        await store.accept(events(1))
    disk.broken = {"remove"}  # of the segment that the failed sync ended
    await store.accept(events(2))
    await store.flush()
    assert 2 in numbers(store)
    store.close()


def full(path: pathlib.Path, count: int = 300) -> None:
    """A store at *path* that was used and closed properly."""

    async def use() -> None:
        store = EventStore(path, clock=Standing())
        store.start()
        await store.accept(events(*range(count)))
        store.close()

    asyncio.run(use())


@pytest.mark.parametrize(
    ("offset", "content"),
    [(8, b"XXXX"), (4_096 + 10, b"\xff" * 50), (0, b"")],
    ids=["magic", "header", "cut"],
)
def test_a_damaged_database_is_made_again_from_the_log(
    tmp_path: pathlib.Path, offset: int, content: bytes
) -> None:
    path = tmp_path / "e.duckdb"
    full(path)
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)
        if not content:
            file.truncate(5_000)
    damaged = path.read_bytes()
    store = EventStore(path, clock=Standing())
    moved = store.recovery.moved
    assert moved is not None
    assert moved.path == tmp_path / "e.duckdb.damaged-1"
    assert moved.path.read_bytes() == damaged
    assert moved.reason
    assert (store.recovery.events, store.recovery.oldest) == (300, NOON)
    assert numbers(store) == list(range(300))
    store.close()
    store = EventStore(path, clock=Standing())
    assert (store.recovery.moved, store.recovery.events) == (None, 0)
    store.close()


def test_a_lost_log_of_the_database_is_made_good_by_ours(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    program = (
        "import asyncio, os, sys\nfrom lynxalert.events import Event, EventStore\n"
        "async def main():\n store = EventStore(sys.argv[1]); store.start()\n"
        " await store.accept([Event(f'n={n}') for n in range(50)]); await store.flush(); os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    wal = tmp_path / "e.duckdb.wal"
    wal.write_bytes(wal.read_bytes()[:1_000])
    store = EventStore(path)
    assert numbers(store) == list(range(50))
    store.close()


def test_a_file_that_never_was_a_store_is_left_where_it_is(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "accounts.db"
    path.write_bytes(b"not a database" * 1_000)
    for _ in range(2):
        with pytest.raises(StoreError):
            EventStore(path)
    assert path.read_bytes() == b"not a database" * 1_000
    assert list(tmp_path.glob("*.damaged-*")) == []


def test_a_full_disk_is_not_taken_for_damage(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    full(path)
    path.write_bytes(b"unreadable")
    disk = Failing()
    disk.room = 0
    with pytest.raises(StoreError):
        EventStore(path, disk=disk)
    assert path.read_bytes() == b"unreadable"


def test_a_database_open_elsewhere_is_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    full(path)
    program = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreLocked, match=r"e\.duckdb is open in another process; close it there first"):
            EventStore(path)
        other.kill()
    store = EventStore(path, clock=Standing())
    assert len(numbers(store)) == 300
    store.close()


@pytest.fixture
def small(tmp_path: pathlib.Path) -> pathlib.Path:
    """A real file system of 64 MiB; needs the right to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: pathlib.Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 2**16)


async def test_a_really_full_file_system(small: pathlib.Path) -> None:
    store = EventStore(small / "e.duckdb", clock=Standing(), limits=Limits(free_bytes=0))
    store.start()
    await store.accept(events(1))
    await store.flush()
    ballast = small / "ballast"
    fill(ballast)
    with pytest.raises(StorageFull):
        await store.accept([Event("n=2 " + "x" * 2**20, time=NOON)])
    ballast.unlink()
    await store.accept(events(3))
    await store.flush()
    assert numbers(store) == [1, 3]
    assert (store.counters().failure, store.counters().refusal) == (None, None)
    store.close()


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b'{"a":1}\n', b"PAR1", b"SQLite format 3\0"])
def test_a_file_of_another_kind_is_no_store_and_stays_as_it_is(
    tmp_path: pathlib.Path, content: bytes
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is no event store"):
        EventStore(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_block_is_told_by_queries_that_meet_it_and_by_the_counters(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    store = EventStore(path, clock=Standing())
    store.ingest([f"n={n} {os.urandom(40).hex()}" for n in range(5_000)], source="whole")
    store.ingest([f"n={n} {os.urandom(40).hex()}" for n in range(5_000)], source="broken")
    store.checkpoint()
    store.close()
    with duckdb.connect(path, read_only=True) as database:
        [(table, block)] = database.sql(
            "SELECT 'raw_' || id, (SELECT max(block_id) FROM pragma_storage_info('raw_2') WHERE column_name = '_raw') "
            "FROM _streams WHERE stream = 'broken'"
        ).fetchall()
    with path.open("r+b") as file:
        file.seek(HEADERS + block * BLOCK + 5_000)
        file.write(b"damage")
    store = EventStore(path, clock=Standing())
    engine = Engine(store)
    assert store.counters().damage is None
    assert list(engine.query("* | stats count", now=NOON).rows) == [{"count": 10_000}]
    with pytest.raises(StoreDamaged) as damaged:
        engine.query("* | stats max(_raw) AS last", now=NOON)
    assert table in damaged.value.tables
    assert damaged.value.sql is None
    assert str(damaged.value).startswith("the event store is damaged in ")
    assert store.counters().damage == str(damaged.value)
    assert list(engine.query("n=17 | stats count by source", now=NOON).rows) != []
    store.ingest(["n=1 later"], source="whole")
    store.close()
