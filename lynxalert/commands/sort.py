"""`sort`: order the rows."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Flag, Number, SortKey
from lynxalert.plan.command import command, many, one, option
from lynxalert.plan.relation import Limit, OrderKey, Relation, Sort
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class SortRows:
    """Order the rows: numbers by value before text, missing values last. `-` or `desc` turns a key around."""

    count: Number | None = one(Number)
    keys: tuple[SortKey, ...] = many(SortKey, required="a field")
    flags: tuple[Flag, ...] = many(Flag)
    limit: int = option(0)
    EXAMPLES = (("| stats count by host | sort -count, host", "the busiest hosts first"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An order, and a limit when a count is given; 0 means all."""
        turned = any(flag.word in ("desc", "d") for flag in self.flags)
        keys = []
        for key in self.keys:
            column = scope.subject(key.name.text, relation.schema, key.name.span)
            if column is not None:
                keys.append(OrderKey(column, key.descending is not turned, key.kind))
        relation = Sort(relation, tuple(keys))
        count = self.count.value if self.count else self.limit
        return Limit(relation, count) if count else relation
