"""`from`: read indexes, or a dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lynxalert.lang.ast import Condition, Source
from lynxalert.plan.command import command, one
from lynxalert.plan.datamodels import chosen, modelled
from lynxalert.plan.expression import condition
from lynxalert.plan.lookups import found_lookup, rows_of_lookup
from lynxalert.plan.relation import Filter, Relation
from lynxalert.plan.scope import Scope

LOOKUPS, MODEL = ("lookup", "inputlookup"), "datamodel"


@command
@dataclass(frozen=True, slots=True)
class From:
    """Read the events of indexes (`*` is a wildcard), or the rows of a dataset `$name`, of `lookup:name` or `datamodel:Model.Dataset`."""

    source: Source = one(Source, required="an index")
    condition: Condition | None = one(Condition)
    EXAMPLES = (("from web, api* | stats count by host", "events of several indexes"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A scan, or the dataset's relation, perhaps filtered."""
        if self.source.dataset:
            known = scope.dataset(self.source.names[0].text)
            return scope.combine((known,), lambda rows: self._filtered(rows[0], scope))
        named = self.source.names[0]
        kind, _, rest = named.text.partition(":")
        if kind.lower() in LOOKUPS and rest:
            found = found_lookup(replace(named, text=rest), scope)
            return relation if found is None else self._filtered(rows_of_lookup(found, scope), scope)
        if kind.lower() == MODEL and rest:
            wanted = chosen(rest, None, named.span, scope)
            if wanted is None:
                return relation
            return modelled(
                wanted, named.span, scope, lambda rows: self._filtered(rows, scope), prefixed=False
            )
        return self._filtered(scope.scan(scope, tuple(name.text for name in self.source.names)), scope)

    def _filtered(self, relation: Relation, scope: Scope) -> Relation:
        if self.condition is None:
            return relation
        return Filter(relation, condition(self.condition.expression, relation.schema, scope))
