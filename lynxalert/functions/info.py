"""What a run knows of itself: the range of time it covers and its own name."""

from __future__ import annotations

from lynxalert.functions.coerce import Typed, as_number
from lynxalert.functions.nodes import Node, binary, call, case, cast, number, parameter, text
from lynxalert.functions.table import function
from lynxalert.functions.time import now
from lynxalert.plan import Type

LAST = 253_402_214_400  # 9999-12-31: what an open end is bound to


def start(window: Typed) -> Node:
    """The start of a time range in epoch seconds; 0 when it is open."""
    return call("greatest", _bound("start", window), number(0.0))


def end(window: Typed) -> Node:
    """The end of a time range in epoch seconds; the time of the search when it is open."""
    bound = _bound("end", window)
    return case((binary(">=", bound, number(LAST)), now()), default=bound)


def _bound(name: str, window: Typed) -> Node:
    return as_number(Typed(cast(parameter(f"{name}{window.value}"), "TIMESTAMP"), Type.TIME))


def name() -> Node:
    """A name for this run: the time it runs for, to the millisecond."""
    return call("format", text("{:.3f}"), now())


function("info:start", "v!", Type.FLOAT, start, "The start of the range of time.")
function("info:end", "v!", Type.FLOAT, end, "The end of the range of time.")
function("info:sid", "", Type.TEXT, name, "A name for the run.")
