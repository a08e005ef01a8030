"""`convert`: make numbers of texts, and texts of times."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Aggregation, Name
from lynxalert.plan.command import command, many, option
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type
from lynxalert.registry import suggest

FUNCTIONS = (
    "auto", "ctime", "dur2sec", "memk", "mktime", "mstime", "none", "num", "rmcomma", "rmunit",
)  # fmt: skip
WITH_FORMAT = ("ctime", "mktime")


@command
@dataclass(frozen=True, slots=True)
class Convert:
    """Make numbers of texts (`num auto dur2sec mstime memk rmcomma rmunit`) and texts of times (`ctime`), or back (`mktime`).

    `timeformat` is for ctime and mktime. `*` takes all fields that fit, except those named in `none(…)`. A value that
    a function makes nothing of stays as it is; `num` removes it.
    """

    conversions: tuple[Aggregation, ...] = many(Aggregation, required="for example `ctime(first)`")
    timeformat: str = option("%m/%d/%Y %H:%M:%S")
    EXAMPLES = (
        ('| convert timeformat="%H:%M" ctime(_time) as at', "the time of day"),
        ('| eval took="00:02:30" | convert dur2sec(took)', "150 seconds"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by every field made; all read the fields as they were."""
        before = schema = relation.schema
        spared = {one.name for clause in self.conversions for one in self._spared(clause, before)}
        columns = []
        for clause in self.conversions:
            for old, name in self._pairs(clause, before, spared, scope):
                value = self._value(clause.function.lower(), ColumnRef(old), scope)
                new = scope.column(name, value.type)
                columns.append((new, value))
                schema = schema.put(new)
        return Extend(relation, tuple(columns), schema) if columns else relation

    def _spared(self, clause: Aggregation, schema: Schema) -> tuple[Column, ...]:
        named = clause.function.lower() == "none" and isinstance(clause.argument, Name)
        return schema.matching(clause.argument.text) if named and isinstance(clause.argument, Name) else ()

    def _pairs(
        self, clause: Aggregation, schema: Schema, spared: set[str], scope: Scope
    ) -> list[tuple[Column, str]]:
        """The fields to convert, each with the name of what it becomes."""
        function, argument = clause.function.lower(), clause.argument
        if function not in FUNCTIONS:
            near = suggest(function, FUNCTIONS)
            help_ = f"did you mean `{near}`?" if near else f"one of {', '.join(FUNCTIONS)}"
            message = f"`convert` knows no `{clause.function}`"
            scope.report(Code.UNKNOWN_FUNCTION, message, clause.name_span, help_)
            return []
        if not isinstance(argument, Name):
            scope.report(Code.WRONG_ARITY, f"`{clause.function}` needs a field", clause.span)
            return []
        if function == "none":
            return []
        if "*" in argument.text and not argument.quoted:
            return [
                (column, _alias(clause, argument.text, column.name))
                for column in schema.matching(argument.text)
                if column.name not in spared
            ]
        found = scope.find(argument.text, schema, argument.span)
        if found is None:
            return []
        return [(found, clause.alias.text if clause.alias else found.name)]

    def _value(self, function: str, value: Scalar, scope: Scope) -> Scalar:
        if value.type is Type.NULL:
            return value
        if function not in WITH_FORMAT:
            return scope.call(f"convert:{function}", value)
        return scope.call(f"convert:{function}", value, constant(self.timeformat), constant(scope.timezone))


def _alias(clause: Aggregation, pattern: str, name: str) -> str:
    """The name a converted field takes: the stars of `as *_text` are what those of the pattern met."""
    if clause.alias is None:
        return name
    fitted = re.fullmatch("(.*)".join(re.escape(part) for part in pattern.split("*")), name, re.DOTALL)
    met = list(fitted.groups()) if fitted else []
    return "".join(met.pop(0) if char == "*" and met else char for char in clause.alias.text)
