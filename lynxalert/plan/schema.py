"""Columns and schemas: which names a stage may use, and where each value comes from."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from lynxalert.plan.types import Type

# Fields every event has; the names that `fields` keeps unless told otherwise begin with `_`.
METADATA = {
    "_time": Type.TIME,
    "_raw": Type.TEXT,
    "index": Type.TEXT,
    "source": Type.TEXT,
    "sourcetype": Type.TEXT,
    "host": Type.TEXT,
    "_indextime": Type.TIME,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One value per row. *id* is unique in a plan; *name* is what the user calls it."""

    id: int
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in display order, names unique.

    *open*: the rows are events and any further field may exist. After `stats`, `table`, `fields` it is closed.
    """

    columns: tuple[Column, ...]
    open: bool = False

    def find(self, name: str) -> Column | None:
        """The column called *name*, its case kept."""
        return next((column for column in self.columns if column.name == name), None)

    def matching(self, pattern: str) -> tuple[Column, ...]:
        """The columns whose name fits *pattern*, in which `*` is any run of characters."""
        if "*" not in pattern:
            found = self.find(pattern)
            return (found,) if found else ()
        expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        hides = not pattern.startswith("_")  # `*` does not reach `_time`, `_raw`
        return tuple(
            column
            for column in self.columns
            if expression.fullmatch(column.name) and not (hides and column.name.startswith("_"))
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names in display order."""
        return tuple(column.name for column in self.columns)

    def put(self, column: Column) -> Schema:
        """This schema with *column* in place of the one of the same name, or at the end."""
        if self.find(column.name) is None:
            return Schema((*self.columns, column), self.open)
        replaced = tuple(column if old.name == column.name else old for old in self.columns)
        return Schema(replaced, self.open)

    def drop(self, *names: str) -> Schema:
        """This schema without the columns of these *names*."""
        return Schema(tuple(column for column in self.columns if column.name not in names), self.open)


def wildcard_match(pattern: str, name: str) -> bool:
    """Whether *name* fits *pattern* (`*` any run), ignoring case: how indexes are chosen."""
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]").replace("?", "[?]"))
