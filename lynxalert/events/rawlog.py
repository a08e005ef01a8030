"""The append-only raw log: acknowledged means written here and on the disk. Segments of frames in one folder."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lynxalert.events.disk import Disk, refused
from lynxalert.events.frames import Corrupt, Frame, Torn, scan
from lynxalert.events.sealed import PIECE, Lost, Stretch
from lynxalert.events.segments import Segments

SEGMENT = 32 * 2**20  # bytes after which a new segment is begun


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
    """The log in *folder*. One thread appends; another may seal and forget what is stored.

    Of what is stored already, the last *kept* bytes stay: from them a lost database is made again.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        segment_size: int = SEGMENT,
        piece: int = PIECE,
        kept: int = 0,
        disk: Disk | None = None,
    ) -> None:
        self._segment_size = segment_size
        self._kept = kept
        self._disk = disk or Disk()
        self._segments = Segments(folder, self._disk, piece=piece)
        self._file = -1
        self.end = Place(max(self._segments.numbers(), default=0), 0)
        self._suspect = False  # a write or sync failed: what is in this segment's end is unknown

    def replay(self, start: Place) -> Iterator[tuple[Place, bytes] | Damage]:
        """Every record from *start* on with the place after it, and the damage found on the way.

        An unfinished record at the end of the last segment is cut off; other damage is copied aside.
        """
        numbers = [number for number in self._segments.numbers() if number >= start.segment]
        for number in numbers:
            offset = start.offset if number == start.segment else 0
            for part in self._segments.read(number):
                if isinstance(part, Stretch):
                    yield from self._records(number, part, offset, last=number == numbers[-1])
                else:
                    yield self._quarantine(number, part)

    def _records(
        self, number: int, part: Stretch, offset: int, *, last: bool
    ) -> Iterator[tuple[Place, bytes] | Damage]:
        """The records of *part* that end behind *offset* of segment *number*."""
        for found in scan(part.content, max(0, offset - part.start)):
            start = part.start + found.start
            if isinstance(found, Frame):
                yield Place(number, part.start + found.end), found.payload
            elif isinstance(found, Torn) and last and self._segments.cut(number, start):
                yield Damage(Place(number, start), len(part.content) - found.start, None)
            else:
                end = found.end if isinstance(found, Corrupt) else len(part.content)
                yield self._quarantine(number, Lost(start, part.content[found.start : end]))

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
        return Damage(start, len(payload), self._segments.keep(*start, payload))

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

    def tidy(self, stored: Place) -> None:
        """Seal the segments wholly before *stored* and delete the oldest of them, but for the bytes that are kept.

        Raises:
            StoreError: the folder cannot be written.
        """
        self._segments.seal(stored.segment)
        self._segments.forget(stored.segment, self._kept)

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
            self._file = self._segments.create(number)
        except OSError as error:
            raise refused("written", error) from error
        self.end = Place(number, 0)
        self._suspect = False

    def _quarantine(self, number: int, lost: Lost) -> Damage:
        kept = self._segments.keep(number, lost.start, lost.content)
        return Damage(Place(number, lost.start), len(lost.content), kept)
