"""`makeresults`: rows out of nothing."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from lynxalert.lang import Code
from lynxalert.lang.ast import Option, Stage
from lynxalert.plan.command import choice, command, option
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.rows import table_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

MOST = 1_000_000
ANNOTATIONS = ("_raw", "host", "source", "sourcetype")


@command
@dataclass(frozen=True, slots=True)
class Makeresults:
    """Rows (1) that have only `_time`, the time of the search; or the rows of a CSV or JSON text given as `data`.

    `annotate=t` adds `_raw`, `host`, `source`, `sourcetype`, all empty.
    """

    count: int = option(1)
    annotate: bool = option(default=False)
    format: str = option("", choice("csv", "json"))
    data: str = option("")
    splunk_server: str = option("")  # accepted: there is only this place to run
    splunk_server_group: str = option("")
    stage: Stage | None = None
    EXAMPLES = (("| makeresults count=3 | eval x=random() % 6 + 1", "three throws of a die"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Rows at hand, and the time of the search."""
        if self.count > MOST:
            self._report(Code.TOO_LARGE, "count", f"`makeresults` makes at most {MOST:,} rows", scope)
            return relation
        if self.format:
            rows = self._given(scope)
            return relation if rows is None else table_of(rows, scope)
        made: Relation = table_of([{}] * self.count, scope)
        values = [("_time", Type.TIME, scope.call("now"))]
        if self.annotate:
            values += [(name, Type.TEXT, scope.null()) for name in ANNOTATIONS]
        schema = made.schema
        columns = []
        for name, type_, value in values:
            column = scope.column(name, type_)
            columns.append((column, value))
            schema = schema.put(column)
        return Extend(made, tuple(columns), schema)

    def _given(self, scope: Scope) -> list[dict[str, Any]] | None:
        if self.format == "csv":
            reader = csv.DictReader(io.StringIO(self.data), strict=True, restkey="_rest")
            try:
                return [{name: value or None for name, value in row.items()} for row in reader]
            except csv.Error as wrong:
                self._report(Code.WRONG_VALUE, "data", f"this is no CSV: {wrong}", scope)
                return None
        try:
            read = json.loads(self.data)
        except (ValueError, RecursionError):
            read = None
        rows = [read] if isinstance(read, dict) else read
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._report(Code.WRONG_VALUE, "data", "`data` must be a JSON list of objects", scope)
            return None
        return rows

    def _report(self, code: Code, name: str, message: str, scope: Scope) -> None:
        assert self.stage is not None
        written = [one for one in self.stage.clauses if isinstance(one, Option) and one.name == name]
        scope.report(code, message, written[0].value_span if written else self.stage.span)
