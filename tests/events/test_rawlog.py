from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from lynxalert.events.errors import StoreError
from lynxalert.events.frames import frame
from lynxalert.events.rawlog import Damage, Place, RawLog

START = Place(0, 0)


def opened(folder: pathlib.Path, **given: int) -> RawLog:
    log = RawLog(folder, **given)
    assert list(log.replay(Place(10**6, 0))) == []
    log.open(START)
    return log


def contents(folder: pathlib.Path, start: Place = START) -> list[bytes | Damage]:
    return [found if isinstance(found, Damage) else found[1] for found in RawLog(folder).replay(start)]


def test_records_come_back_in_order_from_any_place(tmp_path: pathlib.Path) -> None:
    log = opened(tmp_path)
    places = [log.append(frame(b"%d" % number)) for number in range(4)]
    log.sync()
    log.close()
    assert contents(tmp_path) == [b"0", b"1", b"2", b"3"]
    assert contents(tmp_path, places[1]) == [b"2", b"3"]
    assert contents(tmp_path, places[3]) == []


def test_a_full_segment_is_followed_by_a_new_one(tmp_path: pathlib.Path) -> None:
    log = opened(tmp_path, segment_size=50)
    places = [log.append(frame(b"x" * 30)) for _ in range(6)]
    assert [place.segment for place in places] == [1, 1, 2, 2, 3, 3]
    log.tidy(places[2])
    assert sorted(path.name for path in tmp_path.glob("*.log*")) == ["000000000002.log", "000000000003.log"]
    log.close()
    assert len(contents(tmp_path, places[2])) == 3


def test_the_next_start_goes_on_in_a_new_segment_behind_what_was_stored(tmp_path: pathlib.Path) -> None:
    log = RawLog(tmp_path)
    assert log.open(Place(7, 123)) == Place(8, 0)
    log.close()


def test_an_unfinished_record_is_cut_off(tmp_path: pathlib.Path) -> None:
    log = opened(tmp_path)
    end = log.append(frame(b"whole"))
    log.append(frame(b"torn")[:-1])
    log.close()
    assert contents(tmp_path) == [b"whole", Damage(end, 15, None)]
    assert contents(tmp_path) == [b"whole"]


def test_a_damaged_record_is_set_aside_and_the_rest_is_read(tmp_path: pathlib.Path) -> None:
    log = opened(tmp_path)
    start = log.append(frame(b"first"))
    log.append(frame(b"second"))
    log.append(frame(b"third"))
    log.close()
    path = tmp_path / "000000000001.log"
    path.write_bytes(path.read_bytes().replace(b"second", b"sec0nd"))
    first, damage, third = contents(tmp_path)
    assert (first, third) == (b"first", b"third")
    assert isinstance(damage, Damage)
    assert (damage.start, damage.length) == (start, len(frame(b"second")))
    assert damage.kept is not None
    assert damage.kept.read_bytes().endswith(b"sec0nd")


def test_an_unfinished_record_before_the_last_segment_is_set_aside(tmp_path: pathlib.Path) -> None:
    (tmp_path / "000000000001.log").write_bytes(frame(b"a") + frame(b"b")[:-1])
    (tmp_path / "000000000002.log").write_bytes(frame(b"c"))
    first, damage, last = contents(tmp_path)
    assert (first, last) == (b"a", b"c")
    assert isinstance(damage, Damage)
    assert damage.kept is not None


def test_a_folder_that_is_gone_is_an_error_of_the_store(tmp_path: pathlib.Path) -> None:
    log = RawLog(tmp_path / "gone")
    with pytest.raises(StoreError, match="cannot be written"):
        log.open(START)


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: pathlib.Path) -> None:
    program = pathlib.Path(__file__).parent / "limited.py"
    done = subprocess.run([sys.executable, program, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout == "the raw log cannot be written: [Errno 27] File too large\n"
    assert contents(tmp_path) == [b"before", b"after"]


def test_after_a_failed_sync_the_log_goes_on_in_a_new_segment(tmp_path: pathlib.Path) -> None:
    log = opened(tmp_path)
    log.append(frame(b"a"))
    os.close(log._file)
    with pytest.raises(StoreError, match="cannot be synced"):
        log.sync()
    log._file = -1
    assert log.append(frame(b"b")) == Place(2, 13)
    log.sync()
    log.close()
    assert contents(tmp_path) == [b"a", b"b"]
