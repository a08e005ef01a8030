"""`selfjoin`: rows of one key as one."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import By, Name
from lynxalert.plan.command import command, many, option
from lynxalert.plan.grouping import aggregated
from lynxalert.plan.neighbours import all_present, group_keys, over_rows
from lynxalert.plan.relation import Filter, Frame, OrderKey, Project, Relation, Sort
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type


@command
@dataclass(frozen=True, slots=True)
class Selfjoin:
    """Join the first row of every combination of fields with the rows after it that have the same: one row of them all.

    The next `max` rows (1; 0 all) take part. Their values replace those of the first, with `overwrite=f` they only
    fill what it lacks. Combinations that occur once are left out unless `keepsingle=t`; so are rows that lack a field.
    """

    names: tuple[Name, ...] = many(Name, required="a field")
    overwrite: bool = option(default=True)
    max: int = option(1)
    keepsingle: bool = option(default=False)
    EXAMPLES = (("| sort _time | selfjoin session", "the first two events of each session in one row"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An aggregate of the last or first values by key, in the order of the first rows."""
        shown = relation.schema
        relation, keys = group_keys(relation, By(self.names, self.names[0].span), scope)
        relation = Filter(relation, all_present(keys, scope))
        relation, place = over_rows(relation, "count", None, Frame(), scope)
        relation, number = over_rows(relation, "count", None, Frame(), scope, keys)
        relation, size = over_rows(relation, "count", None, None, scope, keys)
        if not self.keepsingle:
            relation = Filter(relation, scope.call(">", ColumnRef(size), constant(1)))
        if self.max:
            relation = Filter(relation, scope.call("<=", ColumnRef(number), constant(self.max + 1)))
        taken = scope.aggregates["last" if self.overwrite else "first"]
        others = [column for column in shown.columns if column not in keys]
        calls = [
            (
                scope.column(one.name, taken.result_type(one.type)),
                AggregateCall(taken, ColumnRef(one), taken.result_type(one.type)),
            )
            for one in others
        ]
        first = scope.column("place", Type.INTEGER)
        met = AggregateCall(scope.aggregates["min"], ColumnRef(place), Type.INTEGER)
        joined = aggregated(relation, keys, (*calls, (first, met)), scope)
        columns = tuple(found for name in shown.names if (found := joined.schema.find(name)) is not None)
        return Project(Sort(joined, (OrderKey(first),)), Schema(columns))
