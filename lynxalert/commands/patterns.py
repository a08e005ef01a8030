"""`patterns`: the templates that messages are made from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lynxalert.commands.cluster import share
from lynxalert.lang import Code
from lynxalert.lang.ast import By, Name, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.grouping import aggregated, group_columns
from lynxalert.plan.neighbours import kept, known
from lynxalert.plan.relation import Apply, Filter, Limit, OrderKey, Project, Relation, Sort
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.scalar import AggregateCall, ColumnRef
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.similarity import templates
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 20_000  # different texts


@command
@dataclass(frozen=True, slots=True)
class Patterns:
    """The templates that texts of a field (`_raw`) are made from, per by-group: `pattern`, `count`, `percent`, a `sample`.

    Times, identifiers, addresses and numbers become `<time>`, `<uuid>`, `<ip>`, `<hex>`, `<n>`; texts with as many
    words, the same first one, and at least `t` (0.6) of their words the same are one pattern, `<*>` where they differ.
    The commonest come first, `limit` of them (0: all).
    """

    name: Name | None = one(Name)
    by: By | None = one(By)
    t: float = option(0.6, share)
    limit: int = option(0)
    stage: Stage | None = None
    EXAMPLES = (
        ("level=error | patterns message by service", "what each service complains of, and how often"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Counted by masked text in SQL, merged when they are known."""
        assert self.stage is not None
        column = known(relation, self.name or Name("_raw", self.stage.name_span), scope)
        if column is None:
            return relation
        relation, keys = group_columns(relation, self.by, scope)
        relation = Filter(relation, scope.call("isnotnull", ColumnRef(column)))
        relation, masked = kept(relation, scope.call("text:masked", ColumnRef(column)), scope, "pattern")
        count, sample = scope.column("count", Type.INTEGER), scope.column("sample", Type.TEXT)
        read = scope.call("tostring", ColumnRef(column))
        calls = (
            (count, AggregateCall(scope.aggregates["count"], None, Type.INTEGER)),
            (sample, AggregateCall(scope.aggregates["first"], read, Type.TEXT)),
        )
        counted = aggregated(relation, (*keys, masked), calls, scope)
        groups = tuple(new for new, _ in counted.keys[:-1])
        text = counted.keys[-1][0]
        order = (*(OrderKey(one_) for one_ in groups), OrderKey(count, descending=True), OrderKey(text))
        shown = Schema((*groups, text, count, sample))
        table = Project(Limit(Sort(counted, order), MOST + 1), shown)
        return Apply(table, "patterns", lambda rows: self._merged(rows, shown, groups, scope))

    def _merged(self, table: pa.Table, schema: Schema, groups: tuple[Column, ...], scope: Scope) -> Relation:
        assert self.stage is not None
        names = [one_.name for one_ in groups]
        # By place: a by-field may be called `count`.
        places = Schema(tuple(Column(n, f"c{n}", c.type) for n, c in enumerate(schema.columns)))
        rows = rows_of(table, places)
        if len(rows) > MOST:
            message = f"more than {MOST:,} different texts: only so many were looked at"
            scope.report(Code.CUT, message, self.stage.name_span, "choose fewer events, or a shorter field")
        made: list[dict[str, Any]] = []
        width = len(names)
        for key, members in groupby(rows[:MOST], lambda row: [row[f"c{n}"] for n in range(width)]):
            texts = [(row[f"c{width}"], row[f"c{width + 1}"], row[f"c{width + 2}"]) for row in members]
            whole = sum(count for _, count, _ in texts)
            found = templates(texts, self.t)
            for template in found[: self.limit] if self.limit else found:
                said = {"pattern": template.text, "count": template.count}
                said |= {"percent": template.count * 100 / whole, "sample": template.sample}
                made.append(dict(zip(names, key, strict=True)) | said)
        types = {one_.name: one_.type for one_ in groups}
        types |= {"pattern": Type.TEXT, "count": Type.INTEGER, "percent": Type.FLOAT, "sample": Type.TEXT}
        return table_of(made, scope, types)
