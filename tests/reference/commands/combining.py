"""Commands that bring the rows of two queries together (4, 5)."""

from __future__ import annotations

import re
from dataclasses import replace

from lynxalert.lang import ast
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, key_of
from tests.reference.values import Row, Value, items, spelled


def inner(stage: Stage) -> ast.Query:
    """The query in brackets."""
    return stage.all(ast.Subsearch)[0].query


def below(first: Table, second: Table) -> Table:
    """Rows after rows; the columns of both."""
    columns = tuple(dict.fromkeys((*first.columns, *second.columns)))
    hidden = tuple(name for name in dict.fromkeys((*first.hidden, *second.hidden)) if name not in columns)
    shown = {*columns, *hidden}
    rows = ({name: one for name, one in row.items() if name in shown} for row in (*first.rows, *second.rows))
    return Table(columns, tuple(rows), hidden, first.events or second.events)


def append(table: Table, stage: Stage) -> Table:
    """The rows of a query after these, all of them or the first `maxout`."""
    found = stage.run(inner(stage), None)
    most = int(stage.option("maxout", "0"))
    return below(table, found.of_rows(found.rows[:most]) if most else found)


def appendpipe(table: Table, stage: Stage) -> Table:
    """The result of stages over the rows as they are, after them."""
    return below(table, stage.run(inner(stage), table))


def appendcols(table: Table, stage: Stage) -> Table:
    """First row to first row, and so on; fields of both keep this side's value, with `override=t` the other's."""
    found = stage.run(inner(stage), None)
    added = [name for name in found.columns if not name.startswith("_")]
    override = stage.flag("override", default=False)
    rows: list[Row] = []
    for place in range(max(len(table.rows), len(found.rows))):
        left = table.rows[place] if place < len(table.rows) else {}
        right = found.rows[place] if place < len(found.rows) else {}
        right = {name: right[name] for name in added if name in right}
        rows.append({**left, **right} if override else {**right, **left})
    return table.put(added, rows)


def join(table: Table, stage: Stage) -> Table:
    """The fields of the first row of a query that agrees (`max=1`; 0 all); the right overwrites (4)."""
    found = stage.run(inner(stage), None)
    common = [name for name in table.columns if name in found.columns and not name.startswith("_")]
    names = stage.names or common
    left_too = stage.option("type", "inner") in ("left", "outer")
    most = int(stage.option("max", "1"))
    over = stage.flag("overwrite", default=True)
    added = [name for name in found.columns if name not in names and not name.startswith("_")]
    rows: list[Row] = []
    for row in table.rows:
        key = key_of(row, names)
        partners = [one for one in found.rows if key is not None and key_of(one, names) == key]
        for partner in partners[:most] if most else partners:
            right = {name: partner[name] for name in added if name in partner}
            rows.append({**row, **right} if over else {**right, **row})
        if not partners and left_too:
            rows.append(row)
    return table.put(added, rows)


def union(table: Table, stage: Stage) -> Table:
    """The rows so far and those of the queries, in turn."""
    for one in stage.all(ast.Subsearch):
        table = below(table, stage.run(one.query, None))
    return replace(table, events=False)


def formatted(table: Table, stage: Stage) -> Table:
    """One row whose field `search` is the search that finds these rows; fields that begin with `_` are left out."""
    written = [one.value for one in stage.all(ast.Text)] or ["(", "(", "AND", ")", "OR", ")"]
    start, begin, also, end, other, stop = written
    lines = []
    for row in table.rows:
        shown = [name for name in table.columns if not name.startswith("_") and name in row]
        pairs = [written_pair(name, row[name]) for name in shown]
        lines += [f"{begin} {f' {also} '.join(pairs)} {end}"] if pairs else []
    text = f"{start} {f' {other} '.join(lines)} {stop}" if lines else "NOT()"
    return Table(("search",), ({"search": text},))


def written_pair(name: str, value: Value) -> str:
    """`name="value"`; of a multivalue any of its values."""
    if name in ("search", "query"):
        return spelled(value)
    field = name if re.fullmatch(r"[\w.:@/{}-]+", name) else f'"{name}"'
    each = [f'{field}="{quoted(one)}"' for one in items(value)]
    return each[0] if len(each) == 1 else f"( {' OR '.join(each)} )"


def quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


COMMANDS: dict[str, Command] = {
    "append": append,
    "appendpipe": appendpipe,
    "appendcols": appendcols,
    "join": join,
    "union": union,
    "format": formatted,
}
