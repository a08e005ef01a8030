"""What was costly to make → a file for later processes of this user, and back. Knows no grammar.

What is kept is trusted when read: only a folder that nobody else can write to will do, and a file in it carries the
digest of what it holds. Nothing here is needed: without a folder the same work is done again (docs/decisions/0087).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import tempfile

MOST = 8  # files kept: those of a few versions side by side
DIGEST = hashlib.sha256().digest_size
SUFFIX = ".kept"


def usual() -> pathlib.Path | None:
    """The user's cache folder as the XDG base directories say; nothing for a user without a home."""
    given = pathlib.Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given / "lynxalert"
    try:
        return pathlib.Path.home() / ".cache" / "lynxalert"
    except RuntimeError:
        return None


def read(name: str, folder: pathlib.Path | None) -> bytes | None:
    """What was kept as *name*, if it is whole and only this user could have written it."""
    if folder is None:
        return None
    file = folder / f"{name}{SUFFIX}"
    try:
        if not (_private(folder) and _private(file)):
            return None
        whole = file.read_bytes()
    except OSError:
        return None
    digest, content = whole[:DIGEST], whole[DIGEST:]
    return content if hashlib.sha256(content).digest() == digest else None


def write(name: str, folder: pathlib.Path | None, content: bytes) -> None:
    """Keep *content* as *name* where that is possible; another process sees all of it or nothing."""
    if folder is None:
        return
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(folder):
            return
        with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as fresh:
            file = pathlib.Path(fresh, name)
            file.write_bytes(hashlib.sha256(content).digest() + content)
            file.chmod(0o600)
            file.replace(folder / f"{name}{SUFFIX}")
        _forget(folder)


def _private(path: pathlib.Path) -> bool:
    """Whether this user owns *path* and nobody else can write to it. Where there are no user ids, homes are private."""
    if not hasattr(os, "getuid"):
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _forget(folder: pathlib.Path) -> None:
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
    for old in files[:-MOST]:
        old.unlink(missing_ok=True)
