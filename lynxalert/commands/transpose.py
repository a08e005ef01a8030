"""`transpose`: rows as columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import Number, Option, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.relation import Apply, Limit, Relation
from lynxalert.plan.rows import rows_of, table_of, text_of
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 5_000


@command
@dataclass(frozen=True, slots=True)
class Transpose:
    """Rows as columns: one row per field, its name in `column`, the values in `row 1`, `row 2` and so on (5; 0 all).

    `header_field` names the columns by the values of a field instead; `include_empty=f` leaves out empty fields.
    """

    count: Number | None = one(Number)
    column_name: str = option("column")
    header_field: str = option("")
    include_empty: bool = option(default=True)
    stage: Stage | None = None
    EXAMPLES = (
        ("| stats count, avg(duration) by host | transpose 0 header_field=host", "one column per host"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Turned around when the query runs."""
        assert self.stage is not None
        count = self.count.value if self.count else 5
        header = None
        if self.header_field:
            header = scope.subject(self.header_field, relation.schema, self._place())
            if header is not None and header not in relation.schema.columns:
                header = None
        limited = Limit(relation, count or MOST + 1)
        schema = relation.schema
        name_span = self.stage.name_span

        def turned(table: pa.Table) -> Relation:
            rows = rows_of(table, schema)
            if len(rows) > MOST:
                message = f"more than {MOST:,} rows cannot become columns"
                scope.report(Code.TOO_LARGE, message, name_span, "put `| head 100` before it")
                rows = []
            return self._turned(rows, schema.columns, header, scope)

        return Apply(limited, "transpose", turned)

    def _place(self) -> Span:
        assert self.stage is not None
        written = (clause for clause in self.stage.clauses if isinstance(clause, Option))
        return next(one.value_span for one in written if one.name.lower() == "header_field")

    def _turned(
        self,
        rows: list[dict[str, Any]],
        columns: tuple[Column, ...],
        header: Column | None,
        scope: Scope,
    ) -> Relation:
        titles = [f"row {number}" for number in range(1, len(rows) + 1)]
        if header is not None:
            given = [row[header.name] for row in rows]
            titles = [
                title if value is None else text_of(value) for value, title in zip(given, titles, strict=True)
            ]
        made: list[dict[str, Any]] = []
        for column in columns:
            values = [row[column.name] for row in rows]
            if column == header or (not self.include_empty and all(value is None for value in values)):
                continue
            cells = dict(zip(titles, (plain(value) for value in values), strict=True))
            made.append({self.column_name: column.name, **cells})
        return table_of(made, scope, {self.column_name: Type.TEXT})


def plain(value: Any) -> Any:
    """A value beside others of any kind: times as text."""
    return text_of(value) if isinstance(value, dt.datetime) else value
