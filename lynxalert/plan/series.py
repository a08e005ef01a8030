"""A field split into columns: which of its values get one, and what becomes of the others. For `chart` and `timechart`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lynxalert.lang import Code, Span
from lynxalert.plan.aggregation import Named
from lynxalert.plan.grouping import aggregated
from lynxalert.plan.limits import Limit
from lynxalert.plan.neighbours import kept
from lynxalert.plan.numbers import number_of
from lynxalert.plan.pivot import SERIES, Pivot
from lynxalert.plan.relation import Apply, Extend, Filter, OrderKey, Project, Relation, Sort
from lynxalert.plan.rows import rows_of, table_of
from lynxalert.plan.scalar import AggregateCall, ColumnRef, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS = 5_000


@dataclass(frozen=True, slots=True)
class Split:
    """The options that say what happens to the values of the split field."""

    limit: Limit
    useother: bool
    usenull: bool
    otherstr: str
    nullstr: str

    @property
    def last(self) -> tuple[str, ...]:
        """What stands behind all values."""
        names = ((self.nullstr,) if self.usenull else ()) + ((self.otherstr,) if self.useother else ())
        return tuple(dict.fromkeys(names))

    def text(self, relation: Relation, column: Column, scope: Scope) -> tuple[Relation, Column]:
        """The split field as text; absent values under their own name, unless they are left out."""
        value = scope.call(".", ColumnRef(column), constant(""))
        reserved = scope.call("like", value, constant("\\_%"))
        named = scope.call("if", reserved, scope.call(".", constant("VALUE"), value), value)
        if self.usenull:
            named = scope.call("coalesce", named, constant(self.nullstr))
        series = scope.column(SERIES, Type.TEXT)
        return Extend(relation, ((series, named),), relation.schema), series

    def kept(self, rows: Iterable[Mapping[str, Any]], score: str) -> list[str] | None:
        """The values shown by name, those that the limit chooses and absent ones always; None when all are."""
        values: dict[str, list[float]] = defaultdict(list)
        for row in rows:
            here, value = values[row[SERIES]], number_of(row[score])
            if value is not None:
                here.append(value)
        always = [self.nullstr] if self.usenull and self.nullstr in values else []
        others = {name: found for name, found in values.items() if name not in always}
        chosen = self.limit.chosen(others)
        return None if len(chosen) == len(others) else always + chosen

    def shown(
        self, relation: Relation, series: Column, names: list[str], scope: Scope
    ) -> tuple[Relation, Column]:
        """The split field with every value that is not among *names* as OTHER, or without such rows."""
        is_kept = scope.call("in", ColumnRef(series), *(constant(name) for name in names))
        if not self.useother:
            return Filter(relation, is_kept), series
        other = scope.call("if", is_kept, ColumnRef(series), constant(self.otherstr))
        # What has no value at all (left out with `usenull=f`) is not one of the others.
        name = scope.call("if", scope.call("isnull", ColumnRef(series)), scope.null(), other)
        return kept(relation, name, scope, SERIES)


@dataclass(frozen=True, slots=True)
class Chart:
    """Aggregates per value of a row field, and per value of a split field if there is one.

    *every* are row values that must be there, with *trimmed* only those between the first and the last row;
    *measured* has the last word on a row of aggregates.
    """

    calls: tuple[Named, ...]
    split: Split
    scope: Scope
    place: Span  # of the command, for mistakes seen only when it runs
    separator: str = ": "
    form: str = ""
    every: tuple[Any, ...] = ()
    measured: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    trimmed: bool = False

    def over(
        self, relation: Relation, row: Column, series: Column | None, order: Column | None = None
    ) -> Relation:
        """The chart of *relation*, its rows by the least *order* in each, else by *row*."""
        keys = (row,) if series is None else (row, series)
        long = self._long(relation, keys, order)
        if series is None and not self.every and self.measured is None:
            return long
        turn = Turn(self._pivot(row, series), long.schema, self.scope, self.place, self.every, self.trimmed)

        def charted(table: pa.Table) -> Relation:
            rows = self._measured(rows_of(table, long.schema))
            names = self.split.kept(rows, self.calls[0][0].name) if series is not None else None
            if series is None or names is None:
                return turn.turned(rows)
            renamed, shown = self.split.shown(relation, series, names, self.scope)
            fewer = self._long(renamed, (row, shown), order)
            return Apply(fewer, "pivot", lambda t: turn.turned(self._measured(rows_of(t, fewer.schema))))

        return Apply(long, "pivot" if series is None else "series", charted)

    def _long(self, relation: Relation, keys: tuple[Column, ...], order: Column | None) -> Relation:
        if order is None:
            return aggregated(relation, keys, self.calls, self.scope)
        function = self.scope.aggregates["min"]
        least = self.scope.column("least", function.result_type(order.type))
        call = AggregateCall(function, ColumnRef(order), least.type)
        long = aggregated(relation, keys, (*self.calls, (least, call)), self.scope)
        return Sort(Project(long, long.schema.drop(least.name)), (OrderKey(least),))

    def _measured(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return rows if self.measured is None else [self.measured(row) for row in rows]

    def _pivot(self, row: Column, series: Column | None) -> Pivot:
        return Pivot(
            row=row.name,
            values=tuple(column.name for column, _ in self.calls),
            empty=tuple(call.function.when_empty for _, call in self.calls),
            series=None if series is None else SERIES,
            last=self.split.last,
            separator=self.separator,
            form=self.form,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """A pivot of rows of *schema*, whose result is a relation; *place* is where to point if it grows too wide."""

    pivot: Pivot
    schema: Schema
    scope: Scope
    place: Span
    every: tuple[Any, ...] = ()
    trimmed: bool = False

    def turned(self, rows: list[dict[str, Any]]) -> Relation:
        """*rows* turned around."""
        made = self.pivot.columns(rows)
        if len(made) > MOST_COLUMNS:
            message = f"this makes {len(made):,} columns, more than {MOST_COLUMNS:,}"
            self.scope.report(
                Code.TOO_LARGE, message, self.place, "aggregate by both fields with `stats` instead"
            )
        row = self.pivot.row
        found = {title: self.schema.find(name) for title, name in {row: row, **made}.items()}
        types = {title: column.type for title, column in found.items() if column is not None}
        every = self.every
        if self.trimmed:
            seen = [one[row] for one in rows]
            every = tuple(one for one in every if seen and min(seen) <= one <= max(seen))
        table = table_of(self.pivot.turned(rows, every), self.scope, types)
        first = table.schema.columns[0]
        return Sort(table, (OrderKey(first),)) if first.type is Type.TIME else table
