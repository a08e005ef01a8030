"""A folder of CSV files → lookups by name; a file is read again when it changes. Nothing outside the folder is read."""

from __future__ import annotations

import csv
import os
import pathlib
import re
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from lynxalert.engine.places import AddressDatabase
from lynxalert.plan.knowledge import BadLookup, Lookup

T = TypeVar("T")

NAME = re.compile(r"\w[\w.\-]*")
SUFFIX = ".csv"
DATABASE = ".mmdb"
LARGEST = 100_000_000  # bytes of one file
MOST_ROWS = 1_000_000
Version = tuple[int, int]  # when a file changed, in nanoseconds, and its size


class LookupFolder:
    """The lookups of one folder, which may be missing or empty. *largest*: bytes of one file; *most*: its rows."""

    def __init__(self, folder: str | pathlib.Path, *, largest: int = LARGEST, most: int = MOST_ROWS) -> None:
        self.folder = pathlib.Path(folder)
        self.largest, self.most = largest, most
        self._lock = threading.Lock()
        self._read: dict[pathlib.Path, tuple[Version, object]] = {}

    def version(self) -> object:
        """Names, times and sizes of the files."""
        return tuple(sorted((entry.name, _version(entry.stat())) for entry in self._files()))

    def names(self) -> tuple[str, ...]:
        """The names of the CSV files, without `.csv`, sorted."""
        return tuple(
            sorted(entry.name.removesuffix(SUFFIX) for entry in self._files() if entry.name.endswith(SUFFIX))
        )

    def find(self, name: str) -> Lookup | None:
        """The lookup *name*, with or without `.csv`.

        Raises:
            BadLookup: no name of a lookup, or a file that is too large or no CSV in UTF-8 with a header.
        """
        if not NAME.fullmatch(name):
            raise BadLookup(f"`{name}` is no name of a lookup: letters, digits, `_`, `-` and `.` only")
        path = self.folder / (name if name.endswith(SUFFIX) else name + SUFFIX)
        if not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
            return None
        return self._cached(path, self._read_csv)

    def places(self) -> AddressDatabase | None:
        """The database of addresses in the folder: the only `.mmdb` file there is.

        Raises:
            BadLookup: several, or one that is none.
        """
        found = sorted(entry.name for entry in self._files() if entry.name.endswith(DATABASE))
        if len(found) > 1:
            raise BadLookup(f"keep one `.mmdb` file only; there are {', '.join(found)}")
        return self._cached(self.folder / found[0], AddressDatabase) if found else None

    def _read_csv(self, path: pathlib.Path) -> Lookup:
        name = path.stem
        if path.stat().st_size > self.largest:
            raise BadLookup(f"lookup `{name}` is larger than {self.largest:,} bytes")
        lookup = read_csv(path)
        if len(lookup.rows) > self.most:
            raise BadLookup(f"lookup `{name}` has more than {self.most:,} rows")
        return lookup

    def _files(self) -> Iterator[os.DirEntry[str]]:
        try:
            entries = list(os.scandir(self.folder))
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            if entry.name.endswith((SUFFIX, DATABASE)) and entry.is_file():
                yield entry

    def _cached(self, path: pathlib.Path, read: Callable[[pathlib.Path], T]) -> T:
        with self._lock:
            version = _version(path.stat())
            known = self._read.get(path)
            if known is None or known[0] != version:
                known = self._read[path] = (version, read(path))
            return known[1]  # type: ignore[return-value] # a path is always read by the same function


def _version(stat: os.stat_result) -> Version:
    return stat.st_mtime_ns, stat.st_size


def read_csv(path: pathlib.Path) -> Lookup:
    """The table in a CSV file: UTF-8, a header, rows no longer than it. Empty cells are None.

    Raises:
        BadLookup: anything else.
    """
    name = path.stem
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [cell.strip() for cell in next(reader, [])]
            _check_header(name, header)
            rows = [_row(name, reader.line_num, cells, len(header)) for cells in reader if cells]
    except (UnicodeDecodeError, csv.Error, OSError) as wrong:
        raise BadLookup(f"lookup `{name}` cannot be read: {wrong}") from None
    return Lookup(tuple(header), rows)


def _check_header(name: str, header: list[str]) -> None:
    if not header or not all(header):
        raise BadLookup(f"lookup `{name}` has no header: its first line must name every column")
    twice = sorted({cell for cell in header if header.count(cell) > 1})
    if twice:
        raise BadLookup(f"lookup `{name}` has two columns called `{twice[0]}`")


def _row(name: str, line: int, cells: list[str], width: int) -> tuple[str | None, ...]:
    if len(cells) > width:
        raise BadLookup(f"lookup `{name}` has {len(cells)} cells in line {line}, but {width} columns")
    return tuple(cell or None for cell in (*cells, *([""] * (width - len(cells)))))
