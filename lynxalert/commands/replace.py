"""`replace`: put values in place of others."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Flag, Name, Renaming
from lynxalert.plan.command import command, many
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import METADATA, Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Replace:
    """Put a value in place of those that a pattern fits as a whole, letters to the letter, in the fields named or in all.

    `*` is any run of characters; the stars of the new value are what those of the pattern met. The first pattern
    that fits counts. Times are left alone.
    """

    pairs: tuple[Renaming, ...] = many(Renaming, required="`old with new`")
    flags: tuple[Flag, ...] = many(Flag)
    names: tuple[Name, ...] = many(Name)
    EXAMPLES = (('| replace "*.example.com" with "*" in host', "host names without their domain"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension of every column concerned."""
        schema = relation.schema
        columns = []
        for old in self._concerned(relation, scope):
            pairs = [constant(text) for pair in self.pairs for text in (pair.source.text, pair.target.text)]
            value = scope.call("replace:wild", ColumnRef(old), *pairs)
            new = scope.column(old.name, value.type)
            columns.append((new, value))
            schema = schema.put(new)
        return Extend(relation, tuple(columns), schema) if columns else relation

    def _concerned(self, relation: Relation, scope: Scope) -> list[Column]:
        schema = relation.schema
        if not self.names:
            shown = [one for one in schema.columns if not one.name.startswith("_")]
            return [one for one in shown if one.name not in METADATA and self._may_fit(one)]
        found: dict[str, Column] = {}
        for name in self.names:
            wild = "*" in name.text and not name.quoted
            known = None if wild else scope.subject(name.text, schema, name.span)
            for column in schema.matching(name.text) if wild else filter(None, (known,)):
                if column.type is not Type.TIME:
                    found[column.name] = column
        return list(found.values())

    def _may_fit(self, column: Column) -> bool:
        """Whether a value of this type can be spelled as one of the patterns: numbers often cannot."""
        if not column.type.is_number:
            return column.type is not Type.TIME
        finds = [pair.source.text for pair in self.pairs]
        return any("*" in find or read_number(find) is not None for find in finds)
