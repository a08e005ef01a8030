"""`tojson`: fields as the text of one JSON object."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import choice, command, many, option
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Tojson:
    """Write fields as the text of a JSON object into `_raw` or `output_field`: those named (`*` any run), or all.

    Numbers and Booleans stay what they are, or become texts with `default_type=str`. Fields that begin with `_` are
    left out unless named or asked for with `include_internal=t`; missing values too, unless `fill_null=t`.
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
        for column in self._chosen(relation, scope):
            value: Scalar = ColumnRef(column)
            if self.default_type == "str":
                value = scope.call(".", value, constant(""))
            pairs += [constant(column.name), value]
        text = scope.call("json:written", constant(self.fill_null), *pairs)
        made = scope.column(self.output_field, text.type)
        return Extend(relation, ((made, text),), relation.schema.put(made))

    def _chosen(self, relation: Relation, scope: Scope) -> list[Column]:
        schema = relation.schema
        if not self.names:
            return [one for one in schema.columns if self.include_internal or not one.name.startswith("_")]
        found: dict[str, Column] = {}
        for name in self.names:
            wild = "*" in name.text and not name.quoted
            known = None if wild else scope.find(name.text, schema, name.span)
            for column in schema.matching(name.text) if wild else filter(None, (known,)):
                found[column.name] = column
        return list(found.values())
