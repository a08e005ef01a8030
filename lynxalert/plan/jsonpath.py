"""Paths into JSON as Splunk writes them (`a.b{}.c{0}`) → what the engine's JSON functions take. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

STEP = re.compile(r"(?P<name>[^{}]*)(?P<places>(?:\{\d*\})*)")
PLACE = re.compile(r"\{(\d*)\}")


class BadPath(ValueError):
    """A text is no path; the message says why."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """*text* is a JSON pointer (RFC 6901), or, when *several* values may be met, a path with wildcards."""

    text: str
    several: bool


def steps_of(written: str) -> list[str | int | None]:
    """The names, places (None: every place) of a path, in order.

    Raises:
        BadPath: an empty name, brackets that do not fit, or an attribute of XML.
    """
    steps: list[str | int | None] = []
    parts = written.split(".")
    for number, part in enumerate(parts):
        found = STEP.fullmatch(part)
        if found is None:
            raise BadPath(f"`{written}` is no path: after a name come `{{}}` or `{{0}}`")
        if found["name"]:
            steps.append(found["name"])
        elif number or not found["places"]:
            raise BadPath(f"`{written}` is no path: a name is missing")
        steps += [int(place) if place else None for place in PLACE.findall(found["places"])]
    return steps


def read_path(written: str) -> JsonPath:
    """`a.b` goes into objects, `a{}` to every item of an array, `a{0}` to its first.

    Raises:
        BadPath: as `steps_of`.
    """
    steps = steps_of(written)
    if None not in steps:
        return JsonPath("".join(f"/{pointer(str(step))}" for step in steps), several=False)
    if any(isinstance(step, str) and "*" in step for step in steps):
        raise BadPath(f"`{written}` mixes `{{}}` with a name that has a star, which is not offered")
    return JsonPath("$" + "".join(_spelled(step) for step in steps), several=True)


def pointer(name: str) -> str:
    """*name* as one step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _spelled(step: str | int | None) -> str:
    if isinstance(step, str):
        escaped = step.replace("\\", "\\\\").replace('"', '\\"')
        return f'."{escaped}"'
    return "[*]" if step is None else f"[{step}]"
