"""A database file that cannot be opened: whose fault is it, and if it is damaged, out of the way with it. Nothing is deleted."""

from __future__ import annotations

import errno
import fcntl
import os
import pathlib
from dataclasses import dataclass

from lynxalert.events.errors import StoreError, StoreLocked

MAGIC, MAGIC_PLACE = b"DUCK", 8  # behind a checksum


@dataclass(frozen=True, slots=True)
class Moved:
    """A damaged database: where it lies now, and what the engine said of it."""

    path: pathlib.Path
    reason: str


def check_access(path: pathlib.Path) -> None:
    """Return if the file at *path* may be read, written, and is held by nobody; or if there is none yet.

    Raises:
        StoreLocked: another process holds it.
        StoreError: it may not be read or written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot open the event store: {error}") from error
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kind of lock DuckDB itself takes
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise StoreError(f"cannot lock the event store: {error}") from error
        raise StoreLocked(f"{path} is open in another process; close it there first") from None
    finally:
        os.close(descriptor)


def check_form(path: pathlib.Path) -> None:
    """Return if the file at *path* is a DuckDB database by its beginning, or it is empty, or not there yet.

    The engine itself would read tables of other forms, and write its own beside them.

    Raises:
        StoreError: it is a file of another kind.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(MAGIC_PLACE + len(MAGIC))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot open the event store: {error}") from error
    if begin and begin[MAGIC_PLACE:] != MAGIC:
        raise StoreError(f"{path} is no event store: it does not begin as a database of DuckDB does")


def moved_aside(path: pathlib.Path, error: Exception) -> Moved:
    """Rename the database at *path*, with its own log, to the first free `….damaged-N`.

    Raises:
        StoreError: there is no file that could be damaged, or it cannot be renamed.
    """
    if not path.exists():
        raise StoreError(f"cannot make the event store: {error}") from error
    number = 1
    while (target := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        path.rename(target)
        wal = path.with_name(f"{path.name}.wal")
        if wal.exists():
            wal.rename(target.with_name(f"{target.name}.wal"))
    except OSError as refused:
        raise StoreError(f"a damaged event store cannot be moved aside: {refused}") from error
    return Moved(target, str(error))
