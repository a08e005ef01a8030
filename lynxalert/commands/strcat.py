"""`strcat`: join fields and texts into a field."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage, Text
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Strcat:
    """Join fields and quoted texts into the field named last. A missing one is empty, or with `allrequired=t` stops it."""

    pieces: tuple[Name | Text, ...] = many((Name, Text))
    allrequired: bool = option(default=False)
    stage: Stage | None = None
    EXAMPLES = (('| strcat host ":" port address', "host and port as one field"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by the joined text."""
        assert self.stage is not None
        if len(self.pieces) < 2:
            help_ = 'for example `strcat host ":" port address`'
            scope.report(
                Code.SYNTAX, "`strcat` needs what to join and a field for it", self.stage.span, help_
            )
            return relation
        *sources, last = self.pieces
        name = last.text if isinstance(last, Name) else last.value
        value: Scalar = constant("")
        for source in sources:
            value = scope.call(".", value, self._text(source, relation, scope))
        old = relation.schema.find(name)
        if self.allrequired and old is not None:
            value = scope.call("coalesce", value, ColumnRef(old))
        column = scope.column(name, value.type)
        return Extend(relation, ((column, value),), relation.schema.put(column))

    def _text(self, source: Name | Text, relation: Relation, scope: Scope) -> Scalar:
        if isinstance(source, Text):
            return constant(source.value)
        found = scope.find(source.text, relation.schema, source.span)
        if found is None or found.type is Type.NULL:
            return scope.null() if self.allrequired else constant("")
        read = scope.call(".", ColumnRef(found), constant(""))
        return read if self.allrequired else scope.call("coalesce", read, constant(""))
