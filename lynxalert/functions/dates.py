"""What the wall clock of a zone says of a time, a piece at a time."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed
from lynxalert.functions.nodes import Node, binary, call, cast, number, text
from lynxalert.functions.table import function
from lynxalert.functions.time import instant_of, to_zone
from lynxalert.plan import Type

MINUTE = 60_000_000  # microseconds


def piece(value: Typed, unit: Typed, zone: Typed) -> Node:
    """The hour, day, minute, second or year; as `offset` the minutes east of Greenwich."""
    instant = instant_of(value)
    wall = to_zone(instant, zone.node)
    if unit.value == "offset":
        east = binary("-", call("epoch_us", wall), call("epoch_us", instant))
        return cast(call("floor", binary("/", east, number(MINUTE))), "BIGINT")
    return call(str(unit.value), wall)


def name(value: Typed, form: Typed, zone: Typed) -> Node:
    """The name of the day or month in small letters."""
    wall = to_zone(instant_of(value), zone.node)
    return call("lower", call("strftime", wall, text(str(form.value))))


function("date:piece", "v v! v!", Type.INTEGER, piece, "A piece of a date as a number.")
function("date:name", "v v! v!", Type.TEXT, name, "The name of a day or month.")
