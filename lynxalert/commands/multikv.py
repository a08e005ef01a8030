"""`multikv`: the lines of a table in the text as rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Apply, Project, Relation
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.schema import METADATA, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

WORD = re.compile(r"\S+")
LISTS = ("fields", "filter")


@command
@dataclass(frozen=True, slots=True)
class Multikv:
    """Make a row of every line of a table in `_raw` (as `ps` or `netstat` write one), its fields named by the header.

    The header is the first line of several words, none a number, that has no more of them than the line below it, or
    line `forceheader`; `noheader=t` numbers the columns. `fields a b` keeps these columns only, `filter x y` the lines with one of these words. A text
    without a table stays one row.
    """

    names: tuple[Name, ...] = many(Name)
    forceheader: int = option(0)
    noheader: bool = option(default=False)
    copyattrs: bool = option(default=True)
    rmorig: bool = option(default=True)
    multitable: bool = option(default=True)  # accepted: one table is read
    conf: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("sourcetype=ps | multikv fields USER COMMAND | stats count by USER", "processes by user"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Rows at hand, made line by line."""
        assert self.stage is not None
        if self.conf:
            scope.report(Code.REFUSED_COMMAND, "tables by name are not offered", self.stage.span)
            return relation
        if scope.find("_raw", relation.schema, self.stage.name_span) is None:
            return relation
        types = {column.name: column.type for column in relation.schema.columns}

        def tabled(table: pa.Table) -> Relation:
            made = [line for row in rows_of(table, relation.schema) for line in self._lines(row)]
            known = {name: type_ for name, type_ in types.items() if self.copyattrs or name in METADATA}
            # A column of the table may be called like a field of another kind.
            mixed = {name for row in made for name, value in row.items() if isinstance(value, str)}
            merged = {
                name: Type.ANY if name in mixed and type_ is not Type.TEXT else type_
                for name, type_ in known.items()
            }
            rows = table_of(made, scope, merged)
            return Project(rows, Schema(rows.schema.columns, open=True))  # other tables have other columns

        return Apply(relation, "multikv", tabled)

    def _lines(self, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows that one text becomes."""
        lines = [line for line in str(row["_raw"] or "").splitlines() if line.strip()]
        start, names = self._header(lines)
        kept = {name: value for name, value in row.items() if self.copyattrs or name in METADATA}
        if names is None or not self.rmorig:
            yield dict(row)
        if names is None:
            return
        shown, words = self._listed("fields"), self._listed("filter")
        for line in lines[start:]:
            if words and not any(word in line for word in words):
                continue
            cells = line.split(None, max(0, len(names) - 1))
            found = {
                name: cell.strip()
                for name, cell in zip(names, cells, strict=False)
                if not shown or name in shown
            }
            yield {**kept, **found, "_raw": line}

    def _header(self, lines: list[str]) -> tuple[int, list[str] | None]:
        """Where the table begins and what its columns are called; None when there is no table."""
        if self.noheader:
            width = max((len(WORD.findall(line)) for line in lines), default=0)
            return 0, [f"Column_{number + 1}" for number in range(width)] if len(lines) > 1 else None
        if self.forceheader:
            inside = self.forceheader < len(lines)
            return self.forceheader, WORD.findall(lines[self.forceheader - 1]) if inside else None
        for place, (line, below) in enumerate(itertools.pairwise(lines)):
            names = WORD.findall(line)
            titles = not any(name[0].isdigit() or "=" in name for name in names)
            if titles and 1 < len(names) <= len(WORD.findall(below)):
                return place + 1, names
        return 0, None

    def _listed(self, word: str) -> list[str]:
        """What is named behind *word*: `fields a b filter x`."""
        current, found = "", []
        for name in self.names:
            if name.text.lower() in LISTS and not name.quoted:
                current = name.text.lower()
            elif current == word:
                found.append(name.text)
        return found
