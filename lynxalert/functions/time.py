"""Functions of time. A time in an expression is epoch seconds; zones matter only for texts, days and snaps."""

from __future__ import annotations

import re
from typing import Any

from lynxalert.functions.coerce import Typed, as_number, number_time
from lynxalert.functions.nodes import Node, binary, call, case, cast, literal_value, number, parameter, text
from lynxalert.functions.table import function
from lynxalert.lang import Code
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint
from lynxalert.plan.timespec import BadTime, steps_of

# Splunk's variables that the engine spells otherwise.
SPELLING = {
    "%T": "%H:%M:%S",
    "%F": "%Y-%m-%d",
    "%D": "%m/%d/%y",
    "%e": "%-d",
    "%k": "%-H",
    "%l": "%-I",
    "%h": "%b",
    "%c": "%a %b %-d %H:%M:%S %Y",
    "%x": "%m/%d/%y",
    "%X": "%H:%M:%S",
    "%Q": "%g",
    "%3Q": "%g",
    "%6Q": "%f",
    "%3N": "%g",
    "%6N": "%f",
    "%N": "%g",
    "%R": "%H:%M",
    "%n": "\n",
    "%t": "\t",
}
UNIT = {
    "s": "second",
    "m": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mon": "month",
    "q": "quarter",
    "y": "year",
}


def now() -> Node:
    """The instant the query runs for, as epoch seconds."""
    return as_number(Typed(cast(parameter("now"), "TIMESTAMP"), Type.TIME))


def to_zone(instant: Node, zone: Node) -> Node:
    """A UTC timestamp as wall-clock time in *zone*."""
    return (
        instant
        if literal_value(zone) == "UTC"
        else call("timezone", zone, call("timezone", text("UTC"), instant))
    )


def from_zone(wall: Node, zone: Node) -> Node:
    """Wall-clock time in *zone* as a UTC timestamp."""
    return (
        wall if literal_value(zone) == "UTC" else call("timezone", text("UTC"), call("timezone", zone, wall))
    )


def instant_of(value: Typed) -> Node:
    """A time, or epoch seconds, as a timestamp."""
    return value.node if value.type is Type.TIME else number_time(as_number(value))


def spelled(form: str) -> str:
    """A Splunk time format in the engine's spelling."""
    return re.sub(r"%\d?[A-Za-z]", lambda found: SPELLING.get(found.group(), found.group()), form)


def formatted(value: Typed, form: Node, zone: Node) -> Node:
    """The time as text in the query's zone. `%s` is the epoch, `%z` the offset, `%Z` the zone's name."""
    instant = instant_of(value)
    known = literal_value(form) or ""
    wall = to_zone(instant, zone)
    parts = [part for part in re.split(r"(%s|%z|%Z|%:z)", known) if part]
    pieces = [_piece(part, instant, wall, zone) for part in parts]
    joined = pieces[0] if len(pieces) == 1 else call("concat", *pieces)
    return case((binary("=", instant, instant), joined))


def _piece(part: str, instant: Node, wall: Node, zone: Node) -> Node:
    if part == "%s":
        return cast(cast(call("floor", call("epoch", instant)), "BIGINT"), "VARCHAR")
    if part == "%Z":
        return zone
    if part in ("%z", "%:z"):
        minutes = cast(
            binary("/", binary("-", call("epoch", wall), call("epoch", instant)), number(60)), "BIGINT"
        )
        sign = case((binary("<", minutes, number(0)), text("-")), default=text("+"))
        size = call("abs", minutes)
        hours = cast(call("floor", binary("/", size, number(60))), "BIGINT")
        between = text(":") if part == "%:z" else text("")
        two = text("{:02d}")
        return call(
            "concat",
            sign,
            call("format", two, hours),
            between,
            call("format", two, binary("%", size, number(60))),
        )
    return call("strftime", wall, text(spelled(part)))


def parsed(value: Node, form: Node, zone: Node) -> Node:
    """The text as epoch seconds, or nothing where it does not fit the format."""
    known = literal_value(form) or ""
    if known == "%s":
        return as_number(Typed(value, Type.TEXT))
    read = call("try_strptime", value, text(spelled(known)))
    if "%z" in known or "%Z" in known:
        return as_number(Typed(call("timezone", text("UTC"), read), Type.TIME))
    return as_number(Typed(from_zone(read, zone), Type.TIME))


def relative(value: Typed, spec: Node, zone: Node) -> Node:
    """The time moved and snapped as `-1d@d` says, in the query's zone."""
    wall = to_zone(instant_of(value), zone)
    for kind, count, unit in steps_of(literal_value(spec) or ""):
        if kind == "shift" and unit in ("s", "m", "h"):
            # On the time line, not the wall clock: an hour is an hour on the day the clocks change.
            wall = to_zone(_moved(from_zone(wall, zone), count, unit), zone)
        elif kind == "shift":
            wall = _moved(wall, count, unit)
        elif unit == "w":
            offset = number((count - 1) % 7)  # the engine's weeks begin on Monday
            days = call("to_days", cast(offset, "INTEGER"))
            wall = binary("+", call("date_trunc", text("week"), binary("-", wall, days)), days)
        else:
            wall = call("date_trunc", text(UNIT[unit]), wall)
        wall = cast(wall, "TIMESTAMP")
    return as_number(Typed(from_zone(wall, zone), Type.TIME))


def _moved(node: Node, count: int, unit: str) -> Node:
    size = call(f"to_{UNIT[unit]}s", cast(number(count), "INTEGER"))
    return binary("+", node, size)


def _spec(arguments: tuple[Any, ...]) -> Complaint | None:
    try:
        steps_of(str(arguments[1]))
    except BadTime as wrong:
        return Complaint(str(wrong), None, 1, Code.BAD_TIME)
    return None


function(
    "now",
    "",
    Type.FLOAT,
    now,
    "The time the query runs for, in epoch seconds; the same in every row.",
    ("if(now() > 0, 1, 0)", 1),
)
function(
    "time",
    "",
    Type.FLOAT,
    now,
    "The same as now(): an evaluation knows one time only.",
    ("if(time() = now(), 1, 0)", 1),
)
function(
    "strftime",
    "v t!",
    Type.TEXT,
    formatted,
    "A time as text, for example with `%Y-%m-%d %H:%M:%S.%3N %z`.",
    ('strftime(0, "%Y-%m-%dT%H:%M:%S")', "1970-01-01T00:00:00"),
    zoned=True,
)
function(
    "strptime",
    "t t!",
    Type.FLOAT,
    parsed,
    "A text as epoch seconds; null where it does not fit the format.",
    ('strptime("1970-01-02", "%Y-%m-%d")', 86400),
    zoned=True,
)
function(
    "relative_time",
    "v t!",
    Type.FLOAT,
    relative,
    "A time moved and snapped, as `-1d@d` says.",
    ('relative_time(90000, "@d")', 86400),
    _spec,
    zoned=True,
)
