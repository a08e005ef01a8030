"""Columns and schemas: which names a stage may use, and where each value comes from."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, replace

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
    *hidden* columns can be used by name but are not shown: `_time` and `_raw` after `fields`.
    """

    columns: tuple[Column, ...]
    open: bool = False
    hidden: tuple[Column, ...] = ()

    def find(self, name: str) -> Column | None:
        """The column called *name*, its case kept."""
        return next((column for column in (*self.columns, *self.hidden) if column.name == name), None)

    def matching(self, pattern: str) -> tuple[Column, ...]:
        """The columns whose name fits *pattern*, in which `*` is any run of characters."""
        if "*" not in pattern:
            found = self.find(pattern)
            return (found,) if found else ()
        expression = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        internal = pattern.startswith("_")  # `*` alone does not reach `_time`, `_raw`
        return tuple(
            column
            for column in self.columns
            if expression.fullmatch(column.name) and (internal or not column.name.startswith("_"))
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names in display order."""
        return tuple(column.name for column in self.columns)

    def put(self, column: Column) -> Schema:
        """This schema with *column* in place of the one of the same name, or at the end."""
        rest = self.drop(column.name)
        if all(old.name != column.name for old in self.columns):
            return replace(rest, columns=(*self.columns, column))
        kept = tuple(column if old.name == column.name else old for old in self.columns)
        return replace(rest, columns=kept)

    def drop(self, *names: str) -> Schema:
        """This schema without the columns of these *names*."""
        columns = tuple(column for column in self.columns if column.name not in names)
        return replace(
            self, columns=columns, hidden=tuple(one for one in self.hidden if one.name not in names)
        )


def starred(pattern: str, target: str, name: str) -> str:
    """*target* with its stars replaced, in turn, by what the stars of *pattern* stand for in *name*.

    >>> starred("bytes_*", "*_b", "bytes_in")
    'in_b'
    """
    fitted = re.fullmatch("(.*)".join(re.escape(part) for part in pattern.split("*")), name, re.DOTALL)
    parts = list(fitted.groups()) if fitted else []
    return "".join(parts.pop(0) if char == "*" and parts else char for char in target)


def wildcard_match(pattern: str, name: str) -> bool:
    """Whether *name* fits *pattern* (`*` any run), ignoring case: how indexes are chosen."""
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]").replace("?", "[?]"))
