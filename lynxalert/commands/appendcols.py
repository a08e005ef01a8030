"""`appendcols`: the fields of another query beside these, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Subsearch
from lynxalert.plan.combining import joined
from lynxalert.plan.command import command, one, option
from lynxalert.plan.neighbours import over_rows
from lynxalert.plan.relation import Frame, Limit, OrderKey, Relation, Sort
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Appendcols:
    """Put the fields of a query in brackets beside these: its first row to the first, and so on; extra rows come last.

    Fields of both keep this side's value, with `override=t` the other's. Fields that begin with `_` are left out.
    """

    subsearch: Subsearch = one(Subsearch, required="a query in brackets")
    override: bool = option(default=False)
    maxout: int = option(0)
    maxtime: int = option(60)  # accepted: one deadline holds for the whole query
    timeout: int = option(60)  # accepted: the same
    EXAMPLES = (
        ("| stats count | appendcols [search index=audit | stats count as audited]", "two counts in one row"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A full join by row numbers."""

        def lower(results: tuple[Relation, ...]) -> Relation:
            (other,) = results
            taken = tuple(column for column in other.schema.columns if not column.name.startswith("_"))
            limited = Limit(other, self.maxout) if self.maxout else other
            left, ours = over_rows(relation, "count", None, Frame(), scope)
            right, theirs = over_rows(limited, "count", None, Frame(), scope)
            pair = ((ours, theirs),)
            made = joined(left, right, pair, "full", taken, scope, overwrite=self.override)
            return Sort(made, (OrderKey(ours), made.ordering[-1]))  # rows of the right alone come last

        return scope.combine((scope.subquery(self.subsearch.query),), lower)
