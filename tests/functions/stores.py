"""The same fields stored in every way there is: typed columns, columns with exceptions, no column, text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import lynxalert
from lynxalert.store import Store
from tests.functions.reference import text

Fields: TypeAlias = Mapping[str, Any]
START = dt.datetime(2026, 2, 14, 10, tzinfo=dt.UTC)


def event(place: int, fields: Fields) -> dict[str, Any]:
    time = (START + dt.timedelta(seconds=place)).isoformat()
    return {"timestamp": time, "id": place} | {name: one for name, one in fields.items() if one is not None}


def as_they_come(store: Store, events: Sequence[Fields]) -> None:
    """One batch: the commonest type gets a column, the rest stands beside it."""
    store.ingest([event(*one) for one in enumerate(events)])


def one_by_one(store: Store, events: Sequence[Fields]) -> None:
    """Every event a batch: columns are made and widened under way."""
    for one in enumerate(events):
        store.ingest([event(*one)])


def by_type(store: Store, events: Sequence[Fields]) -> None:
    """A stream for each combination of types: every column holds one type and all its values."""
    for place, fields in enumerate(events):
        kinds = "-".join(type(one).__name__ for one in fields.values())
        store.ingest([event(place, fields)], source=kinds)


def without_columns(store: Store, events: Sequence[Fields]) -> None:
    """So many other fields that none is left a column for these."""
    others = {f"other{number}": number for number in range(40)}
    store.ingest([event(place, {}) | others | dict(_present(fields)) for place, fields in enumerate(events)])


def among_exceptions(store: Store, events: Sequence[Fields]) -> None:
    """Beside events of another index in which the fields are of every type."""
    names = {name for fields in events for name in fields}
    kinds: list[Any] = ["text", 5, 2.5, True]
    store.ingest([{"id": -1, **dict.fromkeys(names, kind)} for kind in kinds], index="main", source="noise")
    as_they_come(store, events)


def as_pairs(store: Store, events: Sequence[Fields]) -> None:
    """Lines of `key="value"`: every value is a text."""
    lines = []
    for place, fields in enumerate(events):
        time = (START + dt.timedelta(seconds=place)).strftime("%Y-%m-%dT%H:%M:%SZ")
        pairs = " ".join(f'{name}="{_escaped(text(value))}"' for name, value in _present(fields))
        lines.append(f"{time} id={place} {pairs}")
    store.ingest(lines)


def _escaped(value: str | None) -> str:
    return (value or "").replace("\\", "\\\\").replace('"', '\\"')


def _present(fields: Fields) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in fields.items() if value is not None)


WAYS: tuple[Callable[[Store, Sequence[Fields]], None], ...] = (
    as_they_come,
    one_by_one,
    by_type,
    without_columns,
    among_exceptions,
)
SLOW_WAYS = (one_by_one, by_type)


def stored(way: Callable[[Store, Sequence[Fields]], None], events: Sequence[Fields]) -> Store:
    """A store in memory that holds *events* in one of the ways; `id` is their place."""
    store = lynxalert.open(":memory:")
    way(store, events)
    return store
