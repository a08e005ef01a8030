"""Commands that make columns of values, and rows of columns: `xyseries`, `untable`, `transpose` (4, 5)."""

from __future__ import annotations

import datetime as dt

from tests.reference.commands.summaries import combinations
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, present
from tests.reference.values import Row, Value, sort_key, spelled, text


def xyseries(table: Table, stage: Stage) -> Table:
    """One row per value of the first field, one column per value of the second; of two rows for one cell the last."""
    field, series, *cells = stage.names
    made: dict[str, Row] = {}
    titles: dict[str, None] = {}
    having = [row for row in table.rows if field in row and series in row]
    for row, by in unfolded(having, [field, series]):
        title = spelled(by[series])
        titles[title] = None
        line = made.setdefault(spelled(by[field]), {field: by[field]})
        seen = row | by  # a multivalue among the cells too is the value at hand
        for cell in cells:
            if cell in seen:
                line[f"{cell}: {title}" if len(cells) > 1 else title] = seen[cell]
    ordered = sorted(titles, key=sort_key)
    columns = [f"{cell}: {title}" if len(cells) > 1 else title for cell in cells for title in ordered]
    lines = list(made.values())
    if all(isinstance(line[field], dt.datetime) for line in lines):
        lines.sort(key=lambda line: sort_key(line[field]))
    return Table((field, *columns), tuple(lines))


def unfolded(rows: list[Row], names: list[str]) -> list[tuple[Row, Row]]:
    """Each row with what it stands under, once per value of a multivalue."""
    return [(row, by) for row in rows for by in combinations(row, names)]


def untable(table: Table, stage: Stage) -> Table:
    """One row per cell; cells without a value, and fields that begin with `_`, make no row."""
    field, label, value = stage.names
    others = [name for name in table.columns if name != field and not name.startswith("_")]
    rows = [
        present({field: row.get(field), label: name, value: row[name]})
        for row in table.rows
        for name in others
        if name in row
    ]
    return Table((field, label, value), tuple(rows))


def as_cell(value: Value) -> Value:
    """A value among those of other fields: a time as its text."""
    return text(value) if isinstance(value, dt.datetime) else value


def transpose(table: Table, stage: Stage) -> Table:
    """One row per field, its name in `column`, the values in `row 1`, `row 2` … (5; 0 all)."""
    count = stage.count(5)
    rows = table.rows[:count] if count else table.rows
    title, header = stage.option("column_name", "column"), stage.option("header_field", "")
    shown = [name for name in table.columns if name != header]
    heads = [
        spelled(row.get(header)) if header in row else f"row {place}" for place, row in enumerate(rows, 1)
    ]
    made = [
        {title: name}
        | {head: as_cell(row[name]) for head, row in zip(heads, rows, strict=True) if name in row}
        for name in shown
    ]
    return Table((title, *heads), tuple(made))


COMMANDS: dict[str, Command] = {"xyseries": xyseries, "untable": untable, "transpose": transpose}
