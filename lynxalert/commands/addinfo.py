"""`addinfo`: the range of time and the moment a query runs for, as fields."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.plan.command import command
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Addinfo:
    """Add `info_min_time`, `info_max_time`, `info_search_time` (epoch seconds) and `info_sid` to every row.

    A range open at its start begins at 0, one open at its end ends at the time of the search.
    """

    EXAMPLES = (("| addinfo | where _time > info_max_time-60", "the last minute of the range"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by four fields."""
        window = scope.text(str(scope.window) if scope.window else "")
        values = {
            "info_min_time": scope.call("info:start", window),
            "info_max_time": scope.call("info:end", window),
            "info_sid": scope.call("info:sid"),
            "info_search_time": scope.call("now"),
        }
        schema = relation.schema
        columns = []
        for name, value in values.items():
            column = scope.column(name, value.type)
            columns.append((column, value))
            schema = schema.put(column)
        return Extend(relation, tuple(columns), schema)
