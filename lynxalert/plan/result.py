"""What running a relation gives back. Rows are plain Python values; nothing of the engine leaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from lynxalert.lang import Diagnostic
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

    from lynxalert.plan.sinks import Output

# text, number, Boolean, instant (aware, UTC), multivalue, or nothing
Value: TypeAlias = str | int | float | bool | dt.datetime | list[Any] | None
Row: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Half-open: *start* ≤ *over* < *end*; an open side is None. Aware, UTC.

    *over* is the time of an event that is meant: `_time`, its own, or `_indextime`, when it arrived.
    """

    start: dt.datetime | None = None
    end: dt.datetime | None = None
    over: str = "_time"


ALL_TIME = TimeWindow()


@dataclass(frozen=True, slots=True)
class Result:
    """Rows in result order; what a row has no value for reads as None.

    Where events have many fields, *columns* are those that the rows have, and a row holds its own.
    """

    columns: tuple[str, ...]
    types: tuple[Type, ...]
    rows: Sequence[dict[str, Value]]
    elapsed: dt.timedelta
    truncated: bool = False
    warnings: tuple[Diagnostic, ...] = ()
    window: TimeWindow = ALL_TIME
    outputs: tuple[Output, ...] = ()  # what the query asks to have written; nothing is yet

    def arrow(self) -> pa.Table:
        """The rows as an Arrow table, one column per field; mixed columns become text."""
        import pyarrow as pa

        def column(name: str) -> pa.Array[Any]:
            values = [row[name] for row in self.rows]
            try:
                return pa.array(values)
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                return pa.array([None if value is None else str(value) for value in values])

        return pa.table({name: column(name) for name in self.columns})
