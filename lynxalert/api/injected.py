"""`events` of a dry run → what is judged in the place of what is stored: each as `/ingest` takes it, or a line of a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lynxalert.api.errors import invalid
from lynxalert.api.trying import Injected
from lynxalert.config.mistakes import Mistake
from lynxalert.events.script import KNOWN, Line, line_of

MOST = 10_000  # events, repetitions included
_WHEN = frozenset({"at", "every", "repeat"})


def injected(raw: Any) -> tuple[Injected, ...]:
    """The events of a body.

    Raises:
        ApiError: 422 with every one that is none, or there are too many.
    """
    if not isinstance(raw, list):
        raise invalid([Mistake(("events",), "must be a list")])
    found: list[Injected] = []
    mistakes: list[Mistake] = []
    for place, each in enumerate(raw):
        try:
            found.append(_one(each))
        except (TypeError, ValueError) as error:
            mistakes.append(Mistake(("events", place), f": {error}"))
    if mistakes:
        raise invalid(mistakes)
    if sum(each.line.repeat for each in found) > MOST:
        raise invalid([Mistake(("events",), f"must be at most {MOST:,}")])
    return tuple(found)


def _one(raw: Any) -> Injected:
    """A line of a script is told by its `event`, with nothing beside it but what such lines have."""
    if isinstance(raw, Mapping) and "event" in raw and set(raw) <= set(KNOWN):
        return Injected(line_of(dict(raw)), timed=bool(_WHEN & set(raw)))
    if not isinstance(raw, str | Mapping) or (isinstance(raw, str) and not raw.strip()):
        raise TypeError("an event is a text or an object")
    return Injected(Line(raw if isinstance(raw, str) else dict(raw)), timed=False)
