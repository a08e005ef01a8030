"""What senders call the same thing by other names → time, host, source of an event."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from lynxalert.events import from_value, instant, stamped_as
from lynxalert.ingest.origin import LONGEST_NAME


def stamp(value: Any) -> dt.datetime | None:
    """The instant that *value* names: RFC 3339 or an epoch in s, ms, µs or ns, as a number or a text.

    None for anything else; forms that lack a year need the moment of arrival and are left to the store.
    """
    if isinstance(value, str) and not value.strip()[:1].isdigit():
        return None
    found = from_value(value, 0)
    return None if found is None else instant(found)


def stamps(values: Sequence[Any]) -> list[int | None]:
    """Each of *values* as `stamp` reads it, in µs since 1970 UTC."""
    alike = stamped_as(values)
    if alike is not None:
        return alike[1]
    return [
        None if isinstance(value, str) and not value.strip()[:1].isdigit() else from_value(value, 0)
        for value in values
    ]


def nanoseconds(value: int) -> dt.datetime | None:
    """The instant *value* nanoseconds after 1970 (cut to µs); None where 0 stands for none."""
    return instant(value // 1000) if 0 < value < 2**63 else None


def named(fields: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """The first of *names* that is a text of sensible length among *fields*."""
    for name in names:
        if name in fields or _root(name) in fields:
            text = text_at(fields, name)
            if text is not None:
                return text
    return None


@functools.cache
def _root(name: str) -> str:
    """Under which key a nested *name* stands; the names are those in our code."""
    return name.partition(".")[0]


def taken(fields: MutableMapping[str, Any], names: Iterable[str]) -> str | None:
    """`named`, and removed from *fields* where it has the very name of what it becomes: it would be there twice."""
    names = tuple(names)
    found = named(fields, names)
    if found is not None and fields.get(names[0]) == found:
        del fields[names[0]]
    return found


def text_at(document: Mapping[str, Any], name: str) -> str | None:
    """The text under the dotted *name*, whether the dots are nesting or part of the key."""
    value: Any = document.get(name)
    if value is None and "." in name:
        first, _, rest = name.partition(".")
        inner = document.get(first)
        return text_at(inner, rest) if isinstance(inner, Mapping) else None
    return value if isinstance(value, str) and value.strip() and len(value) <= LONGEST_NAME else None
