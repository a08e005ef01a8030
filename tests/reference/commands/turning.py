"""Commands that make columns of values, and rows of columns: `xyseries`, `untable`, `transpose` (4, 5)."""

from __future__ import annotations

from tests.reference.stage import Command, Stage
from tests.reference.table import Table
from tests.reference.values import Row, sort_key, spelled


def xyseries(table: Table, stage: Stage) -> Table:
    """One row per value of the first field, one column per value of the second; of two rows for one cell the last."""
    field, series, *cells = stage.names
    made: dict[str, Row] = {}
    titles: dict[str, None] = {}
    having = [row for row in table.rows if field in row and series in row]
    for row in having:
        title = spelled(row[series])
        titles[title] = None
        line = made.setdefault(spelled(row[field]), {field: row[field]})
        for cell in cells:
            if cell in row:
                line[f"{cell}: {title}" if len(cells) > 1 else title] = row[cell]
    ordered = sorted(titles, key=sort_key)
    columns = [f"{cell}: {title}" if len(cells) > 1 else title for title in ordered for cell in cells]
    return Table((field, *columns), tuple(made.values()))


def untable(table: Table, stage: Stage) -> Table:
    """One row per cell; cells without a value, and fields that begin with `_`, make no row."""
    field, label, value = stage.names
    others = [name for name in table.columns if name != field and not name.startswith("_")]
    rows = [
        {field: row[field], label: name, value: row[name]}
        for row in table.rows
        if field in row
        for name in others
        if name in row
    ]
    return Table((field, label, value), tuple(rows))


def transpose(table: Table, stage: Stage) -> Table:
    """One row per field, its name in `column`, the values in `row 1`, `row 2` … (5; 0 all)."""
    count = stage.count(5)
    rows = table.rows[:count] if count else table.rows
    title, header = stage.option("column_name", "column"), stage.option("header_field", "")
    shown = [name for name in table.columns if name != header and not name.startswith("_")]
    heads = [
        spelled(row.get(header)) if header in row else f"row {place}" for place, row in enumerate(rows, 1)
    ]
    made = [
        {title: name} | {head: row[name] for head, row in zip(heads, rows, strict=True) if name in row}
        for name in shown
    ]
    return Table((title, *heads), tuple(made))


COMMANDS: dict[str, Command] = {"xyseries": xyseries, "untable": untable, "transpose": transpose}
