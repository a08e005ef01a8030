"""What an operator gives queries besides events: macros, lookups, mapped data models, a database of addresses.

Values and protocols only; `engine/lookups.py` reads the files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lynxalert.errors import LynxError


class BadLookup(LynxError):
    """A lookup cannot be used; the message says why."""


MOST_MATCHES = 1_000  # rows of a lookup that one event may meet, unless its definition says otherwise


@dataclass(frozen=True, slots=True)
class Matching:
    """How the rows of a lookup are met, after Splunk's `transforms.conf`; plainly: by equality, to the letter.

    *wildcards* and *networks* are columns whose cells are patterns (`*` any run) or CIDR blocks. The first
    *most* fitting rows count; where fewer than *least* fit, *default* stands for those that lack.
    """

    wildcards: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    letters_count: bool = True
    most: int = MOST_MATCHES
    least: int = 0
    default: str = ""

    @property
    def equality(self) -> bool:
        """Whether fields meet only what they equal to the letter."""
        return self.letters_count and not self.wildcards and not self.networks


PLAINLY = Matching()


@dataclass(frozen=True, slots=True)
class DefinedLookup:
    """A lookup under a name of its own: a *file* of the folder, of a database its *table*, and how it is met."""

    file: str
    table: str | None = None
    matching: Matching = PLAINLY


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of texts: *columns* in order, and for each of *rows* as many texts; an empty cell is None."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str | None, ...]]
    matching: Matching = PLAINLY


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

    def replace(self, name: str, change: Callable[[Lookup | None], Lookup | None]) -> None:
        """Put what *change* makes of the lookup *name*, or of none, in its place, at once; None leaves it as it is.

        Raises:
            BadLookup: no lookup can be written under this name, or not this one.
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
