"""`timewrap`: the periods of a chart over time, one beside the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import choice, command, one, option
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Apply, Relation, Spanned
from lynxalert.plan.result import TimeWindow
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span, shift
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1_000  # periods
NOW = "\0now"  # no field is called so
WORDS = {
    "s": "second", "m": "minute", "h": "hour", "d": "day",
    "w": "week", "mon": "month", "q": "quarter", "y": "year",
}  # fmt: skip


@command
@dataclass(frozen=True, slots=True)
class Timewrap:
    """Cut a chart over time into periods (`1d`, `1w`), the latest last, and put their values beside each other.

    Every column becomes one per period: `count_2days_before`, `count_1day_before`, `count_latest_day`, with
    `series=short` `count_s2` to `count_s0`, with `series=exact` called by the start of the period (`time_format`).
    `_time` is that of the latest period. Periods end with the range of time, with `align=now` with the time of the
    search; days and longer follow the calendar of the zone.
    """

    length: Name | None = one(Name, required="a period, for example `timewrap 1d`")
    align: str = option("end", choice("end", "now"))
    series: str = option("relative", choice("relative", "short", "exact"))
    time_format: str = option("%Y-%m-%d")
    stage: Stage | None = None
    EXAMPLES = (("| timechart span=1h count | timewrap 1d", "each day a line of its own"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Turned when the rows and the range of time are known."""
        assert self.stage is not None
        assert self.length is not None
        try:
            span = parse_span(self.length.text)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), self.length.span)
            return relation
        time = relation.schema.find("_time")
        if time is None or time.type is not Type.TIME or span.unit == "us":
            message = "`timewrap` needs rows of a chart over time and a period of seconds or longer"
            scope.report(Code.WRONG_VALUE, message, self.stage.span, "put `| timechart …` before it")
            return relation
        timed = extended(relation, {NOW: scope.call("now")}, scope)

        def lower(window: TimeWindow) -> Relation:
            def turned(table: pa.Table) -> Relation:
                rows = rows_of(table, timed.schema)
                end = window.end
                if self.align == "now" and rows:
                    end = dt.datetime.fromtimestamp(rows[0][NOW], dt.UTC)
                assert end is not None
                return self._turned(
                    rows, [n for n in relation.schema.names if n != "_time"], span, end, scope
                )

            return Apply(timed, "timewrap", turned)

        return Spanned(timed, time, lower)

    def _turned(
        self, rows: list[dict[str, Any]], names: list[str], span: TimeSpan, end: dt.datetime, scope: Scope
    ) -> Relation:
        zone = ZoneInfo(scope.timezone)
        local = end.astimezone(zone)
        times = [row["_time"].replace(tzinfo=dt.UTC) for row in rows if row["_time"] is not None]
        starts = list(_starts(local, span, min(times, default=end)))
        if len(starts) > MOST:
            assert self.stage is not None
            message = f"the rows lie in more than {MOST:,} periods"
            scope.report(Code.TOO_LARGE, message, self.stage.span, "a longer period")
            return table_of([], scope)
        made: dict[dt.datetime, dict[str, Any]] = {}
        present: set[int] = set()
        for row in rows:
            if row["_time"] is None:
                continue
            time = row["_time"].replace(tzinfo=dt.UTC)
            number = next((n for n, start in enumerate(starts) if time >= start), 0)
            place = shift(time.astimezone(zone), number * span.count, span.unit)
            key = place.astimezone(dt.UTC).replace(tzinfo=None)
            present.add(number)
            cells = made.setdefault(key, {"_time": key})
            cells |= {self._called(name, number, span, starts[number]): row[name] for name in names}
        order = [
            self._called(name, n, span, starts[n]) for n in sorted(present, reverse=True) for name in names
        ]
        sorted_rows = [made[key] for key in sorted(made)]
        whole = [{"_time": row["_time"]} | {name: row.get(name) for name in order} for row in sorted_rows]
        return table_of(whole, scope, {"_time": Type.TIME})

    def _called(self, name: str, number: int, span: TimeSpan, start: dt.datetime) -> str:
        if self.series == "short":
            return f"{name}_s{number}"
        if self.series == "exact":
            return f"{name}_{start.strftime(self.time_format)}"
        word, size = WORDS[span.unit], number * span.count
        if number:
            return f"{name}_{size}{word}{'s' if size > 1 else ''}_before"
        return f"{name}_latest_{f'{span.count}{word}s' if span.count > 1 else word}"


def _starts(end: dt.datetime, span: TimeSpan, first: dt.datetime) -> Iterator[dt.datetime]:
    """The starts of the periods before *end*, the latest first, back to the one *first* lies in."""
    for number in range(1, MOST + 2):
        start = shift(end, -number * span.count, span.unit)
        yield start
        if start <= first:
            return
