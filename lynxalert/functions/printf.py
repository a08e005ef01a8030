"""`printf`: values put into a text as C does. The format is read here, so that the engine meets no surprise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lynxalert.functions.coerce import Typed, as_number, as_text
from lynxalert.functions.nodes import Node, binary, call, number, text, try_cast
from lynxalert.functions.table import function
from lynxalert.lang import Code
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint

CONVERSION = re.compile(
    r"%(?P<flags>[-+ 0#]*)(?P<width>\d*)(?:\.(?P<precision>\d*))?(?P<kind>.|$)", re.DOTALL
)
KINDS = "sdiuxXofFeEgGc%"
WIDEST = 1000  # characters of one value


def pieces(form: str) -> Iterator[str | re.Match[str]]:
    """The texts and conversions of a format, in order; `%%` is the text `%`."""
    position = 0
    for found in CONVERSION.finditer(form):
        if found.start() > position:
            yield form[position : found.start()]
        yield "%" if found["kind"] == "%" else found
        position = found.end()
    if position < len(form):
        yield form[position:]


def formatted(form: Typed, *values: Typed) -> Node:
    """The format with every conversion replaced by the next value; null when one is missing."""
    waiting = iter(values)
    parts = [
        text(piece) if isinstance(piece, str) else _converted(piece, next(waiting))
        for piece in pieces(str(form.value))
    ]
    result = text("")
    for part in parts:
        result = binary("||", result, part)
    return result


def _converted(found: re.Match[str], value: Typed) -> Node:
    kind = found["kind"]
    precision = "" if found["precision"] is None else f".{found['precision'] or 0}"
    if kind == "c":
        return call(
            "printf", text(f"%{found['flags']}{found['width']}s"), call("left", as_text(value), number(1))
        )
    if kind == "s":
        return call("printf", text(f"%{found['flags']}{found['width']}{precision}s"), as_text(value))
    if kind in "fFeEgG":
        return call("printf", text(f"%{found['flags']}{found['width']}{precision}{kind}"), as_number(value))
    whole = try_cast(call("trunc", as_number(value)), "BIGINT")
    kind = "d" if kind in "iu" else kind
    return call("printf", text(f"%{found['flags']}{found['width']}{kind}"), whole)


def check(arguments: tuple[Any, ...]) -> Complaint | None:
    """What is wrong with the format, or with the number of values."""
    conversions = [found for found in pieces(str(arguments[0])) if not isinstance(found, str)]
    for found in conversions:
        if found["kind"] not in KINDS or not found["kind"]:
            help_ = "use one of %s %d %x %X %o %f %e %g %c %%"
            return Complaint(f"printf has no conversion `{found.group()}`", help_, 0)
        if max(int(found["width"] or 0), int(found["precision"] or 0)) > WIDEST:
            return Complaint(f"`{found.group()}` is wider than {WIDEST} characters", None, 0, Code.TOO_LARGE)
    if len(conversions) != len(arguments) - 1:
        wanted, given = len(conversions), len(arguments) - 1
        return Complaint(f"the format has {wanted} conversions, but {given} values follow", None, 0)
    return None


function(
    "printf",
    "v! v*",
    Type.TEXT,
    formatted,
    "Values in a text, as C's printf writes them: `%s %d %x %o %f %e %g %c`, with flags, width and precision.",
    ('printf("%s has %05.1f %%", "web1", 12.34)', "web1 has 012.3 %"),
    check,
)
