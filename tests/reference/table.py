"""What passes from stage to stage: columns in the order shown, rows in order (4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tests.reference.values import Row, Value, spelled

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows hold only what is there: an absent key is null. *hidden* fields can be used but are not shown.

    *events* are rows as they were ingested: they have `_time` and `_raw`, and any further field may exist.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    hidden: tuple[str, ...] = ()
    events: bool = False

    def of_rows(self, rows: Iterable[Row]) -> Table:
        """The same columns over other rows."""
        return replace(self, rows=tuple(rows))

    def put(self, names: Sequence[str], rows: Iterable[Row]) -> Table:
        """Rows that have further columns: in the place of those of the same name, else at the end."""
        added = [name for name in dict.fromkeys(names) if name not in self.columns]
        hidden = tuple(name for name in self.hidden if name not in names)
        return replace(self, columns=(*self.columns, *added), rows=tuple(rows), hidden=hidden)

    def drop(self, names: Iterable[str]) -> Table:
        """Without these columns."""
        gone = set(names)
        rows = ({name: one for name, one in row.items() if name not in gone} for row in self.rows)
        columns = tuple(name for name in self.columns if name not in gone)
        return replace(
            self,
            columns=columns,
            rows=tuple(rows),
            hidden=tuple(name for name in self.hidden if name not in gone),
        )

    def matching(self, pattern: str) -> list[str]:
        """The columns that fit; `*` alone does not reach those that begin with `_`."""
        if "*" not in pattern:
            return [pattern]
        return [
            name
            for name in self.columns
            if fits(pattern, name) and (pattern.startswith("_") or not name.startswith("_"))
        ]

    def expand(self, patterns: Iterable[str]) -> list[str]:
        """The columns of several patterns, each once."""
        return list(dict.fromkeys(name for pattern in patterns for name in self.matching(pattern)))


def fits(pattern: str, name: str) -> bool:
    """Whether a name fits a wildcard, its case counted."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def present(row: Row) -> Row:
    """The row without what is null."""
    return {name: value for name, value in row.items() if value is not None}


def with_fields(row: Row, fields: Row) -> Row:
    """The row with these fields; null removes one (3.3)."""
    return present({**row, **fields})


def key_of(row: Row, names: Sequence[str]) -> Key | None:
    """The canonical texts of the by-fields: what makes rows one group (3.2). None where one is missing."""
    values = [row.get(name) for name in names]
    return None if None in values else tuple(spelled(one) for one in values)


def groups(rows: Iterable[Row], names: Sequence[str]) -> dict[Key, list[Row]]:
    """Rows by their key, in order of first appearance; those lacking a by-field are left out (4)."""
    found: dict[Key, list[Row]] = {}
    for row in rows:
        key = key_of(row, names)
        if key is not None:
            found.setdefault(key, []).append(row)
    return found


def column(rows: Iterable[Row], name: str) -> list[Value]:
    """The values of a field, nulls too."""
    return [row.get(name) for row in rows]
