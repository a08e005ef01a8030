"""`stats`, `eventstats`, `top`, `rare`: groups of rows and what they come to (4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from lynxalert.lang import ast
from tests.reference.aggregations import aggregate, name_of
from tests.reference.stage import Command, Stage
from tests.reference.table import Key, Table, groups, key_of, present, with_fields
from tests.reference.values import Row, Value, items, sort_key


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with the same by-fields, and what these are."""

    by: Row
    rows: list[Row]


def grouped(rows: Iterable[Row], names: Sequence[str]) -> list[Group]:
    """The groups in order of first appearance (4).

    Rows lacking a by-field are left out; a multivalue one puts a row into a group for each of its values.
    """
    found: dict[Key, Group] = {}
    for row in rows:
        for by in combinations(row, names):
            key = key_of(by, names)
            if key is not None:
                found.setdefault(key, Group(by, [])).rows.append(row)
    return list(found.values())


def combinations(row: Row, names: Sequence[str]) -> list[Row]:
    """The by-fields of a row, once for each value of a multivalue one."""
    choices = [items(value) if isinstance(value := row.get(name), list) else [value] for name in names]
    return [dict(zip(names, values, strict=True)) for values in product(*choices)]


def in_order(rows: Iterable[Row], names: Sequence[str]) -> list[Row]:
    """By the by-fields in the total order (3.2, 4)."""
    return sorted(rows, key=lambda row: [sort_key(row.get(name)) for name in names])


def stats(table: Table, stage: Stage) -> Table:
    """One row even over nothing, or one per combination of by-fields; rows lacking one are dropped (4)."""
    measures, by = stage.all(ast.Aggregation), stage.by

    def summary(rows: Sequence[Row]) -> Row:
        return {name_of(one): aggregate(one, rows, stage.moment) for one in measures}

    columns = (*by, *(name_of(one) for one in measures))
    if not by:
        return Table(columns, (present(summary(table.rows)),))
    made = [present(group.by | summary(group.rows)) for group in grouped(table.rows, by)]
    return Table(columns, tuple(in_order(made, by)))


def eventstats(table: Table, stage: Stage) -> Table:
    """The values of its group in every row; rows lacking a by-field stay without."""
    measures, by = stage.all(ast.Aggregation), stage.by
    found = groups(table.rows, by)
    made = {
        key: {name_of(one): aggregate(one, rows, stage.moment) for one in measures}
        for key, rows in found.items()
    }
    keys = {id(row): key for key, rows in found.items() for row in rows}
    names = [name_of(one) for one in measures]
    nothing: Row = dict.fromkeys(names)
    return table.put(
        names, [with_fields(row, made.get(keys.get(id(row), ("?",) * 99), nothing)) for row in table.rows]
    )


def ranking(table: Table, stage: Stage, *, falling: bool) -> Table:
    """`top`, `rare`: count and percent of all rows that have the fields, ties by value, per by-group (4)."""
    names, by = stage.names, stage.by
    limit = stage.count(10)
    count, percent = stage.option("countfield", "count"), stage.option("percentfield", "percent")
    made: list[Row] = []
    counted = [group.by | {count: len(group.rows)} for group in grouped(table.rows, [*by, *names])]
    for rows in groups(in_order(counted, [*by, *names]), by).values():
        total = sum(size(row[count]) for row in rows)
        rows.sort(key=lambda row: -size(row[count]) if falling else size(row[count]))
        made += [row | {percent: 100 * size(row[count]) / total} for row in (rows[:limit] if limit else rows)]
    shown = [count] if stage.flag("showcount", default=True) else []
    shown += [percent] if stage.flag("showperc", default=True) else []
    columns = (*by, *names, *shown)
    return Table(columns, tuple({name: row[name] for name in columns} for row in made))


def size(value: Value) -> int:
    return value if isinstance(value, int) else 0


COMMANDS: dict[str, Command] = {
    "stats": stats,
    "eventstats": eventstats,
    "top": lambda table, stage: ranking(table, stage, falling=True),
    "rare": lambda table, stage: ranking(table, stage, falling=False),
}
