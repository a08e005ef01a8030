"""`return`: fields of the first rows as one search, at the end of a subsearch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.commands.format import compared
from lynxalert.lang.ast import Flag, Name, Number, Option, Stage
from lynxalert.plan.command import command, many, one
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.rows import rows_of, table_of, text_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Returned:
    """A field to return: under which name, or bare (None) as its value alone."""

    field: str
    name: str | None


@command
@dataclass(frozen=True, slots=True)
class Return:
    """Make of the first rows (1) one whose field `search` finds them: `field`, `other=field`, or `$field` for the bare value."""

    count: Number | None = one(Number)
    written: tuple[Name | Option | Flag, ...] = many((Name, Option, Flag), required="a field")
    stage: Stage | None = None
    EXAMPLES = (
        ("[search error | top limit=3 user | return 3 user]", "events of the three users with most errors"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The first rows at hand, written as one."""
        fields = self._fields()
        for clause in self.written:
            if isinstance(clause, Name):
                scope.find(clause.text, relation.schema, clause.span)
            elif isinstance(clause, Option):
                scope.find(clause.value, relation.schema, clause.value_span)
        taken = Limit(relation, self.count.value if self.count else 1)

        def written(table: pa.Table) -> Relation:
            parts = [part for row in rows_of(table, taken.schema) if (part := _row(row, fields))]
            whole = " OR ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
            return table_of([{"search": whole or "NOT()"}], scope, {"search": Type.TEXT})

        return Apply(taken, "return", written)

    def _fields(self) -> list[Returned]:
        found, bare = [], False
        for clause in self.written:
            match clause:
                case Flag():
                    bare = True
                case Option(name, value):
                    found.append(Returned(value, name))
                case Name(text):
                    found.append(Returned(text, None if bare else text))
                    bare = False
        return found


def _row(row: Mapping[str, Any], fields: list[Returned]) -> str:
    parts = []
    for field in fields:
        value = row.get(field.field)
        if value is None:
            continue
        values = value if isinstance(value, list) else [value]
        texts = [text_of(one_) if field.name is None else compared(field.name, one_) for one_ in values]
        parts.append(texts[0] if len(texts) == 1 else f"({' OR '.join(texts)})")
    return " ".join(parts)
