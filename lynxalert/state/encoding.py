"""A value of the house → JSON text, fast where that is exact. How it is read again is `codec`.

orjson writes ten times faster than the standard library, but says null for what no number is, and refuses integers
beyond 64 bits and half characters. So a value becomes a tree of plain ones first, floats looked at one by one; what
orjson would write otherwise than the standard library is left to the latter.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import enum
import json
import math
import operator
import types
import typing
from functools import cache, lru_cache
from typing import Any, TypeAlias

import orjson

INSTANT = "$at"
KIND = "$is"

_Maker: TypeAlias = collections.abc.Callable[[Any], Any]
_SAME = frozenset((str, int, bool, type(None)))  # themselves in a tree


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """JSON *text* already, where a value or a part of one is expected: written once, stored many times."""

    text: str


class _InexactError(Exception):
    """Something orjson would write otherwise, or not at all."""


def text_of(value: Any) -> str:
    """*value* as JSON text: instants keep their type, durations are seconds, dataclasses say their name.

    Raises:
        TypeError: there is something in it that cannot be stored.
    """
    if type(value) is Written:
        return str(value.text)
    try:
        return orjson.dumps(_tree(value)).decode()
    except (_InexactError, orjson.JSONEncodeError, UnicodeError):
        return exact(value)


def text_of_plain(value: Any) -> str:
    """*value*, which is plain JSON but for what is `Written` of it, as text: `text_of` without a look at every part.

    Raises:
        TypeError: there is something in it that cannot be stored.
    """
    try:
        return orjson.dumps(value, _fragment, orjson.OPT_PASSTHROUGH_DATACLASS).decode()
    except (_InexactError, orjson.JSONEncodeError, UnicodeError):
        return exact(value)


def exact(value: Any) -> str:
    """`text_of` as the standard library writes it."""
    return _ENCODER.encode(value)


@cache
def stored_names(kind: Any) -> tuple[str, ...] | None:
    """The fields of a dataclass that are stored; None of anything else."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(each.name for each in dataclasses.fields(kind) if each.metadata.get("stored", True))


def _tree(value: Any) -> Any:
    """*value* as mappings with texts for keys, lists and scalars."""
    kind: Any = type(value)
    return value if kind in _SAME else _maker(kind)(value)


@cache
def _maker(kind: Any) -> _Maker:
    """What makes a tree of values of this very type."""
    if kind is float:
        return _finite
    if kind is dict:
        return _mapping
    if kind in (list, tuple):
        return _items
    if kind is dt.datetime:
        return _instant
    if kind is dt.timedelta:
        return dt.timedelta.total_seconds
    if kind is Written:
        return _fragment
    names = stored_names(kind)
    if names is not None:
        return _dataclass(kind, names)
    if issubclass(kind, enum.Enum):
        return operator.attrgetter("value")
    return _unknown


def _dataclass(kind: Any, names: tuple[str, ...]) -> _Maker:
    """What its annotations say are texts, whole numbers, Booleans or words of an enum are taken as they are."""
    hints = typing.get_type_hints(kind)
    keys, looked_at = (KIND, *names), tuple(name for name in names if not _is_scalar(hints[name]))
    # `attrgetter` of one name alone gives no tuple.
    fields = operator.attrgetter(names[0], *names)

    def made(value: Any) -> dict[str, Any]:
        tree = dict(zip(keys, (kind.__name__, *fields(value)[1:]), strict=True))
        for name in looked_at:
            if (each := tree[name]) is not None:
                tree[name] = _tree(each)
        return tree

    return made


def _is_scalar(hint: Any) -> bool:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return all(isinstance(one, type) and (one in _SAME or issubclass(one, enum.Enum)) for one in options)


def _mapping(value: dict[Any, Any]) -> dict[Any, Any]:
    return {name: each if type(each) in _SAME else _tree(each) for name, each in value.items()}


def _items(value: collections.abc.Iterable[Any]) -> list[Any]:
    return [each if type(each) in _SAME else _tree(each) for each in value]


def _finite(value: float) -> float:
    if math.isfinite(value):
        return value
    raise _InexactError


def _instant(value: dt.datetime) -> dict[str, str]:
    return _in_utc(value) if value.tzinfo is dt.UTC else {INSTANT: value.isoformat()}


@lru_cache(maxsize=1024)
def _in_utc(value: dt.datetime) -> dict[str, str]:
    """The same few instants stand in all that one tick writes. In other zones equal ones may read differently."""
    return {INSTANT: value.isoformat()}


def _fragment(value: Any) -> orjson.Fragment:
    if type(value) is Written:
        return orjson.Fragment(value.text)
    raise _InexactError


def _unknown(_: Any) -> Any:
    raise _InexactError


def _tagged(value: Any) -> Any:
    if isinstance(value, Written):
        return json.loads(value.text)
    if isinstance(value, dt.datetime):
        return {INSTANT: value.isoformat()}
    kind: Any = type(value)
    names = stored_names(kind)
    if names is not None:
        return {KIND: kind.__name__, **{name: getattr(value, name) for name in names}}
    match value:
        case dt.timedelta():
            return value.total_seconds()
        case enum.Enum():
            return value.value
        case collections.abc.Mapping():
            return dict(value)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be stored")


_ENCODER = json.JSONEncoder(default=_tagged, ensure_ascii=False, separators=(",", ":"))
