"""`[lookups.tables.NAME]` → lookups under names of their own: which file, and how their rows are met."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lynxalert.config.shape import Section
from lynxalert.config.units import UnitError
from lynxalert.engine import LookupFolder
from lynxalert.plan.knowledge import MOST_MATCHES, DefinedLookup, Matching

NAME = re.compile(r"\w[\w\-]*(\.(csv|duckdb))")
KIND = re.compile(r"(WILDCARD|CIDR|EXACT)\(\s*([^()]+?)\s*\)", re.IGNORECASE)


def _file(value: object) -> str:
    if isinstance(value, str) and NAME.fullmatch(value):
        return value
    raise UnitError("must be the name of a .csv or .duckdb file in the folder of lookups")


def _match_type(value: object) -> Mapping[str, frozenset[str]]:
    """`WILDCARD(url), CIDR(ip)` → the columns of each kind."""
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
    read = [KIND.fullmatch(part) for part in parts]
    if not parts or not all(read):
        raise UnitError("must be kinds with fields, such as WILDCARD(url), CIDR(ip)")
    found: dict[str, frozenset[str]] = {}
    for match in read:
        assert match is not None
        kind = match[1].upper()
        found[kind] = found.get(kind, frozenset()) | {match[2]}
    return found


File = Annotated[str, BeforeValidator(_file), WithJsonSchema({"type": "string"})]
Kinds = Annotated[Any, BeforeValidator(_match_type), WithJsonSchema({"type": "string"})]


class LookupTable(Section):
    """A lookup under a name of its own, in the words of Splunk's `transforms.conf`."""

    file: File
    table: str | None = None  # of a database; default: the name of the lookup
    match_type: Kinds = Field(default_factory=dict)
    case_sensitive_match: bool = True
    max_matches: Annotated[int, Field(ge=1, le=MOST_MATCHES)] = MOST_MATCHES
    min_matches: Annotated[int, Field(ge=0, le=MOST_MATCHES)] = 0
    default_match: str = ""

    @model_validator(mode="after")
    def _agrees(self) -> LookupTable:
        if self.table is not None and not self.file.endswith(".duckdb"):
            raise UnitError("table is the name of a table in a .duckdb file")
        if self.min_matches > self.max_matches:
            raise UnitError("min_matches cannot be more than max_matches")
        return self

    @property
    def definition(self) -> DefinedLookup:
        """What it means."""
        matching = Matching(
            wildcards=self.match_type.get("WILDCARD", frozenset()),
            networks=self.match_type.get("CIDR", frozenset()),
            letters_count=self.case_sensitive_match,
            most=self.max_matches,
            least=self.min_matches,
            default=self.default_match,
        )
        return DefinedLookup(self.file, self.table, matching)


def folder_of(folder: pathlib.Path, tables: Mapping[str, LookupTable]) -> LookupFolder:
    """The lookups of *folder*, with those of *tables* under their names."""
    return LookupFolder(folder, {name: table.definition for name, table in tables.items()})
