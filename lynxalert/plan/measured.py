"""Sums of a bucket of time → sums per second, minute, hour or day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from lynxalert.plan.aggregation import Named
from lynxalert.plan.timechart import bucket_end
from lynxalert.plan.timespec import TimeSpan


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums per unit of time: `per_minute` and kin, by the length of the bucket each row stands for."""

    calls: tuple[Named, ...]
    span: TimeSpan
    zone: str

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """*row* with the values that are per unit of time."""
        start = row["_time"].replace(tzinfo=dt.UTC)
        seconds = (bucket_end(start, self.span, self.zone) - start).total_seconds()
        rates = {
            column.name: row[column.name] * call.function.per / seconds
            for column, call in self.calls
            if call.function.per and row[column.name] is not None
        }
        return row | rates
