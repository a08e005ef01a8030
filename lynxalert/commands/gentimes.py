"""`gentimes`: rows for spans of time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Option, Stage
from lynxalert.plan.command import BadOption, command, option
from lynxalert.plan.neighbours import extended
from lynxalert.plan.relation import Apply, Relation
from lynxalert.plan.rows import table_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.timespec import BadTime, TimeSpan, parse_span, resolve, shift
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 50_000
HUMAN = "%a %b %d %H:%M:%S %Y"
COLUMNS = {
    "starttime": Type.INTEGER,
    "starthuman": Type.TEXT,
    "endtime": Type.INTEGER,
    "endhuman": Type.TEXT,
}


def step(text: str) -> TimeSpan:
    """`6h`; of a bare number days."""
    try:
        return parse_span(f"{text}d" if text.isdigit() else text)
    except BadTime as wrong:
        raise BadOption(f"a length of time such as 6h ({wrong})") from None


@command
@dataclass(frozen=True, slots=True)
class Gentimes:
    """A row for every `increment` (1d) from `start` to `end`: `starttime endtime` in epoch seconds, `starthuman endhuman`.

    Times are written `10/25/2026`, `10/25/2026:13:30:00`, as a number of days from today (`-7`), or as everywhere
    (`-1d@d`, RFC 3339). `end` is the last midnight unless given, and is not reached; an `endtime` is a second before
    the next `starttime`. Days and longer follow the calendar of the query's zone.
    """

    start: str = option("")
    end: str = option("0")
    increment: TimeSpan = option(TimeSpan(1, "d"), step)
    stage: Stage | None = None
    EXAMPLES = (("| gentimes start=-7 increment=6h", "every six hours of the last seven days"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Rows made when the time of the run is known."""
        assert self.stage is not None
        if not self.start:
            message = "`gentimes` needs a start"
            scope.report(Code.WRONG_ARITY, message, self.stage.span, "for example start=-7")
            return relation
        moment = extended(table_of([{}], scope), {"now": scope.call("now")}, scope)

        def made(table: pa.Table) -> Relation:
            now = dt.datetime.fromtimestamp(table.column("now")[0].as_py(), dt.UTC)
            rows = list(self._rows(now, scope))
            if len(rows) > MOST:
                message = f"this makes more than {MOST:,} rows"
                scope.report(Code.TOO_LARGE, message, self._place("increment"), "a longer increment")
                rows = []
            return table_of(rows, scope, COLUMNS)

        return Apply(moment, "gentimes", made)

    def _rows(self, now: dt.datetime, scope: Scope) -> Iterator[dict[str, Any]]:
        first, last = self._time("start", now, scope), self._time("end", now, scope)
        if first is None or last is None:
            return
        zone = ZoneInfo(scope.timezone)
        begin = current = first.astimezone(zone)
        for number in range(1, MOST + 2):
            if current >= last:
                return
            following = _moved(begin, self.increment, number)
            end = following - dt.timedelta(seconds=1)
            yield {
                "starttime": int(current.timestamp()),
                "starthuman": current.strftime(HUMAN),
                "endtime": int(following.timestamp()) - 1,
                "endhuman": end.strftime(HUMAN),
            }
            current = following

    def _time(self, name: str, now: dt.datetime, scope: Scope) -> dt.datetime | None:
        text: str = getattr(self, name)
        days = re.fullmatch(r"([+-]?)(\d{1,5})", text)
        try:
            if days is None:
                return resolve(text, now, scope.timezone)
            return resolve(f"{days[1] or '+'}{days[2]}d@d", now, scope.timezone)
        except BadTime as wrong:
            scope.report(Code.BAD_TIME, str(wrong), self._place(name), "for example -7 or 10/25/2026")
            return None

    def _place(self, name: str) -> Span:
        assert self.stage is not None
        written = (c for c in self.stage.clauses if isinstance(c, Option) and c.name.lower() == name)
        return next((one.value_span for one in written), self.stage.span)


def _moved(begin: dt.datetime, span: TimeSpan, number: int) -> dt.datetime:
    """*begin* and *number* spans: days and longer by the calendar."""
    if span.unit == "us":
        return begin + dt.timedelta(microseconds=span.count * number)
    return shift(begin, span.count * number, span.unit)
