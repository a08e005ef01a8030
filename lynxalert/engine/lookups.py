"""A folder of CSV files and databases → lookups by name; a file is read again when it changes.

Nothing outside the folder is read or written.
"""

from __future__ import annotations

import os
import pathlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from lynxalert.engine.lookupfiles import read_csv, read_table, write_csv
from lynxalert.engine.places import AddressDatabase
from lynxalert.plan.knowledge import PLAINLY, BadLookup, DefinedLookup, Lookup

T = TypeVar("T")

NAME = re.compile(r"\w[\w.\-]*")
SUFFIX = ".csv"
TABLES = ".duckdb"
DATABASE = ".mmdb"
LARGEST = 100_000_000  # bytes of one file
MOST_ROWS = 1_000_000
Version = tuple[int, int]  # when a file changed, in nanoseconds, and its size


class LookupFolder:
    """The lookups of one folder, which may be missing or empty: every CSV file, and those *defined* under other names.

    *largest*: bytes of one file; *most*: rows of one lookup.
    """

    def __init__(
        self,
        folder: str | pathlib.Path,
        defined: Mapping[str, DefinedLookup] | None = None,
        *,
        largest: int = LARGEST,
        most: int = MOST_ROWS,
    ) -> None:
        self.folder = pathlib.Path(folder)
        self.defined = dict(defined or {})
        self.largest, self.most = largest, most
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._read: dict[tuple[pathlib.Path, str | None], tuple[Version, object]] = {}

    def version(self) -> object:
        """Names, times and sizes of the files."""
        return tuple(sorted((entry.name, _version(entry.stat())) for entry in self._files()))

    def names(self) -> tuple[str, ...]:
        """The names of the CSV files, without `.csv`, and those of definitions, sorted."""
        files = {entry.name.removesuffix(SUFFIX) for entry in self._files() if entry.name.endswith(SUFFIX)}
        return tuple(sorted(files | self.defined.keys()))

    def find(self, name: str) -> Lookup | None:
        """The lookup *name*, with or without `.csv`.

        Raises:
            BadLookup: no name of a lookup, or a file that is too large or no CSV in UTF-8 with a header.
        """
        defined = self._defined(name)
        path = self.folder / defined.file
        if not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
            return None
        if path.suffix == TABLES:
            found = self._cached(path, defined.table, partial(self._read_table, table=defined.table or name))
        else:
            found = self._cached(path, None, self._read_csv)
        return found if defined.matching is PLAINLY else replace(found, matching=defined.matching)

    def replace(self, name: str, change: Callable[[Lookup | None], Lookup | None]) -> None:
        """Put what *change* makes of the lookup *name*, or of none, in its place: readers see the old or the new file.

        Raises:
            BadLookup: no name of a lookup, one that is no CSV file, or more than a lookup may hold.
        """
        path = self.folder / self._defined(name).file
        if path.suffix != SUFFIX:
            raise BadLookup(f"lookup `{name}` is a table of a database: only CSV files are written")
        with self._writing:
            changed = change(self.find(name))
            if changed is None:
                return
            if len(changed.rows) > self.most:
                raise BadLookup(f"lookup `{name}` would have more than {self.most:,} rows")
            write_csv(path, changed, self.largest)

    def _defined(self, name: str) -> DefinedLookup:
        if not NAME.fullmatch(name):
            raise BadLookup(f"`{name}` is no name of a lookup: letters, digits, `_`, `-` and `.` only")
        return self.defined.get(name) or DefinedLookup(name if name.endswith(SUFFIX) else name + SUFFIX)

    def places(self) -> AddressDatabase | None:
        """The database of addresses in the folder: the only `.mmdb` file there is.

        Raises:
            BadLookup: several, or one that is none.
        """
        found = sorted(entry.name for entry in self._files() if entry.name.endswith(DATABASE))
        if len(found) > 1:
            raise BadLookup(f"keep one `.mmdb` file only; there are {', '.join(found)}")
        return self._cached(self.folder / found[0], None, AddressDatabase) if found else None

    def _read_csv(self, path: pathlib.Path) -> Lookup:
        return self._bounded(path, read_csv)

    def _read_table(self, path: pathlib.Path, table: str) -> Lookup:
        return self._bounded(path, lambda path: read_table(path, table, self.most + 1))

    def _bounded(self, path: pathlib.Path, read: Callable[[pathlib.Path], Lookup]) -> Lookup:
        name = path.stem
        if path.stat().st_size > self.largest:
            raise BadLookup(f"lookup `{name}` is larger than {self.largest:,} bytes")
        lookup = read(path)
        if len(lookup.rows) > self.most:
            raise BadLookup(f"lookup `{name}` has more than {self.most:,} rows")
        return lookup

    def _files(self) -> Iterator[os.DirEntry[str]]:
        try:
            entries = list(os.scandir(self.folder))
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            if entry.name.endswith((SUFFIX, TABLES, DATABASE)) and entry.is_file():
                yield entry

    def _cached(self, path: pathlib.Path, part: str | None, read: Callable[[pathlib.Path], T]) -> T:
        with self._lock:
            version = _version(path.stat())
            known = self._read.get((path, part))
            if known is None or known[0] != version:
                known = self._read[path, part] = (version, read(path))
            return known[1]  # type: ignore[return-value] # one part is always read by the same function


def _version(stat: os.stat_result) -> Version:
    return stat.st_mtime_ns, stat.st_size
