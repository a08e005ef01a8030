"""Times as text and back: Splunk's variables (`%Y-%m-%dT%H:%M:%S.%3N%z`) in the engine's spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lynxalert.functions.coerce import Typed, as_number
from lynxalert.functions.nodes import Node, binary, call, case, cast, literal_value, number, parameter, text
from lynxalert.functions.table import function
from lynxalert.functions.time import from_zone, instant_of, to_zone
from lynxalert.lang import Code
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint

TOKEN = re.compile(r"%%|%:?-?\d?[A-Za-z+]|%|[^%]+")
# Variables that stand for several others, or for a plain text.
LONG = {
    "%T": "%H:%M:%S",
    "%F": "%Y-%m-%d",
    "%D": "%m/%d/%y",
    "%R": "%H:%M",
    "%r": "%I:%M:%S %p",
    "%c": "%a %b %e %H:%M:%S %Y",
    "%x": "%m/%d/%y",
    "%X": "%H:%M:%S",
    "%+": "%a %b %e %H:%M:%S %Z %Y",
}
SPELLING = {"%e": "%-d", "%k": "%-H", "%l": "%-I", "%h": "%b"}
PLAIN = {"%%": "%", "%n": "\n", "%t": "\t"}
FRACTION = re.compile(r"%([1-9]?)[NQ]")
ZONES = ("%z", "%:z", "%Z")
DATES = {"%Y", "%y", "%m", "%d", "%-d", "%b", "%B", "%j", "%U", "%W", "%V"}
KNOWN = {f"%{letter}" for letter in "aAbBdHIjmMpSuUVwWyY"} | {"%-d", "%-H", "%-I", "%-m", "%-M", "%-S", "%s"}


def variables(form: str) -> list[str]:
    """The texts and variables of a format, long variables resolved."""
    found: list[str] = []
    for word in TOKEN.findall(form):
        found += variables(LONG[word]) if word in LONG else [SPELLING.get(word, word)]
    return found


def formatted(value: Typed, form: Node, zone: Node) -> Node:
    """The time as text in the query's zone. `%s` is the epoch, `%z` the offset, `%Z` the zone's name."""
    instant = instant_of(value)
    wall = to_zone(instant, zone)
    pieces: list[Node] = []
    together = ""  # neighbours that the engine can write at once
    for word in [*variables(literal_value(form) or ""), ""]:
        if word in KNOWN - {"%s"} or (word and not word.startswith("%")):
            together += word
            continue
        pieces += [call("strftime", wall, text(together))] if "%" in together else []
        pieces += [text(together)] if together and "%" not in together else []
        pieces += [_piece(word, instant, wall, zone)] if word else []
        together = ""
    joined = call("concat", *pieces) if pieces else text("")
    return case((binary("=", instant, instant), joined))


def _piece(word: str, instant: Node, wall: Node, zone: Node) -> Node:
    fraction = FRACTION.fullmatch(word)
    if word in PLAIN:
        return text(PLAIN[word])
    if word == "%s":
        return cast(cast(call("floor", call("epoch", instant)), "BIGINT"), "VARCHAR")
    if word == "%Z":
        return zone
    if fraction is not None:
        digits = call("concat", call("strftime", wall, text("%f")), text("000"))
        return call("left", digits, number(int(fraction[1] or 3)))
    return _offset(instant, wall, text(":" if word == "%:z" else ""))


def _offset(instant: Node, wall: Node, between: Node) -> Node:
    microseconds = binary("-", call("epoch_us", wall), call("epoch_us", instant))
    minutes = cast(call("floor", binary("/", microseconds, number(60_000_000))), "BIGINT")
    sign = case((binary("<", minutes, number(0)), text("-")), default=text("+"))
    size = call("abs", minutes)
    hours = cast(call("floor", binary("/", size, number(60))), "BIGINT")
    two = text("{:02d}")
    rest = call("format", two, binary("%", size, number(60)))
    return call("concat", sign, call("format", two, hours), between, rest)


def parsed(value: Node, form: Node, zone: Node) -> Node:
    """The text as epoch seconds, or nothing where it does not fit. A date that is missing is that of now()."""
    tokens = variables(literal_value(form) or "")
    if tokens[0] == "%s":
        return as_number(Typed(value, Type.TEXT))
    spelled = "".join(_readable(word) for word in tokens)
    here = to_zone(cast(parameter("now"), "TIMESTAMP"), zone)
    known = set(tokens) & DATES
    if not known & {"%Y", "%y"}:
        # Said before the text instead of added to the result, so that 29 February is one in leap years.
        missing = "%Y-%m-%d " if not known else "%Y "
        value = call("concat", call("strftime", here, text(missing)), value)
        spelled = missing + spelled
    if not set(tokens) & set(ZONES):
        return as_number(Typed(from_zone(call("try_strptime", value, text(spelled)), zone), Type.TIME))
    value = call("regexp_replace", value, text("Z$"), text("UTC" if "%Z" in tokens else "+00"))
    instant = call("timezone", text("UTC"), call("try_strptime", value, text(spelled)))
    return as_number(Typed(instant, Type.TIME))


def _readable(word: str) -> str:
    if word in PLAIN:
        return PLAIN[word].replace("%", "%%")
    if FRACTION.fullmatch(word):
        return "%n" if word[1] in "789" else "%f"
    return "%z" if word == "%:z" else word


def _format(read: Callable[[list[str]], str | None]) -> Callable[[tuple[Any, ...]], Complaint | None]:
    def check(arguments: tuple[Any, ...]) -> Complaint | None:
        tokens = variables(str(arguments[1]))
        for word in tokens:
            known = not word.startswith("%") or word in KNOWN or word in PLAIN or word in ZONES
            if not known and not FRACTION.fullmatch(word):
                return Complaint(f"`{word}` is no variable of time formats", None, 1, Code.BAD_TIME)
        wrong = read(tokens)
        return Complaint(wrong, None, 1, Code.BAD_TIME) if wrong is not None else None

    return check


def _can_read(tokens: list[str]) -> str | None:
    """What keeps `strptime` from reading a format."""
    if not any(word.startswith("%") and word not in PLAIN for word in tokens):
        return "a time format needs variables such as %Y"
    if "%s" in tokens and not (tokens[0] == "%s" and (len(tokens) == 1 or FRACTION.fullmatch(tokens[-1]))):
        return "`%s` stands alone: epoch seconds are the whole time"
    return None


function(
    "strftime",
    "v t!",
    Type.TEXT,
    formatted,
    "A time as text, for example with `%Y-%m-%d %H:%M:%S.%3N %z`.",
    ('strftime(0, "%Y-%m-%dT%H:%M:%S")', "1970-01-01T00:00:00"),
    _format(lambda _: None),
    zoned=True,
)
function(
    "strptime",
    "t t!",
    Type.FLOAT,
    parsed,
    "A text as epoch seconds; null where it does not fit the format. A date that it lacks is today's.",
    ('strptime("1970-01-02", "%Y-%m-%d")', 86400),
    _format(_can_read),
    zoned=True,
)
