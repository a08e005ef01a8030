"""`format`: all rows as one search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code
from lynxalert.lang.ast import Stage, Text
from lynxalert.lang.quoting import quoted
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.rows import rows_of, table_of, text_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import VERBATIM
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

PLAIN = re.compile(r"[\w.:@/{}-]+")
DEFAULT = ("(", "(", "AND", ")", "OR", ")")


@command
@dataclass(frozen=True, slots=True)
class Format:
    """Make of all rows one whose field `search` is the search that finds them: `( ( a="1" AND b="2" ) OR ( … ) )`.

    Six texts, if given, stand for `(`, `(`, `AND`, `)`, `OR`, `)`. Fields that begin with `_` are left out; one called
    `search` or `query` is put in as it is.
    """

    words: tuple[Text, ...] = many(Text)
    mvsep: str = option("OR")
    maxresults: int = option(0)
    emptystr: str = option("NOT()")
    stage: Stage | None = None
    EXAMPLES = (
        ("[search error | stats count by host | fields host | format]", "events of hosts with errors"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """All rows at hand, written as one."""
        assert self.stage is not None
        if len(self.words) not in (0, len(DEFAULT)):
            help_ = 'for example `format "(" "(" "AND" ")" "OR" ")"`'
            scope.report(Code.SYNTAX, "`format` takes six texts or none", self.stage.span, help_)
            return relation
        taken = Limit(relation, self.maxresults) if self.maxresults else relation

        def written(table: pa.Table) -> Relation:
            rows = [list(row.items()) for row in rows_of(table, taken.schema)]
            return table_of([{"search": self._whole(rows)}], scope, {"search": Type.TEXT})

        return Apply(taken, "format", written)

    def _whole(self, rows: Sequence[Sequence[tuple[str, Any]]]) -> str:
        words = tuple(word.value for word in self.words) or DEFAULT
        row_start, start, between, end, row_between, row_end = words
        parts = []
        for row in rows:
            fields = [
                self._field(name, value) for name, value in row if value is not None and name[:1] != "_"
            ]
            if fields:
                parts.append(f"{start} {f' {between} '.join(fields)} {end}")
        return f"{row_start} {f' {row_between} '.join(parts)} {row_end}" if parts else self.emptystr

    def _field(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return f"( {f' {self.mvsep} '.join(self._field(name, one) for one in value)} )"
        return compared(name, value)


def compared(name: str, value: Any) -> str:
    """`name="value"` as search text."""
    if name in VERBATIM:
        return text_of(value)
    return f"{name if PLAIN.fullmatch(name) else quoted(name)}={quoted(text_of(value))}"
