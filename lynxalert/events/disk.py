"""What the raw log asks of the disk: the few calls in which a disk can fail. Tests pass one that does."""

from __future__ import annotations

import errno
import os
import pathlib
import shutil

from lynxalert.events.errors import StorageFull, StoreError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Disk:
    """The machine's own."""

    def create(self, path: pathlib.Path) -> int:
        """A new file at *path*, open for writing, that is still found after a power cut."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self.sync_folder(path.parent)
        except OSError:
            os.close(descriptor)
            path.unlink()
            raise
        return descriptor

    def sync_folder(self, folder: pathlib.Path) -> None:
        """Return when the names in *folder* are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def write(self, descriptor: int, content: memoryview) -> int:
        """Append some of *content*; how many bytes."""
        return os.write(descriptor, content)

    def shorten(self, descriptor: int, length: int) -> None:
        """Cut the file off at *length* and go on there."""
        os.ftruncate(descriptor, length)
        os.lseek(descriptor, length, os.SEEK_SET)

    def sync(self, descriptor: int) -> None:
        """Return when everything written is on the disk."""
        os.fdatasync(descriptor)

    def rename(self, path: pathlib.Path, to: pathlib.Path) -> None:
        """Give the file at *path* the name *to*, which it still has after a power cut."""
        path.rename(to)
        self.sync_folder(to.parent)

    def remove(self, path: pathlib.Path) -> None:
        """Delete the file at *path*."""
        path.unlink()

    def free(self, folder: pathlib.Path) -> int:
        """Bytes that are free where *folder* is."""
        return shutil.disk_usage(folder).free


def refused(what: str, error: OSError) -> StoreError:
    """*error* as the store's own: a full disk is told apart from all else that a disk can do."""
    message = f"the raw log cannot be {what}: {error}"
    return StorageFull(message) if error.errno in NO_ROOM else StoreError(message)
