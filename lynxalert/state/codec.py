"""Values of the house ↔ the JSON that SQLite keeps. Loading is driven by the dataclasses themselves.

What a definition gained since it was written takes its default; what it lost is ignored.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import enum
import json
import types
import typing
from functools import cache
from typing import Any, TypeAlias, TypeVar

from lynxalert.state.encoding import INSTANT, KIND, Written, text_of, text_of_plain

__all__ = ["Written", "dumps", "loads", "unpack", "written", "written_plain"]

T = TypeVar("T")
Reader: TypeAlias = collections.abc.Callable[[Any], Any]


def dumps(value: Any) -> str:
    """*value* as JSON text: instants keep their type, durations are seconds, dataclasses say their name.

    Sets do not exist here.
    """
    return text_of(value)


def written(value: Any) -> Written:
    """What `dumps` makes of *value*; `dumps` leaves it as it is."""
    return Written(text_of(value))


def written_plain(value: Any) -> Written:
    """`written` of what is plain JSON: texts for keys, no number that is none. Parts of it may be `written` already."""
    return Written(text_of_plain(value))


def loads(text: str) -> Any:
    """What `dumps` wrote."""
    return _DECODER.decode(text)


def unpack(cls: type[T], stored: Any) -> T:
    """The dataclass *cls* that was stored as *stored*."""
    readers = _readers(typing.cast("Any", cls))
    values = {
        name: stored[name] if read is None or stored[name] is None else read(stored[name])
        for name, read in readers
        if name in stored
    }
    return cls(**values)


@cache
def _readers(cls: Any) -> tuple[tuple[str, Reader | None], ...]:
    """The fields of a dataclass, each with what reads it."""
    hints = typing.get_type_hints(cls)
    return tuple((each.name, _reader(hints[each.name])) for each in dataclasses.fields(cls))


@cache
def _reader(hint: Any) -> Reader | None:
    """What makes a value of type *hint* of what is stored, if that is not null; None where it is the value itself."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _one_of(arguments)
    if origin is tuple:
        return _each(_reader(arguments[0]))
    if origin is collections.abc.Mapping and dataclasses.is_dataclass(arguments[1]):
        kind: Any = arguments[1]
        return lambda stored: {name: unpack(kind, each) for name, each in stored.items()}
    if hint is dt.timedelta:
        return _seconds
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda stored: unpack(hint, stored)
    return None


def _one_of(options: tuple[Any, ...]) -> Reader:
    """Dataclasses of a union are told apart by name; otherwise there is one type, or nothing."""
    named: dict[str, Any] = {each.__name__: each for each in options}
    read = _reader(next(each for each in options if each is not type(None)))

    def one(stored: Any) -> Any:
        if isinstance(stored, dict) and KIND in stored:
            return unpack(named[stored[KIND]], stored)
        return stored if read is None else read(stored)

    return one


def _each(read: Reader | None) -> Reader:
    if read is None:
        return tuple
    return lambda stored: tuple(None if each is None else read(each) for each in stored)


def _seconds(stored: Any) -> dt.timedelta:
    return dt.timedelta(seconds=stored)


def _untagged(stored: dict[str, Any]) -> Any:
    if stored.keys() != {INSTANT}:
        return stored
    try:
        return dt.datetime.fromisoformat(stored[INSTANT])
    except (TypeError, ValueError):  # an event's own field of that name
        return stored


_DECODER = json.JSONDecoder(object_hook=_untagged)
