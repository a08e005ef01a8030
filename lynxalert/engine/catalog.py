"""What the event store tells the engine about itself: streams, their tables, where each field lives.

The engine asks through `EventSource` and knows nothing else of the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import duckdb

from lynxalert.plan.types import Type


@dataclass(frozen=True, slots=True)
class StoredField:
    """One field of a stream.

    *column* is the physical column (`c7`), or None when the field was never promoted and lives in `_extra` only.
    *complete* says that every value is in the column; otherwise some are in `_extra` and the field reads as ANY.
    *written*: the column is a TIMESTAMP, and the value is what `strftime` makes of it in this format.
    """

    name: str
    type: Type
    column: str | None
    complete: bool
    written: str | None = None


@dataclass(frozen=True, slots=True)
class StoredStream:
    """One table of events: (index, stream).

    *table* has `_time TIMESTAMP, _seq BIGINT, _indextime TIMESTAMP, host, source, sourcetype VARCHAR`, the
    promoted columns, and `_extra JSON`: one flat object of dotted names → scalars or arrays. *raw_table* has
    `_seq BIGINT, _raw VARCHAR, _text VARCHAR` (`_text`: the unescaped string values of a JSON event, one per
    line, where they differ from how `_raw` spells them; else NULL). *crowded*: there are more fields than *fields*
    names, all of them in `_extra`.
    """

    index: str
    table: str
    raw_table: str
    fields: Mapping[str, StoredField] = field(default_factory=dict)
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class Catalog:
    """All streams at one moment. *version* changes whenever a stream, field or type does."""

    version: int
    streams: tuple[StoredStream, ...]


class EventSource(Protocol):
    """The store as the engine sees it."""

    def catalog(self) -> Catalog:
        """The streams as they are now: cheap, no I/O."""
        ...

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A fresh cursor for one thread; the caller closes it and drains its results."""
        ...

    def highest_sequence(self) -> int:
        """The `_seq` of the newest event that a cursor made from now on sees; 0 before the first: cheap, no I/O."""
        ...

    def erased(self) -> tuple[int, int]:
        """How often events were erased, and up to which `_time` at most (µs since 1970 UTC): cheap, no I/O."""
        ...

    def report_damage(self, reason: str) -> None:
        """Take note that stored events could not be read."""
        ...
