"""`dedup`: the first rows of every combination."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Number, SortKey
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.grouping import subject_or_null
from lynxalert.plan.neighbours import changes, extended, over_rows
from lynxalert.plan.relation import Distinct, Frame, OrderKey, Relation, Sort
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Dedup:
    """Keep the first rows (1) of every combination of fields in current order; rows lacking one are dropped.

    `keepevents=t` keeps the others too, without the fields.
    """

    count: Number | None = one(Number)
    names: tuple[Name, ...] = many(Name, required="a field")
    sort_keys: tuple[SortKey, ...] = many(SortKey)
    keepempty: bool = option(default=False)
    consecutive: bool = option(default=False)
    keepevents: bool = option(default=False)
    EXAMPLES = (("error | dedup host", "the newest error of each host"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Distinct, then the order asked for with `sortby`."""
        if self.count is not None and self.count.value < 1:
            scope.report(Code.WRONG_VALUE, "`dedup` keeps at least one row of each", self.count.span)
        keys = []
        for name in self.names:
            relation, key_column = subject_or_null(relation, name, scope)
            keys.append(key_column)
        order = []
        for key in self.sort_keys:
            column = scope.subject(key.name.text, relation.schema, key.name.span)
            if column is not None:
                order.append(OrderKey(column, key.descending, key.kind))
        if order:
            relation = Sort(relation, tuple(order))
        count = self.count.value if self.count else 1
        if self.keepevents:
            return self._emptied(relation, tuple(keys), count, scope)
        return Distinct(relation, tuple(keys), count, keep_empty=self.keepempty, consecutive=self.consecutive)

    def _emptied(self, relation: Relation, keys: tuple[Column, ...], count: int, scope: Scope) -> Relation:
        """Every row, the fields removed from those that `dedup` would leave out."""
        partition = keys
        if self.consecutive:
            relation, run = changes(relation, keys, scope)
            partition = (*keys, run)
        relation, place = over_rows(relation, "count", None, Frame(), scope, partition)
        is_first = scope.call("<=", ColumnRef(place), constant(count))
        values = {key.name: scope.call("if", is_first, ColumnRef(key), scope.null()) for key in keys}
        return extended(relation, values, scope)
