"""`[datamodels.Model.Dataset]` → which events answer for a dataset of a data model, by model and dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.shape import Section, read
from lynxalert.lang import Code, QueryError, parse
from lynxalert.plan.knowledge import MappedDataset

DataModels = Mapping[str, Mapping[str, MappedDataset]]


class Mapped(Section):
    """A search for the events of a dataset, and what the model's fields are called there."""

    search: str
    fields: dict[str, str] = Field(default_factory=dict)
    prefix: str | None = None


def datamodels(table: Mapping[str, Any]) -> tuple[DataModels, list[Mistake]]:
    """The section of a file, every dataset whose search does not parse told as a mistake."""
    found: dict[str, dict[str, MappedDataset]] = {}
    mistakes: list[Mistake] = []
    macros = table.get("macros")
    known = macros if isinstance(macros, Mapping) else {}
    for path, raw in _datasets(table.get("datamodels", {}), mistakes):
        value, wrong = read(Mapped, raw, path)
        mistakes += wrong
        if value is not None:
            mistakes += _search(value.search, (*path, "search"), known)
            model, dataset = str(path[1]), str(path[2])
            found.setdefault(model, {})[dataset] = MappedDataset(value.search, value.fields, value.prefix)
    return found, mistakes


def _datasets(raw: Any, mistakes: list[Mistake]) -> list[tuple[Path, Mapping[str, Any]]]:
    """Every dataset with its path; what is no table on the way is a mistake."""
    levels: list[tuple[Path, Any]] = [(("datamodels",), raw)]
    for _ in ("models", "datasets"):
        inner: list[tuple[Path, Any]] = []
        for path, value in levels:
            if isinstance(value, Mapping):
                inner += [((*path, name), below) for name, below in value.items()]
            else:
                mistakes.append(Mistake(path, "must be an object"))
        levels = inner
    wrong = [Mistake(path, "must be an object") for path, value in levels if not isinstance(value, Mapping)]
    mistakes += wrong
    return [(path, value) for path, value in levels if isinstance(value, Mapping)]


def _search(text: str, path: Path, macros: Mapping[str, Any]) -> list[Mistake]:
    try:
        parse(text, {name: value for name, value in macros.items() if isinstance(value, str)})
    except QueryError as error:
        return [
            Mistake(path, f": {one.message} ({one.code})", Code.BAD_QUERY, one.help, one.span)
            for one in error.diagnostics
        ]
    return []
