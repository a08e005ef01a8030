"""Disks that fail when told to: passed to a store or a log in place of the machine's own."""

from __future__ import annotations

import errno
import os
import pathlib
import signal

from lynxalert.events.disk import Disk


class Failing(Disk):
    """Raises *error* in every call named in *broken*, until those are cleared; *room* is what it says is free."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.error = errno.ENOSPC
        self.room: int | None = None

    def _enter(self, call: str) -> None:
        if call in self.broken:
            raise OSError(self.error, os.strerror(self.error))

    def create(self, path: pathlib.Path) -> int:
        self._enter("create")
        return super().create(path)

    def write(self, descriptor: int, content: memoryview) -> int:
        self._enter("write")
        if "half" in self.broken and len(content) > 1:
            self.broken |= {"write"}
            return super().write(descriptor, content[: len(content) // 2])
        return super().write(descriptor, content)

    def shorten(self, descriptor: int, length: int) -> None:
        self._enter("shorten")
        super().shorten(descriptor, length)

    def sync(self, descriptor: int) -> None:
        self._enter("sync")
        super().sync(descriptor)

    def rename(self, path: pathlib.Path, to: pathlib.Path) -> None:
        self._enter("rename")
        super().rename(path, to)

    def remove(self, path: pathlib.Path) -> None:
        self._enter("remove")
        super().remove(path)

    def free(self, folder: pathlib.Path) -> int:
        return super().free(folder) if self.room is None else self.room


class Deadly(Disk):
    """Kills the process in its *last* call, before or after half or all of it was done."""

    def __init__(self, last: int, done: str) -> None:
        self.left = last
        self.done = done  # nothing, half, all

    def _dies(self) -> bool:
        self.left -= 1
        if self.left == 0 and self.done == "nothing":
            os.kill(os.getpid(), signal.SIGKILL)
        return self.left == 0

    def create(self, path: pathlib.Path) -> int:
        dies = self._dies()
        found = super().create(path)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    def write(self, descriptor: int, content: memoryview) -> int:
        dies = self._dies()
        written = super().write(
            descriptor, content[: len(content) // 2] if dies and self.done == "half" else content
        )
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return written

    def sync(self, descriptor: int) -> None:
        dies = self._dies()
        super().sync(descriptor)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def rename(self, path: pathlib.Path, to: pathlib.Path) -> None:
        dies = self._dies()
        super().rename(path, to)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def remove(self, path: pathlib.Path) -> None:
        dies = self._dies()
        super().remove(path)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
