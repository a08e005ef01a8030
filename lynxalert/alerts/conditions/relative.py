"""The condition `relative`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from lynxalert.alerts.conditions.build import number, one_of, reads, text
from lynxalert.alerts.conditions.condition import Base, Memory, Verdict, View, condition
from lynxalert.alerts.conditions.rows import COMPARE, SYMBOLS, by_key, match_of, number_of, require, show
from lynxalert.alerts.keys import key_of
from lynxalert.alerts.model import Inputs, Key, Match
from lynxalert.plan import Result, Row, TimeWindow, Value


def share(value: Any) -> float:
    """A percent of a baseline."""
    percent = number(value)
    if percent < 0:
        raise ValueError("must not be negative: it is a percent of the baseline, `lt 50` a drop below half")
    return percent


BACK = {"previous_window": None, "day": dt.timedelta(days=1), "week": dt.timedelta(weeks=1)}


@condition("relative", field="errors", op="gt", percent=200, baseline="day")
@dataclass(frozen=True, slots=True, kw_only=True)
class Relative(Base):
    """A row hits when *field*, as a percent of the same field over a *baseline*, compares with *percent*.

    `lt 50` is a drop below half, `gt 200` a doubling. The baseline is the window just before, or the same window
    a day or a week earlier. A baseline of 0 or nothing is no data, never infinity; a group of the baseline that
    has no row now counts as 0.
    """

    field: str = reads(text)
    op: str = reads(one_of(*COMPARE))
    percent: float = reads(share)
    baseline: str = reads(one_of(*BACK), default="previous_window")

    def second_window(self, window: TimeWindow, memory: Memory | None) -> TimeWindow | None:  # noqa: ARG002 - the contract
        """The same stretch of time, earlier."""
        assert window.start is not None
        assert window.end is not None
        back = BACK[self.baseline] or window.end - window.start
        return replace(window, start=window.start - back, end=window.end - back)

    def judge(self, view: View) -> Verdict:
        """Each key of either window; the first row of a key counts."""
        assert view.baseline is not None
        now, then = self._rows(view.result, view), self._rows(view.baseline, view)
        keys = {*now, *then} or ({key_of({})} if not view.key_fields else set())
        hits: dict[Key, Match] = {}
        missing: dict[Key, Row] = {}
        for key in sorted(keys):
            base = number_of(then[key][0], self.field) if key in then else None
            rows = now.get(key) or [_empty(then[key][0], view.key_fields, self.field)] if base else []
            value = number_of(rows[0], self.field) if rows else None
            if not base or value is None:
                missing[key] = (now.get(key) or then.get(key) or [{}])[0]
                continue
            percent = value / base * 100
            if COMPARE[self.op](percent, self.percent):
                match = match_of(key, view.key_fields, rows, rows[0], percent)
                hits[key] = replace(match, values={**rows[0], "baseline": base, "percent": percent})
        labels = {key: {name: row.get(name) for name in view.key_fields} for key, row in missing.items()}
        return Verdict(Inputs(hits, missing=labels))

    def phrase(self, row: Row | None) -> str:
        """`errors (42) is 21% of 200, < 50%`."""
        limit = f"{SYMBOLS[self.op]} {show(self.percent)}%"
        if row is None or row.get("baseline") is None:
            return f"{self.field} has no baseline to be {limit} of"
        percent = round(float(str(row["percent"])), 1)
        return f"{self.field} ({show(row.get(self.field))}) is {show(percent)}% of {show(row['baseline'])}, {limit}"

    def _rows(self, result: Result, view: View) -> dict[Key, list[Row]]:
        require(result, self.field)
        return by_key(result, view.key_fields)


def _empty(row: Row, key_fields: tuple[str, ...], field: str) -> Row:
    """The row of a group that is gone: its labels, and nothing counted."""
    kept: dict[str, Value] = {name: value if name in key_fields else None for name, value in row.items()}
    return {**kept, field: 0}
