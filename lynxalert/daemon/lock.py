"""One daemon per data folder: a lock that the system drops with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager

from lynxalert.errors import LynxError

NAME = "daemon.lock"


class FolderHeldError(LynxError):
    """Another process works in the data folder."""


@contextmanager
def hold(folder: pathlib.Path) -> Iterator[None]:
    """Keep *folder*, created if need be, for this process alone while the context lasts.

    Raises:
        FolderHeldError: another process holds it, or it cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is logged is nobody else's business
        file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderHeldError(f"the data folder {folder} cannot be used: {error.strerror}") from None
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(file, 32).decode("ascii", "replace").strip()
            who = f"process {owner}" if owner else "another process"
            raise FolderHeldError(
                f"the data folder {folder} is in use by {who}: stop it, or set another store.path"
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)
