"""Names → entries: how commands, functions, channels, protocols and conditions are found."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from lynxalert.errors import LynxError

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


class RegistryError(LynxError):
    """An extension breaks the rules of the house; the start stops."""


def suggest(
    word: str, names: Iterator[str] | list[str] | tuple[str, ...] | Mapping[str, object]
) -> str | None:
    """The one of *names* that *word* most probably meant, or nothing when none is near."""
    lowered = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


class Registry(Mapping[str, T], Generic[T]):
    """Entries of one kind by name, filled while their package is discovered, read-only afterwards."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T, *, documentation: str | None) -> None:
        """Enter *entry* under *name*.

        Raises:
            RegistryError: the name is taken, or the entry has no documentation.
        """
        if name in self._entries:
            raise RegistryError(f"{self.kind} `{name}` is registered twice")
        if not (documentation or "").strip():
            raise RegistryError(f"{self.kind} `{name}` has no documentation")
        self._entries[name] = entry

    def discover(self, package: ModuleType) -> Registry[T]:
        """Import every module of *package* in sorted order, so that each registers what it holds."""
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
            importlib.import_module(f"{package.__name__}.{module.name}")
        return self

    def suggest(self, word: str) -> str | None:
        """The registered name that *word* most probably meant."""
        return suggest(word, self)

    def __getitem__(self, name: str) -> T:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
