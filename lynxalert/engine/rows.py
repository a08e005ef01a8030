"""What the engine fetched → plain Python values: no type of the engine gets past here."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from lynxalert.plan import Type, Value


def plain_rows(
    names: Sequence[str], types: Sequence[Type], fetched: Iterable[Sequence[Any]]
) -> list[dict[str, Value]]:
    """The rows *fetched* by name, their values plain; what the engine gave for no columns at all is left out."""
    rows: list[dict[str, Value]] = [dict(zip(names, row, strict=False)) for row in fetched]
    for name, type_ in zip(names, types, strict=True):
        read = READERS.get(type_)
        if read is not None:
            for row in rows:
                row[name] = read(row[name])
    return rows


def plain_number(value: float | Decimal | None) -> Value:
    """Whole numbers as int, others as float; infinities and not-a-number are nothing."""
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**63 else number


def plain_time(value: dt.datetime | None) -> Value:
    """An aware UTC instant."""
    return None if value is None else value.replace(tzinfo=dt.UTC)


def plain_list(value: list[Any] | None) -> Value:
    """A list of one is its value, an empty one is nothing."""
    if not value:
        return None
    return value[0] if len(value) == 1 else value


def plain_any(value: str | None) -> Value:
    """JSON as the value it spells."""
    if value is None:
        return None
    read = json.loads(value)
    return value if isinstance(read, dict) else plain_json(read)


def plain_json(read: Any) -> Value:
    """A JSON scalar or array as a value."""
    match read:
        case bool() | str() | None:
            return read
        case int() | float():
            return plain_number(read)
        case _:
            return plain_list(read)


READERS: dict[Type, Callable[[Any], Value]] = {
    Type.FLOAT: plain_number,
    Type.TIME: plain_time,
    Type.LIST: plain_list,
    Type.ANY: plain_any,
    Type.INTEGER: plain_number,
}
