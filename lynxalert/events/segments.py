"""The files of the raw log: segments by number, plain while they are needed, sealed once the tables have what they hold."""

from __future__ import annotations

import os
import pathlib
import re
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, suppress

from lynxalert.events.disk import Disk, refused
from lynxalert.events.sealed import PIECE, Stretch, Unsealed, seal, unseal

QUARANTINE = "quarantine"
NAME = re.compile(r"(\d+)\.log(\.zst)?")


class Segments:
    """The segments in *folder*: `N.log`, or sealed `N.log.zst`. Of one found in both forms the plain one counts.

    One thread creates segments; another may seal and forget those before them.
    """

    def __init__(self, folder: pathlib.Path, disk: Disk, *, piece: int = PIECE) -> None:
        self._folder = folder
        self._disk = disk
        self._piece = piece
        self._lock = threading.Lock()  # whoever seals or deletes holds it

    def numbers(self) -> list[int]:
        """The segments there are, in order."""
        with suppress(FileNotFoundError):
            names = [NAME.fullmatch(path.name) for path in self._folder.iterdir()]
            return sorted({int(name[1]) for name in names if name is not None})
        return []

    def create(self, number: int) -> int:
        """A new plain segment, open for writing.

        Raises:
            OSError: as the disk says.
        """
        return self._disk.create(self._plain(number))

    def read(self, number: int) -> Iterator[Unsealed]:
        """What segment *number* holds, and what of its sealed form is damaged."""
        try:
            content = self._plain(number).read_bytes()
        except FileNotFoundError:
            yield from unseal(self._sealed(number).read_bytes())
        else:
            yield Stretch(0, content)

    def cut(self, number: int, length: int) -> bool:
        """Cut the plain segment off at *length*; false if it is sealed."""
        try:
            os.truncate(self._plain(number), length)
        except FileNotFoundError:
            return False
        return True

    def keep(self, number: int, start: int, content: bytes) -> pathlib.Path:
        """Copy *content*, damage that begins at *start* of segment *number*, aside."""
        folder = self._folder / QUARANTINE
        folder.mkdir(exist_ok=True)
        kept = folder / f"{number:012d}-{start}"
        kept.write_bytes(content)
        return kept

    def seal(self, before: int) -> None:
        """Seal the segments before number *before*. A crash leaves each in one form or in both.

        Raises:
            StoreError: the folder cannot be written; what could not be sealed is as before.
        """
        with self._lock:
            for number in self.numbers():
                if number < before and self._plain(number).exists():
                    try:
                        self._seal(number)
                    except OSError as error:
                        raise refused("sealed", error) from error

    def forget(self, before: int, room: int) -> None:
        """Delete the oldest segments before number *before* but for *room* bytes of them, and what a crash left.

        Raises:
            StoreError: the folder cannot be written.
        """
        with self._lock:
            try:
                for path in self._folder.glob("*.sealing"):
                    self._disk.remove(path)
                for number in reversed([number for number in self.numbers() if number < before]):
                    forms = [path for path in (self._plain(number), self._sealed(number)) if path.exists()]
                    room -= sum(path.stat().st_size for path in forms)
                    for path in forms if room < 0 else ():
                        self._disk.remove(path)
            except OSError as error:
                raise refused("shortened", error) from error

    def _seal(self, number: int) -> None:
        unfinished = self._folder / f"{number:012d}.sealing"
        unfinished.unlink(missing_ok=True)
        descriptor = self._disk.create(unfinished)
        try:
            with closing(self._pieces(number)) as pieces:
                for piece in pieces:
                    self._write(descriptor, piece)
            self._disk.sync(descriptor)
        except OSError:
            unfinished.unlink()
            raise
        finally:
            os.close(descriptor)
        self._disk.rename(unfinished, self._sealed(number))
        self._disk.remove(self._plain(number))

    def _pieces(self, number: int) -> Generator[bytes]:
        with self._plain(number).open("rb") as plain:
            start = 0
            while piece := plain.read(self._piece):
                yield seal(piece, start)
                start += len(piece)

    def _write(self, descriptor: int, content: bytes) -> None:
        view = memoryview(content)
        while view:
            view = view[self._disk.write(descriptor, view) :]

    def _plain(self, number: int) -> pathlib.Path:
        return self._folder / f"{number:012d}.log"

    def _sealed(self, number: int) -> pathlib.Path:
        return self._folder / f"{number:012d}.log.zst"
