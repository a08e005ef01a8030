"""`from`: read indexes, or a dataset."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Condition, Source
from lynxalert.plan.command import command, one
from lynxalert.plan.expression import condition
from lynxalert.plan.relation import Filter, Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class From:
    """Read the events of indexes (`*` is a wildcard), or the rows of a dataset `$name`."""

    source: Source = one(Source, required="an index")
    condition: Condition | None = one(Condition)
    EXAMPLES = (("from web, api* | stats count by host", "events of several indexes"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A scan, or the dataset's relation, perhaps filtered."""
        if self.source.dataset:
            known = scope.dataset(self.source.names[0].text)
            return scope.combine((known,), lambda rows: self._filtered(rows[0], scope))
        return self._filtered(scope.scan(scope, tuple(name.text for name in self.source.names)), scope)

    def _filtered(self, relation: Relation, scope: Scope) -> Relation:
        if self.condition is None:
            return relation
        return Filter(relation, condition(self.condition.expression, relation.schema, scope))
