"""Running a query over a few events, for goldens and tests: fixed now, rows as readable JSON lines."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable
from typing import Any

import lynxalert
from lynxalert.clock import rfc3339
from lynxalert.engine import Engine
from lynxalert.plan import Result
from lynxalert.store import Store

NOW = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
MOST_HELD = 24  # stores of one process; each is some 5 MB
MARK = "company"  # of tests that ask for the same store, see `order`


def store_of(lines: Iterable[str | dict[str, Any]], **settings: Any) -> Store:
    """A store in memory that holds *lines*, for the caller alone."""
    store = lynxalert.open(":memory:")
    store.ingest(lines, **settings)
    return store


def held(lines: Iterable[str | dict[str, Any]], **settings: Any) -> Store:
    """A store that holds *lines*, the same for all who ask for it: they only read.

    To open one costs ten times a query. What nobody asked for lately is closed.
    """
    return held_batches([(list(lines), settings)])


def held_batches(batches: list[tuple[list[Any], dict[str, Any]]]) -> Store:
    """The same of *batches* that came one after another, each with settings of its own."""
    return _Held.of(json.dumps(batches))


class Knowing(Store):
    """The events of *store*, asked by who knows macros, lookups or data models."""

    def __init__(self, store: Store, **knowledge: Any) -> None:
        self._store = store  # or it might be closed
        self._clock = store._clock
        self._events = store._events
        self._engine = Engine(self._events, **knowledge)


class _Held(Store):
    """A store that is closed when nobody has it any more."""

    @staticmethod
    @functools.lru_cache(MOST_HELD)
    def of(written: str) -> _Held:
        store = _Held(":memory:")
        for lines, settings in json.loads(written):
            store.ingest(lines, **settings)
        return store

    def __del__(self) -> None:
        self.close()


def run(lines: Iterable[str | dict[str, Any]], query: str, **options: Any) -> Result:
    """The result of *query*, which only reads, over *lines*."""
    return held(lines).query(query, now=NOW, **options)


def rows(lines: Iterable[str | dict[str, Any]], query: str, **options: Any) -> list[dict[str, Any]]:
    """The rows of *query* over *lines*, absent values left out."""
    result = run(lines, query, **options)
    return [{name: value for name, value in row.items() if value is not None} for row in result.rows]


def shown(result: Result) -> str:
    """The rows as JSON lines, every column in order, times in RFC 3339."""

    def plain(value: Any) -> Any:
        return rfc3339(value) if isinstance(value, dt.datetime) else value

    lines = (
        json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)
        for row in result.rows
    )
    return "\n".join(lines) or "(no rows)"
