"""Commands that choose, name and compute columns (3, 4)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from lynxalert.lang import ast
from tests.reference.expressions import evaluate
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, present, with_fields
from tests.reference.values import Row, Value, multivalue, number, read_number, seconds_of, spelled, text

KEPT = ("_time", "_raw")


def evaluated(table: Table, stage: Stage) -> Table:
    """`eval`: left to right, later ones see earlier ones, null removes a field (3.3)."""
    assignments = stage.all(ast.Assignment)

    def computed(row: Row) -> Row:
        for one in assignments:
            row = with_fields(row, {one.target.text: evaluate(one.expression, row, stage.moment)})
        return row

    return table.put([one.target.text for one in assignments], map(computed, table.rows))


def show(table: Table, stage: Stage) -> Table:
    """`table`: these columns in this order, missing ones empty; nothing else is left (3.5)."""
    names = table.expand(stage.names)
    rows = ({name: row[name] for name in names if name in row} for row in table.rows)
    return Table(tuple(names), tuple(rows))


def fields(table: Table, stage: Stage) -> Table:
    """Keep these, the order as given; `_time` and `_raw` stay usable, unseen. With `-` remove them."""
    names = [name for name in table.expand(stage.names) if name in table.columns or name in table.hidden]
    if any(flag.word == "-" for flag in stage.all(ast.Flag)):
        return replace(table.drop(names), events=False)
    hidden = tuple(
        name for name in KEPT if name not in names and (name in table.columns or name in table.hidden)
    )
    rows = ({name: row[name] for name in (*names, *hidden) if name in row} for row in table.rows)
    return Table(tuple(names), tuple(rows), hidden)


def rename(table: Table, stage: Stage) -> Table:
    """Pairs in turn; a target that exists is replaced; an absent source does nothing but clear an existing target."""
    for pair in stage.all(ast.Renaming):
        for source in table.matching(pair.source.text):
            table = renamed(table, source, starred(pair.source.text, pair.target.text, source))
    return table


def renamed(table: Table, source: str, target: str) -> Table:
    """One column under another name, in its place."""
    known = source in table.columns or source in table.hidden
    if source == target or not (known or target in table.columns or target in table.hidden):
        return table
    cleared = table.drop([target])
    rows = ({target if name == source else name: one for name, one in row.items()} for row in cleared.rows)
    columns = tuple(target if name == source else name for name in cleared.columns)
    if source in cleared.hidden:
        columns = (*columns, target)
    hidden = tuple(name for name in cleared.hidden if name != source)
    return Table(columns, tuple(rows), hidden, table.events)


def starred(pattern: str, target: str, name: str) -> str:
    """The stars of *target* replaced by what those of *pattern* stand for in *name*."""
    fitted = re.fullmatch("(.*)".join(map(re.escape, pattern.split("*"))), name, re.DOTALL)
    parts = list(fitted.groups()) if fitted else []
    return "".join(parts.pop(0) if char == "*" and parts else char for char in target)


def fillnull(table: Table, stage: Stage) -> Table:
    """`value=0` where a field has none: in those named, or in all shown. An empty text is a value (3.3)."""
    names = table.expand(stage.names) if stage.names else list(table.columns)
    value = stage.option("value", "0")
    rows = [{**dict.fromkeys(names, value), **row} for row in table.rows]
    if "_time" in names and read_number(value) is None:
        # Beside texts a time is its epoch seconds.
        rows = [{**row, "_time": seconds_of(row["_time"])} for row in rows]
    return table.put(names, rows)


def filldown(table: Table, stage: Stage) -> Table:
    """The last value seen in current order where a field has none."""
    names = table.expand(stage.names or ["*"])
    last: Row = {}
    rows = []
    for row in table.rows:
        last = {**last, **{name: row[name] for name in names if name in row}}
        rows.append({**last, **row})
    return table.put([name for name in names if name in table.hidden], rows)


def strcat(table: Table, stage: Stage) -> Table:
    """Fields and quoted texts joined into the field named last; a missing one is empty, or stops it."""
    parts = [one for one in stage.clauses if isinstance(one, ast.Name | ast.Text)]
    *sources, target = parts
    name = target.text if isinstance(target, ast.Name) else target.value
    strict = stage.flag("allrequired", default=False)

    def joined(row: Row) -> Row:
        found = [one.value if isinstance(one, ast.Text) else text(row.get(one.text)) for one in sources]
        if strict and None in found:
            return row
        return {**row, name: "".join(one or "" for one in found)}

    return table.put([name], map(joined, table.rows))


def rangemap(table: Table, stage: Stage) -> Table:
    """The name of the range that the number lies in, ends included; several are a multivalue, none the default."""
    field, default = stage.option("field", ""), stage.option("default", "None")
    ranges = [
        (one.name, tuple(map(float, re.fullmatch(r"(-?[\d.]+)-(-?[\d.]+)", one.value).groups())))
        for one in stage.all(ast.Option)
        if one.name not in ("field", "default")
    ]

    def ranged(row: Row) -> Value:
        read = number(row.get(field))
        met = [name for name, (low, high) in ranges if read is not None and low <= read <= high]
        return multivalue(met) or default

    return table.put(["range"], [{**row, "range": ranged(row)} for row in table.rows])


def makeresults(table: Table, stage: Stage) -> Table:
    """Rows (1) that have only `_time`, the time of the search."""
    del table
    return Table(
        ("_time",), tuple({"_time": stage.moment.now} for _ in range(int(stage.option("count", "1"))))
    )


def binned(table: Table, stage: Stage) -> Table:
    """`bin span=…`: a time to the start of its bucket, a number to the text `low-high`; other texts stay."""
    renaming, names = stage.one(ast.Renaming), stage.names
    field = renaming.source.text if renaming else names[0]
    target = renaming.target.text if renaming else names[-1]
    span = float(stage.option("span", "1"))

    def bucket(value: Value) -> Value:
        read = number(value)
        if read is None:
            return value
        low = read // span * span
        if isinstance(value, dt.datetime):
            return dt.datetime.fromtimestamp(low, dt.UTC)
        return f"{spelled(low)}-{spelled(low + span)}"

    rows = [present({**row, target: bucket(row.get(field))}) for row in table.rows]
    return table.put([target], rows)


COMMANDS: dict[str, Command] = {
    "eval": evaluated,
    "table": show,
    "fields": fields,
    "rename": rename,
    "fillnull": fillnull,
    "filldown": filldown,
    "strcat": strcat,
    "rangemap": rangemap,
    "makeresults": makeresults,
    "bin": binned,
}
