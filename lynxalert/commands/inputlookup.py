"""`inputlookup`: the rows of a lookup."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name, Term, Terms
from lynxalert.plan.combining import united
from lynxalert.plan.command import command, one, option
from lynxalert.plan.lookups import found_lookup, rows_of_lookup
from lynxalert.plan.relation import Filter, Relation, Scan
from lynxalert.plan.scope import Scope
from lynxalert.plan.subsearch import settled
from lynxalert.plan.terms import resolve_term


@command
@dataclass(frozen=True, slots=True)
class Inputlookup:
    """The rows of a lookup (a CSV file of the folder of lookups), all or those that fit the terms after `where`.

    With `append=t` they come after the rows there are. `start` rows are skipped, `max` are taken.
    """

    name: Name | None = one(Name, required="a lookup")
    terms: Terms | None = one(Terms)
    append: bool = option(default=False)
    start: int = option(0)
    max: int = option(0)
    strict: bool = option(default=False)  # accepted: an unknown lookup is always an error
    EXAMPLES = (('| inputlookup assets where os="linux*" | stats count by owner', "linux machines by owner"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Rows at hand, filtered, perhaps below the rows so far."""
        assert self.name is not None
        lookup = found_lookup(self.name, scope)
        if lookup is None:
            return relation
        table = rows_of_lookup(lookup, scope, self.start, self.max)
        if self.terms is None:
            return self._placed(relation, table, scope)

        def filtered(term: Term) -> Relation:
            fitting = Filter(table, resolve_term(term, table.schema, scope, None))
            return self._placed(relation, fitting, scope)

        return settled(self.terms.term, scope, filtered)

    def _placed(self, relation: Relation, table: Relation, scope: Scope) -> Relation:
        begins = isinstance(relation, Scan) and not relation.indexes  # nothing stands before this stage
        return united((relation, table), scope) if self.append and not begins else table
