"""Sealed segments hold what the plain ones held: from any place, after a death at any moment, around any damage."""

from __future__ import annotations

import errno
import os
import pathlib
import tempfile
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.events import Event, EventStore
from lynxalert.events.disk import Disk
from lynxalert.events.errors import StorageFull
from lynxalert.events.frames import frame
from lynxalert.events.rawlog import Damage, Place, RawLog
from lynxalert.events.sealed import SKIP, seal, zstd
from tests.events.disks import Deadly, Failing
from tests.events.stores import Standing, fields

START = Place(0, 0)
PIECE = 64  # bytes, so that records reach over several pieces
KEPT = 10**6

payloads = st.lists(st.binary(max_size=200), min_size=1, max_size=12)


def written(folder: pathlib.Path, records: list[bytes], *, disk: Disk | None = None) -> RawLog:
    """A log whose first segment holds *records*, and whose second is begun."""
    log = RawLog(folder, piece=PIECE, kept=KEPT, disk=disk)
    log.open(START)
    for record in records:
        log.append(frame(record))
    log.sync()
    log.open(START)
    return log


def replayed(folder: pathlib.Path, start: Place = START) -> list[tuple[Place, bytes] | Damage]:
    return list(RawLog(folder).replay(start))


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.glob("0*"))


@given(payloads, st.data())
def test_a_sealed_segment_is_replayed_from_any_place_like_a_plain_one(
    records: list[bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = written(folder, records)
        plain = replayed(folder)
        segment = (folder / "000000000001.log").read_bytes()
        log.tidy(Place(2, 0))
        assert (
            zstd.decompress((folder / "000000000001.log.zst").read_bytes()) == segment
        )  # as `zstdcat` would
        assert names(folder) == ["000000000001.log.zst", "000000000002.log"]
        assert replayed(folder) == plain
        begun = data.draw(st.integers(0, len(records)))
        start = Place(1, sum(len(frame(record)) for record in records[:begun]))
        assert replayed(folder, start) == plain[begun:]
        log.close()


@given(payloads, st.data())
def test_a_damaged_byte_costs_the_records_that_reach_into_its_piece(
    records: list[bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        log = written(folder, records)
        log.tidy(Place(2, 0))
        log.close()
        sealed = folder / "000000000001.log.zst"
        content = bytearray(sealed.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
        sealed.write_bytes(content)
        found = replayed(folder)
    segment = b"".join(map(frame, records))
    pieces = [segment[start : start + PIECE] for start in range(0, len(segment), PIECE)]
    lengths = [len(seal(piece, number * PIECE)) for number, piece in enumerate(pieces)]
    hit = next(number for number, end in enumerate(accumulate(lengths)) if place < end)
    if place - sum(lengths[:hit]) < len(SKIP):
        hit = len(pieces)  # what only tells zstd to pass over something: nothing is lost
    ends = list(accumulate(len(frame(record)) for record in records))
    untouched = [
        (Place(1, end), record)
        for end, record in zip(ends, records, strict=True)
        if end <= hit * PIECE or end - len(frame(record)) >= (hit + 1) * PIECE
    ]
    assert [one for one in found if not isinstance(one, Damage)] == untouched
    damages = [one for one in found if isinstance(one, Damage)]
    assert bool(damages) == (hit < len(pieces))
    assert all(damage.kept is not None for damage in damages)


@pytest.mark.parametrize("done", ["nothing", "half", "all"])
def test_death_in_any_call_while_sealing_loses_nothing(tmp_path: pathlib.Path, done: str) -> None:
    records = [b"%d" % number * 50 for number in range(4)]
    log = written(tmp_path, records)
    log.close()
    expected = replayed(tmp_path)
    for last in range(1, 30):
        if (child := os.fork()) == 0:
            try:
                RawLog(tmp_path, piece=PIECE, kept=KEPT, disk=Deadly(last, done)).tidy(Place(2, 0))
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        assert replayed(tmp_path) == expected
        if not os.WIFSIGNALED(status):
            break
    else:
        pytest.fail("it never came to its end")
    assert names(tmp_path) == ["000000000001.log.zst", "000000000002.log"]
    assert last > 5


@pytest.mark.parametrize("broken", ["create", "write", "sync", "rename", "remove"])
def test_what_the_disk_refuses_is_tried_again(tmp_path: pathlib.Path, broken: str) -> None:
    disk = Failing()
    log = written(tmp_path, [b"a" * 300, b"b"], disk=disk)
    expected = replayed(tmp_path)
    disk.broken = {broken}
    with pytest.raises(StorageFull, match="cannot be sealed"):
        log.tidy(Place(2, 0))
    assert replayed(tmp_path) == expected
    disk.broken, disk.error = set(), errno.EIO
    log.tidy(Place(2, 0))
    log.close()
    assert names(tmp_path) == ["000000000001.log.zst", "000000000002.log"]
    assert replayed(tmp_path) == expected


def test_the_oldest_sealed_segments_go_first(tmp_path: pathlib.Path) -> None:
    log = RawLog(tmp_path, segment_size=1, kept=500)
    log.open(START)
    for number in range(20):
        log.append(frame(b"%d" % number * 1_000))
    log.tidy(log.end)
    log.close()
    kept = names(tmp_path)
    assert kept[-1] == "000000000020.log"
    assert [name[10:] for name in kept] == [f"{20 - n:02d}.log.zst" for n in range(len(kept) - 1, 0, -1)] + [
        "20.log"
    ]
    assert 400 < sum((tmp_path / name).stat().st_size for name in kept[:-1]) <= 500


async def test_a_lost_database_is_made_again_from_sealed_segments(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "e.duckdb"
    for number in range(3):  # every start begins a segment
        store = EventStore(path, clock=Standing())
        store.start()
        await store.accept([Event(f"n={number}")])
        store.close()
    assert names(path.with_name("e.duckdb.log"))[:2] == ["000000000001.log.zst", "000000000002.log.zst"]
    path.write_bytes(path.read_bytes()[:4096] + b"\0" * 12_288)
    store = EventStore(path, clock=Standing())
    assert store.recovery.moved is not None
    assert store.recovery.events == 3
    assert sorted(int(row["n"]) for row in fields(store)) == [0, 1, 2]
    store.close()
