"""One file ↔ one lookup: CSV in and out, tables of a DuckDB file in. Which files there are is decided in lookups.py."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import pathlib
import tempfile
from typing import Any

import duckdb

from lynxalert.plan.knowledge import BadLookup, Lookup
from lynxalert.plan.rows import text_of

LOCKED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}


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


def read_table(path: pathlib.Path, table: str, most: int) -> Lookup:
    """The first *most* rows of *table* in a DuckDB file, every value as the text the language writes it as.

    Raises:
        BadLookup: the file or the table cannot be read.
    """
    try:
        with duckdb.connect(str(path), read_only=True, config=dict(LOCKED)) as connection:
            named = connection.table(table).limit(most)
            columns = tuple(named.columns)
            rows = [tuple(_cell(value) for value in row) for row in named.fetchall()]
    except duckdb.Error as wrong:
        reason = str(wrong).splitlines()[0]
        raise BadLookup(f"table `{table}` of `{path.name}` cannot be read: {reason}") from None
    return Lookup(columns, rows)


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str | bool | int | float | list | dict):
        return text_of(value)
    return text_of(value.replace(tzinfo=None)) if isinstance(value, dt.datetime) else str(value)


def write_csv(path: pathlib.Path, lookup: Lookup, largest: int) -> None:
    """Put *lookup* in place of the file at *path*, at once and on disk before this returns.

    Raises:
        BadLookup: it would be larger than *largest* bytes, or the folder cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(lookup.columns)
    writer.writerows(lookup.rows)
    content = text.getvalue().encode()
    if len(content) > largest:
        raise BadLookup(f"lookup `{path.stem}` would be larger than {largest:,} bytes")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replaced(path, content)
    except OSError as wrong:
        raise BadLookup(f"lookup `{path.stem}` cannot be written: {wrong.strerror}") from None


def _replaced(path: pathlib.Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # a name no lookup has
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        pathlib.Path(name).chmod(0o644)
        pathlib.Path(name).replace(path)
    except BaseException:
        pathlib.Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
