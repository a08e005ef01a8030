"""Long rows (row, series, values) → one row per row value with a column per series: `chart`, `timechart`, `xyseries`. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lynxalert.plan.numbers import canonical_number, read_number

Row = Mapping[str, Any]
SERIES = "\0series"  # the column that tells series apart; no query can name it


@dataclass(frozen=True, slots=True)
class Pivot:
    """How to turn rows around. *empty* says what each of *values* is where no row stands.

    Columns are called by the series alone when there is one value, else `value: series`, or as *form* says with
    `$AGG$` and `$VAL$`.
    """

    row: str
    values: tuple[str, ...]
    empty: tuple[Any, ...] = ()
    series: str | None = None
    last: tuple[str, ...] = ()  # the series that come after all others, in this order
    separator: str = ": "
    form: str = ""

    def turned(self, rows: Sequence[Row], every: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """One row per value of *row*: those of *every* first, further ones in order of appearance.

        Of several rows for one cell the last counts.
        """
        shown = self.names(rows)
        keys = dict.fromkeys([*every, *(_key(row[self.row]) for row in rows)])
        cells = {
            (_key(row[self.row]), self._series(row), name): row[name] for row in rows for name in self.values
        }
        originals = {_key(row[self.row]): row[self.row] for row in rows}
        empty = self.empty or (None,) * len(self.values)
        columns = [
            (self.title(series, name), series, name, nothing)
            for name, nothing in zip(self.values, empty, strict=True)
            for series in shown
        ]
        return [
            {self.row: originals.get(key, key)}
            | {title: cells.get((key, series, name), nothing) for title, series, name, nothing in columns}
            for key in keys
        ]

    def columns(self, rows: Sequence[Row]) -> dict[str, str]:
        """The columns that come of *rows*, and of which of the values each is made."""
        shown = self.names(rows)
        return {self.title(series, name): name for name in self.values for series in shown}

    def names(self, rows: Iterable[Row]) -> list[str]:
        """The series in order: numbers by value, then texts, then those that come last."""
        found = {self._series(row) for row in rows} if self.series else {""}
        after = [name for name in self.last if name in found]
        return sorted(found.difference(after), key=natural) + after

    def title(self, series: str, value: str) -> str:
        """What a column is called."""
        if self.series is None:
            return value
        if self.form:
            return self.form.replace("$AGG$", value).replace("$VAL$", series)
        title = series if len(self.values) == 1 else f"{value}{self.separator}{series}"
        return f"VALUE{title}" if title == self.row else title

    def _series(self, row: Row) -> str:
        return str(row[self.series]) if self.series else ""


def natural(name: str) -> tuple[int, float, str]:
    """A key that puts names that read as numbers first, by value."""
    number = read_number(name)
    return (1, 0.0, name) if number is None else (0, float(number), name)


def _key(value: Any) -> Hashable:
    """What makes two values one row: their canonical text. 5 and "5" are alike, 1 and true are not."""
    match value:
        case list():
            return tuple(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return canonical_number(value)
        case _:
            return value  # type: ignore[no-any-return]
