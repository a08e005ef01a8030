"""A script of events → events with times: how packs, tests and the demo say "a failure every 4 seconds from 2m on".

One JSON object per line: `at` (when, from the start), `event` (text or object), and perhaps `repeat`, `every`,
`source`, `sourcetype`, `index`, `host`. In texts `{time}` is the event's time in RFC 3339, `{time:%d/%b/%Y}` in
another form (strftime), `{n}` counts the repetitions from 1. Pure.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lynxalert.clock import rfc3339
from lynxalert.errors import LynxError
from lynxalert.events.event import Event

ZERO = dt.timedelta(0)
PLACE = re.compile(r"\{(n|time(?::([^}]*))?)\}")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
KNOWN = ("at", "event", "every", "host", "index", "repeat", "source", "sourcetype")
MOST = 1_000_000  # events of one line


class ScriptError(LynxError):
    """A line of a script cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its *event* happens *repeat* times, *every* so often, from *at* on."""

    event: str | dict[str, Any]
    at: dt.timedelta = ZERO
    repeat: int = 1
    every: dt.timedelta = ZERO
    source: str = "default"
    sourcetype: str | None = None
    index: str = "main"
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Timed:
    """An event and the instant at which it is sent."""

    at: dt.datetime
    event: Event


def read(text: str, name: str = "script") -> tuple[Line, ...]:
    """The lines of a script; blank ones are skipped.

    Raises:
        ScriptError: naming *name* and the line.
    """
    lines = []
    for number, written in enumerate(text.splitlines(), 1):
        if written.strip():
            try:
                lines.append(line_of(json.loads(written)))
            except (ValueError, TypeError) as error:
                raise ScriptError(f"{name}:{number}: {error}") from None
    return tuple(lines)


def line_of(written: Any) -> Line:
    """One line, read as JSON.

    Raises:
        TypeError, ValueError: what is wrong with it.
    """
    if not isinstance(written, dict):
        raise TypeError('a line is a JSON object with at least "event"')
    unknown = [key for key in written if key not in KNOWN]
    if unknown:
        raise ValueError(f"unknown key `{unknown[0]}`; known: {', '.join(KNOWN)}")
    event = written.get("event")
    if not isinstance(event, str | dict):
        raise TypeError("`event` must be a text or an object")
    repeat = written.get("repeat", 1)
    if not isinstance(repeat, int) or not 1 <= repeat <= MOST:
        raise ValueError(f"`repeat` must be a whole number from 1 to {MOST:,}")
    durations = {key: duration(str(written[key])) for key in ("at", "every") if key in written}
    texts = {key: str(written[key]) for key in ("source", "sourcetype", "index", "host") if key in written}
    return Line(event, repeat=repeat, **durations, **texts)  # type: ignore[arg-type]


def duration(text: str) -> dt.timedelta:
    """`90s`, `1m30s`, `2h` as a length of time.

    Raises:
        ValueError: anything else.
    """
    parts = DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"`{text}` is no duration; write for example 30s, 5m, 1m30s")
    return dt.timedelta(seconds=sum(float(number) * UNITS[unit] for number, unit in parts))


def play(lines: Iterable[Line], start: dt.datetime) -> tuple[Timed, ...]:
    """Every event of the script begun at *start*, in order of time."""
    timed = []
    for line in lines:
        for count in range(line.repeat):
            at = start + line.at + count * line.every
            raw = _filled(line.event, at, count + 1)
            text = raw if isinstance(raw, str) else json.dumps(raw, separators=(",", ":"), ensure_ascii=False)
            timed.append(Timed(at, Event(text, line.index, line.source, line.sourcetype, line.host)))
    return tuple(sorted(timed, key=lambda one: one.at))


def _filled(value: Any, at: dt.datetime, count: int) -> Any:
    """*value* with its places filled, inside objects and lists too."""
    match value:
        case str():
            return PLACE.sub(lambda place: _put(place, at, count), value)
        case dict():
            return {key: _filled(inner, at, count) for key, inner in value.items()}
        case list():
            return [_filled(inner, at, count) for inner in value]
        case _:
            return value


def _put(place: re.Match[str], at: dt.datetime, count: int) -> str:
    if place.group(1) == "n":
        return str(count)
    return at.astimezone(dt.UTC).strftime(place.group(2)) if place.group(2) else rfc3339(at)
