"""What an operator gives queries besides events: macros, lookups, mapped data models, a database of addresses.

Values and protocols only; `engine/lookups.py` reads the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lynxalert.errors import LynxError


class BadLookup(LynxError):
    """A lookup cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of texts: *columns* in order, and for each of *rows* as many texts; an empty cell is None."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str | None, ...]]


class Places(Protocol):
    """Where addresses are."""

    def find(self, address: str) -> Mapping[str, str | float] | None:
        """What is known of *address*: City, Country, Region, lat, lon, Continent, MetroCode, Timezone."""
        ...


class Lookups(Protocol):
    """Lookups by name."""

    def version(self) -> object:
        """A value that changes whenever the files do."""
        ...

    def names(self) -> tuple[str, ...]:
        """The names of all lookups."""
        ...

    def find(self, name: str) -> Lookup | None:
        """The lookup *name*, with or without `.csv`.

        Raises:
            BadLookup: its name or its file cannot be read as one.
        """
        ...

    def places(self) -> Places | None:
        """The database of addresses beside the lookups.

        Raises:
            BadLookup: it cannot be read, or there are several.
        """
        ...


@dataclass(frozen=True, slots=True)
class MappedDataset:
    """A dataset of a data model as this store can answer it.

    *search* is a query that gives its events, *fields* maps the model's fields to fields of theirs or expressions;
    any other field is called the same in both. In queries the fields stand behind *prefix* and a dot, by default
    the name of the dataset.
    """

    search: str
    fields: Mapping[str, str] = field(default_factory=dict)
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it. *models*: the datasets by name of each data model by name."""

    macros: Mapping[str, Any] = field(default_factory=dict)
    lookups: Lookups | None = None
    models: Mapping[str, Mapping[str, MappedDataset]] = field(default_factory=dict)
