"""`fieldsummary`: what the fields of the rows hold."""

from __future__ import annotations

import heapq
import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang.ast import Name
from lynxalert.plan.command import command, many, option
from lynxalert.plan.numbers import number_of
from lynxalert.plan.relation import Apply, Project, Relation
from lynxalert.plan.rows import table_of, text_of
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = {
    "field": Type.TEXT,
    "count": Type.INTEGER,
    "distinct_count": Type.INTEGER,
    "is_exact": Type.INTEGER,
    "max": Type.FLOAT,
    "mean": Type.FLOAT,
    "min": Type.FLOAT,
    "numeric_count": Type.INTEGER,
    "stdev": Type.FLOAT,
    "values": Type.TEXT,
}


@command
@dataclass(frozen=True, slots=True)
class Fieldsummary:
    """One row per field that has values: how many, how many different, how many numbers with mean, deviation and range.

    `values` lists the commonest (`maxvals`, 100; 0 all) as JSON, the commonest first. Of all fields, or of those
    named (`*` any run); a multivalue counts with each of its values. Counts are exact.
    """

    names: tuple[Name, ...] = many(Name)
    maxvals: int = option(100)
    EXAMPLES = (("index=web | fieldsummary maxvals=5", "which fields there are, and their commonest values"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Counted column by column when the rows are known."""
        columns = self._columns(relation, scope)

        def summed(table: pa.Table) -> Relation:
            rows = []
            for place, column in enumerate(columns):
                counted = _counted(table.column(place), column.type)
                if counted:
                    rows.append(self._row(column.name, counted))
            return table_of(rows, scope, COLUMNS)

        return Apply(Project(relation, Schema(tuple(columns))), "fieldsummary", summed)

    def _columns(self, relation: Relation, scope: Scope) -> list[Column]:
        schema = relation.schema
        if not self.names:
            return list(schema.columns)
        found: dict[Column, None] = {}
        for name in self.names:
            if "*" in name.text and not name.quoted:
                found |= dict.fromkeys(schema.matching(name.text))
            elif (column := scope.subject(name.text, schema, name.span)) is not None:
                found[column] = None
        return sorted(found, key=lambda column: column.name)

    def _row(self, name: str, counted: Counter[str]) -> dict[str, Any]:
        numbers = [(read, count) for text, count in counted.items() if (read := number_of(text)) is not None]
        size = sum(count for _, count in numbers)
        row: dict[str, Any] = {
            "field": name,
            "count": counted.total(),
            "distinct_count": len(counted),
            "is_exact": 1,
            "numeric_count": size,
        }
        if numbers:
            mean = math.fsum(value * count for value, count in numbers) / size
            squares = math.fsum(count * (value - mean) ** 2 for value, count in numbers)
            row["min"], row["max"] = min(numbers)[0], max(numbers)[0]
            row["mean"], row["stdev"] = mean, math.sqrt(squares / (size - 1)) if size > 1 else 0.0
        most = self.maxvals or len(counted)
        shown = heapq.nsmallest(most, counted.items(), key=lambda pair: (-pair[1], pair[0]))
        row["values"] = json.dumps(
            [{"value": value, "count": count} for value, count in shown], ensure_ascii=False
        )
        return row


def _counted(values: pa.ChunkedArray[Any], type_: Type) -> Counter[str]:
    """How often each text stands among *values*; those of a multivalue apart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    single: Any = pc.list_flatten(values) if pa.types.is_list(values.type) else values
    counted: Counter[str] = Counter()
    found = pc.value_counts(single)
    for value, count in zip(
        found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True
    ):
        read = json.loads(value) if type_ is Type.ANY and value is not None else value
        for one in read if isinstance(read, list) else [read]:
            if one is not None:
                counted[text_of(one)] += count
    return counted
