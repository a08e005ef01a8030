"""`mvexpand`: one row per value of a multivalue field."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, one, option
from lynxalert.plan.expanding import expanded
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Mvexpand:
    """Repeat each row for every value of a field, or for its first values (`limit`); rows without it stay once."""

    name: Name | None = one(Name, required="a field")
    limit: int = option(0)
    EXAMPLES = (("| mvexpand users | stats count by users", "how often each user is listed"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The rows, each once per value."""
        assert self.name is not None
        found = scope.subject(self.name.text, relation.schema, self.name.span)
        if found is None or found.type not in (Type.LIST, Type.ANY):
            return relation
        return expanded(relation, found, scope, self.limit)
