"""`set`: rows of two queries as sets."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Flag, Subsearch
from lynxalert.plan.combining import united
from lynxalert.plan.command import command, many, one
from lynxalert.plan.neighbours import extended, kept, over_rows
from lynxalert.plan.relation import Distinct, Filter, Project, Relation
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope

SIDE = "\0side"  # no field is called so


@command
@dataclass(frozen=True, slots=True)
class Set:
    """Take the rows of two queries in brackets as sets: `union` of both, `diff` those of one only, `intersect` those of both.

    Rows are alike when all their fields are, a missing one like a missing one; fields that begin with `_` are not
    compared. Every row is given once, as it came first. Choose the fields with `fields` or `table` in the brackets.
    """

    how: Flag | None = one(Flag, required="one of union, diff, intersect")
    subsearches: tuple[Subsearch, ...] = many(Subsearch)
    EXAMPLES = (
        (
            "| set diff [search user=ann | stats count by host] [search user=bob | stats count by host]",
            "hosts and counts that only one of them has",
        ),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A union of both, thinned by a key over all fields."""

        def lower(results: tuple[Relation, ...]) -> Relation:
            marked = tuple(
                extended(result, {SIDE: constant(side)}, scope) for side, result in enumerate(results)
            )
            return self._combined(united(marked, scope), scope)

        return scope.combine(tuple(scope.subquery(one_.query) for one_ in self.subsearches), lower)

    def _combined(self, both: Relation, scope: Scope) -> Relation:
        assert self.how is not None
        shown = both.schema.drop(SIDE)
        compared = [column for column in shown.columns if not column.name.startswith("_")]
        relation, key = kept(
            both, scope.call("row:key", *(ColumnRef(column) for column in compared), constant(0)), scope
        )
        side = relation.schema.find(SIDE)
        assert side is not None
        if self.how.word != "union":
            relation, least = over_rows(relation, "min", ColumnRef(side), None, scope, (key,))
            relation, most = over_rows(relation, "max", ColumnRef(side), None, scope, (key,))
            test = "!=" if self.how.word == "intersect" else "="
            relation = Filter(relation, scope.call(test, ColumnRef(least), ColumnRef(most)))
        distinct = Distinct(relation, (key,))
        return Project(distinct, Schema(shown.columns, hidden=shown.hidden))
