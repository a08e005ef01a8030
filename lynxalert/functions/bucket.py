"""Rounding times down to buckets: of fixed lengths, or by the calendar of a zone."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed
from lynxalert.functions.nodes import Node, binary, call, cast, number, text
from lynxalert.functions.table import function
from lynxalert.functions.time import UNIT, from_zone, instant_of, later_from_zone, to_zone
from lynxalert.plan import Type
from lynxalert.plan.timespec import TimeSpan, repeats_midnight

CALENDAR = {"mon": 1, "q": 3, "y": 12}


def bucket(value: Typed, count: Typed, unit: Typed, zone: Typed, offset: Typed) -> Node:
    """The start of the bucket *value* lies in."""
    span = TimeSpan(int(str(count.value)), str(unit.value))
    instant = instant_of(value)
    if span.microseconds is not None:
        return fixed(instant, span.microseconds, int(str(offset.value)))
    back = from_zone if repeats_midnight(str(zone.value)) else later_from_zone
    return back(calendar(to_zone(instant, zone.node), span), zone.node)


def fixed(instant: Node, size: int, offset: int = 0) -> Node:
    """Buckets of *size* microseconds from *offset* after the epoch; floor, also before it."""
    microseconds = call("epoch_us", instant)
    since = binary("-", microseconds, number(offset)) if offset else microseconds
    rest = binary("%", binary("+", binary("%", since, number(size)), number(size)), number(size))
    return call("make_timestamp", binary("-", microseconds, rest))


def calendar(wall: Node, span: TimeSpan) -> Node:
    """Buckets of days, weeks (from Sunday), months, quarters or years of the wall clock."""
    if span.unit in CALENDAR:
        size = span.count * CALENDAR[span.unit]
        months = binary(
            "+", binary("*", call("year", wall), number(12)), binary("-", call("month", wall), number(1))
        )
        first = binary("-", months, binary("%", months, number(size)))
        year = cast(call("floor", binary("/", first, number(12))), "BIGINT")
        month = binary("+", binary("%", first, number(12)), number(1))
        return call("make_timestamp", year, month, number(1), number(0), number(0), cast(number(0), "DOUBLE"))
    if span.unit == "w":
        one = call("to_days", cast(number(1), "INTEGER"))
        start = binary("-", call("date_trunc", text("week"), binary("+", wall, one)), one)
        return cast(
            _every(start, span.count * 7, 4 * 86_400_000_000) if span.count > 1 else start, "TIMESTAMP"
        )
    day = call("date_trunc", text(UNIT["d"]), wall)
    return cast(_every(day, span.count, 0) if span.count > 1 else day, "TIMESTAMP")


def _every(day: Node, days: int, origin: int) -> Node:
    """Every so many days from the epoch (a Thursday) or *origin* microseconds before it."""
    shifted = call("make_timestamp", binary("+", call("epoch_us", day), number(origin)))
    start = fixed(shifted, days * 86_400_000_000)
    return call("make_timestamp", binary("-", call("epoch_us", start), number(origin)))


function("bucket:time", "v v! v! v! v!", Type.TIME, bucket, "The start of the bucket of time.")
