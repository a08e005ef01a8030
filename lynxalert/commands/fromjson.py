"""`fromjson`: the members of a JSON object as fields."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.discovery import discovered
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Fromjson:
    """Make a field of every member of the JSON object in a field; what is nested stays JSON text. `prefix` names them apart."""

    name: Name | None = one(Name, required="a field")
    prefix: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| fromjson details prefix=d_", "the members of `details`, each with `d_` in front"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by one field per member, known when their names have been asked for."""
        assert self.name is not None
        assert self.stage is not None
        source = scope.find(self.name.text, relation.schema, self.name.span)
        if source is None:
            return relation

        def field(key: str) -> list[tuple[str, Scalar]]:
            return [(f"{self.prefix}{key}", scope.call("json:member", ColumnRef(source), constant(key)))]

        keys = scope.call("json:keys", ColumnRef(source))
        return discovered(relation, keys, self.stage.span, scope, field)
