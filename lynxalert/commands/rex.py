"""`rex`: take fields out of text by regular expression, or rewrite it."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Option, Stage, Text
from lynxalert.plan.command import choice, command, many, option
from lynxalert.plan.regex import group_names, group_numbers
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.sed import rewritten


@command
@dataclass(frozen=True, slots=True)
class Rex:
    """Fields from the named groups of a regular expression; no match leaves them alone. `mode=sed` rewrites.

    `offset_field` names a field for where the groups of the first match stand, counted from 0: `user=3-7&port=12-13`.
    """

    texts: tuple[Text, ...] = many(Text, required='a regular expression in "…"')
    field: str = option("_raw")
    max_match: int = option(1)
    mode: str = option("", choice("sed"))
    offset_field: str = option("")
    stage: Stage | None = None
    EXAMPLES = (('| rex field=uri "^/api/(?<area>\\w+)" | stats count by area', "requests by area"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by one column per group."""
        assert self.stage is not None
        written = [c for c in self.stage.clauses if isinstance(c, Option) and c.name == "field"]
        place = written[0].value_span if written else self.stage.name_span
        source = scope.find(self.field, relation.schema, place)
        if self.mode == "sed":
            return rewritten(relation, source, self.texts[0], scope)
        pattern = self.texts[0].value
        wrong = scope.complain(pattern)
        if wrong is not None:
            scope.report(Code.BAD_REGEX, wrong[0], self.texts[0].span, wrong[1])
            return relation
        if not group_names(pattern):
            help_ = "name a group: (?<name>…)"
            scope.report(Code.BAD_REGEX, "the regular expression names no field", self.texts[0].span, help_)
            return relation
        value: Scalar = ColumnRef(source) if source is not None else scope.null()
        return self._extracted(relation, value, pattern, scope)

    def _extracted(self, relation: Relation, value: Scalar, pattern: str, scope: Scope) -> Relation:
        schema = relation.schema
        columns = []
        several = self.max_match != 1
        for name, number in group_numbers(pattern):
            function = "rex:every" if several else "rex:first"
            found = scope.call(function, value, constant(pattern), constant(number), constant(self.max_match))
            old = schema.find(name)
            if old is not None:
                found = scope.call("coalesce", found, ColumnRef(old))
            column = scope.column(name, found.type)
            columns.append((column, found))
            schema = schema.put(column)
        if self.offset_field:
            places = scope.call("rex:places", value, constant(pattern))
            column = scope.column(self.offset_field, places.type)
            columns.append((column, places))
            schema = schema.put(column)
        return Extend(relation, tuple(columns), schema)
