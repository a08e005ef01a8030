"""The append-only raw log: acknowledged means written here and on the disk. Segments of frames in one folder."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lynxalert.events.disk import Disk, refused
from lynxalert.events.frames import Corrupt, Frame, Torn, scan

SEGMENT = 64 * 2**20  # bytes after which a new segment is begun
QUARANTINE = "quarantine"


class Place(NamedTuple):
    """A point between two records: number of the segment, offset in it."""

    segment: int
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of the log that are no record. *kept* is the file they were copied to; None if cut off as unfinished."""

    start: Place
    length: int
    kept: pathlib.Path | None


class RawLog:
    """The log in *folder*. One thread appends; nothing else writes there.

    Of what is stored already, the last *kept* bytes stay: from them a lost database is made again.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        segment_size: int = SEGMENT,
        kept: int = 0,
        disk: Disk | None = None,
    ) -> None:
        self._folder = folder
        self._segment_size = segment_size
        self._kept = kept
        self._disk = disk or Disk()
        self._file = -1
        self.end = Place(max(self._numbers(), default=0), 0)
        self._suspect = False  # a write or sync failed: what is in this segment's end is unknown

    def replay(self, start: Place) -> Iterator[tuple[Place, bytes] | Damage]:
        """Every record from *start* on with the place after it, and the damage found on the way.

        An unfinished record at the end of the last segment is cut off; other damage is copied aside.
        """
        numbers = [number for number in self._numbers() if number >= start.segment]
        for number in numbers:
            segment = self._path(number).read_bytes()
            offset = start.offset if number == start.segment else 0
            for found in scan(segment, offset):
                if isinstance(found, Frame):
                    yield Place(number, found.end), found.payload
                elif isinstance(found, Torn) and number == numbers[-1]:
                    os.truncate(self._path(number), found.start)
                    yield Damage(Place(number, found.start), len(segment) - found.start, None)
                else:
                    yield self._quarantine(number, segment, found)

    def open(self, stored: Place) -> Place:
        """Begin a new segment behind all others and behind *stored*, where `append` goes on; return its start.

        Raises:
            StoreError: the folder cannot be written.
        """
        self._begin(max(self.end.segment, stored.segment) + 1)
        return self.end

    def set_aside(self, end: Place, payload: bytes) -> Damage:
        """Keep a record whose frame is whole but whose content is not ours."""
        start = Place(end.segment, end.offset - len(payload))
        return Damage(start, len(payload), self._keep(start, payload))

    def append(self, frames: bytes) -> Place:
        """Write *frames* after the last and return the place behind them; they are not yet on the disk.

        Raises:
            StoreError: they could not be written; the log is as before.
        """
        if self._suspect or self.end.offset >= self._segment_size:
            self._begin(self.end.segment + 1)
        written = 0
        view = memoryview(frames)
        try:
            while written < len(frames):
                written += self._disk.write(self._file, view[written:])
        except OSError as error:
            self._suspect = not self._shortened()
            raise refused("written", error) from error
        self.end = Place(self.end.segment, self.end.offset + written)
        return self.end

    def sync(self) -> None:
        """Return when everything appended is on the disk.

        Raises:
            StoreError: the disk refused. What was appended since the last sync may be lost; the next append
                goes to a new segment.
        """
        try:
            self._disk.sync(self._file)
        except OSError as error:
            self._suspect = True
            raise refused("synced", error) from error

    def forget(self, stored: Place) -> None:
        """Delete the oldest segments wholly before *stored*, but for the bytes that are kept.

        Raises:
            StoreError: the folder cannot be written.
        """
        room = self._kept
        for number in reversed([number for number in self._numbers() if number < stored.segment]):
            path = self._path(number)
            try:
                room -= path.stat().st_size
                if room < 0:
                    self._disk.remove(path)
            except OSError as error:
                raise refused("shortened", error) from error

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _shortened(self) -> bool:
        """Whether half a write could be taken back."""
        try:
            self._disk.shorten(self._file, self.end.offset)
        except OSError:
            return False
        return True

    def _begin(self, number: int) -> None:
        try:
            self.close()
            self._file = self._disk.create(self._path(number))
        except OSError as error:
            raise refused("written", error) from error
        self.end = Place(number, 0)
        self._suspect = False

    def _quarantine(self, number: int, segment: bytes, found: Corrupt | Torn) -> Damage:
        start = Place(number, found.start)
        content = segment[found.start : found.end if isinstance(found, Corrupt) else len(segment)]
        return Damage(start, len(content), self._keep(start, content))

    def _keep(self, start: Place, content: bytes) -> pathlib.Path:
        folder = self._folder / QUARANTINE
        folder.mkdir(exist_ok=True)
        kept = folder / f"{start.segment:012d}-{start.offset}"
        kept.write_bytes(content)
        return kept

    def _path(self, number: int) -> pathlib.Path:
        return self._folder / f"{number:012d}.log"

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("[0-9]*.log"))
