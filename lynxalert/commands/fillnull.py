"""`fillnull`: put a value where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, many, option
from lynxalert.plan.instants import assigned_time
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import METADATA, Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Fillnull:
    """Put a value (0) where a field has none: in the fields named, or in all. An empty text is a value."""

    names: tuple[Name, ...] = many(Name)
    value: str = option("0")
    EXAMPLES = (("| fillnull value=none user", "`none` where no user is known"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension of every column concerned."""
        schema = relation.schema
        number = read_number(self.value)
        filler = constant(self.value if number is None else number)
        if self.names:
            wanted = [column for name in self.names for column in self._named(name, schema, scope)]
        else:
            wanted = [column for column in schema.columns if column.name not in METADATA]
        columns = []
        for old in wanted:
            present = ColumnRef(old) if schema.find(old.name) is old else scope.null()
            value = assigned_time(old.name, scope.call("coalesce", present, filler), scope)
            new = scope.column(old.name, value.type)
            columns.append((new, value))
            schema = schema.put(new)
        return Extend(relation, tuple(columns), schema)

    def _named(self, name: Name, schema: Schema, scope: Scope) -> tuple[Column, ...]:
        """The columns that *name* means; one that is not there yet comes into being."""
        if "*" in name.text and not name.quoted:
            return schema.matching(name.text)
        return (schema.find(name.text) or scope.column(name.text, Type.NULL),)
