"""`tojson`: fields as the text of one JSON object."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import choice, command, many, option
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope

KIND = re.compile(r"(auto|bool|json|num|str)\((.+)\)", re.IGNORECASE)


@command
@dataclass(frozen=True, slots=True)
class Tojson:
    """Write fields as the text of a JSON object into `_raw` or `output_field`: those named (`*` any run), or all.

    Numbers and Booleans stay what they are, or become texts with `default_type=str`. Fields that begin with `_` are
    left out unless named or asked for with `include_internal=t`; missing values too, unless `fill_null=t`.
    `num(a)`, `bool(b)`, `str(c)`, `json(d)`, `auto(e)` name a field with the kind it is written as; what is not of
    that kind is missing.
    """

    names: tuple[Name, ...] = many(Name)
    output_field: str = option("_raw")
    default_type: str = option("json", choice("json", "auto", "str"))
    fill_null: bool = option(default=False)
    include_internal: bool = option(default=False)
    EXAMPLES = (("| tojson output_field=payload host user status", "three fields as one JSON text"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by the text."""
        pairs: list[Scalar] = []
        for column, kind in self._chosen(relation, scope):
            pairs += [constant(column.name), _as(kind, ColumnRef(column), scope)]
        text = scope.call("json:written", constant(self.fill_null), *pairs)
        made = scope.column(self.output_field, text.type)
        return Extend(relation, ((made, text),), relation.schema.put(made))

    def _chosen(self, relation: Relation, scope: Scope) -> list[tuple[Column, str]]:
        schema = relation.schema
        if not self.names:
            shown = (one for one in schema.columns if self.include_internal or not one.name.startswith("_"))
            return [(one, self.default_type) for one in shown]
        found: dict[str, tuple[Column, str]] = {}
        for name in self.names:
            called = None if schema.find(name.text) else KIND.fullmatch(name.text)
            text, kind = (called[2], called[1].lower()) if called else (name.text, self.default_type)
            wild = "*" in text and not name.quoted
            known = None if wild else scope.find(text, schema, name.span)
            for column in schema.matching(text) if wild else filter(None, (known,)):
                found[column.name] = (column, kind)
        return list(found.values())


def _as(kind: str, value: Scalar, scope: Scope) -> Scalar:
    """*value* as it is written: of another kind than asked for it is missing."""
    match kind:
        case "str":
            return scope.call(".", value, constant(""))
        case "num":
            read = scope.call("tonumber", scope.call(".", value, constant("")))
            return scope.call("json:value", scope.call(".", read, constant("")))  # as numbers are written
        case "bool":
            lowered = scope.call("lower", scope.call(".", value, constant("")))
            yes = scope.call("in", lowered, *map(constant, ("true", "t", "1", "yes")))
            no = scope.call("in", lowered, *map(constant, ("false", "f", "0", "no")))
            truth = scope.call("case", yes, constant("true"), no, constant("false"))
            return scope.call("json:value", truth)
        case _:
            return value
