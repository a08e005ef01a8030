"""Functions of time. A time in an expression is epoch seconds; zones matter only for texts, days and snaps."""

from __future__ import annotations

from typing import Any

from lynxalert.functions.coerce import Typed, as_number, attempt, number_time
from lynxalert.functions.nodes import (
    Node,
    binary,
    call,
    case,
    cast,
    column,
    let,
    literal_value,
    number,
    parameter,
    text,
)
from lynxalert.functions.table import function
from lynxalert.lang import Code
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint
from lynxalert.plan.timespec import BadTime, set_back, steps_of

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
    """Wall-clock time in *zone* as a UTC timestamp; of a time that comes twice, the first."""
    name = literal_value(zone) or "UTC"
    if name == "UTC":
        return wall
    instant = later_from_zone(wall, zone)
    for minutes in set_back(name):
        length = call("to_minutes", cast(number(minutes), "INTEGER"))
        earlier = binary("-", column("later"), length)
        first = case((binary("=", to_zone(earlier, zone), wall), earlier), default=column("later"))
        instant = let("later", instant, first)
    return instant


def later_from_zone(wall: Node, zone: Node) -> Node:
    """The same; of a time that comes twice, the later."""
    return (
        wall if literal_value(zone) == "UTC" else call("timezone", text("UTC"), call("timezone", zone, wall))
    )


def instant_of(value: Typed) -> Node:
    """A time, or epoch seconds, as a timestamp."""
    return value.node if value.type is Type.TIME else number_time(as_number(value))


def relative(value: Typed, spec: Node, zone: Node) -> Node:
    """The time moved and snapped as `-1d@d` says, in the query's zone."""
    instant = instant_of(value)
    for kind, count, unit in steps_of(literal_value(spec) or ""):
        if kind == "shift" and unit in ("s", "m", "h"):
            # On the time line, not the wall clock: an hour is an hour on the day the clocks change.
            instant = _moved(instant, count, unit)
        elif kind == "shift":
            instant = from_zone(cast(_moved(to_zone(instant, zone), count, unit), "TIMESTAMP"), zone)
        elif unit in ("s", "m"):
            instant = call("date_trunc", text(UNIT[unit]), instant)
        elif unit == "h":
            instant = _hour(instant, zone)
        else:
            instant = from_zone(cast(_snapped(to_zone(instant, zone), count, unit), "TIMESTAMP"), zone)
    # A time beyond those the engine knows is none.
    return as_number(Typed(attempt(cast(instant, "TIMESTAMP")), Type.TIME))


def later(value: Typed, spec: Typed, zone: Typed) -> Node:
    """The time moved as `+1d` says, as a time."""
    return attempt(cast(number_time(relative(value, spec.node, zone.node)), "TIMESTAMP"))


def _moved(node: Node, count: int, unit: str) -> Node:
    size = call(f"to_{UNIT[unit]}s", cast(number(count), "INTEGER"))
    return binary("+", node, size)


def _snapped(wall: Node, weekday: int, unit: str) -> Node:
    if unit != "w":
        return call("date_trunc", text(UNIT[unit]), wall)
    days = call("to_days", cast(number((weekday - 1) % 7), "INTEGER"))  # the engine's weeks begin on Monday
    return binary("+", call("date_trunc", text("week"), binary("-", wall, days)), days)


def _hour(instant: Node, zone: Node) -> Node:
    """The start of the hour of the wall clock; within an hour that comes twice, of the same one."""
    if literal_value(zone) == "UTC":
        return call("date_trunc", text("hour"), instant)
    wall = column("wall")
    start = cast(call("date_trunc", text("hour"), wall), "TIMESTAMP")
    same = binary("-", column("instant"), binary("-", wall, start))
    snapped = case((binary("=", to_zone(same, zone), start), same), default=from_zone(start, zone))
    return let("instant", cast(instant, "TIMESTAMP"), let("wall", to_zone(column("instant"), zone), snapped))


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
    "relative_time",
    "v t!",
    Type.FLOAT,
    relative,
    "A time moved and snapped, as `-1d@d` says.",
    ('relative_time(90000, "@d")', 86400),
    _spec,
    zoned=True,
)
function("time:instant", "v", Type.TIME, instant_of, "Epoch seconds as a time.")
function("time:later", "v v! v!", Type.TIME, later, "A time moved, in a zone.")
