"""Commands that find fields in texts or rewrite them: `rex`, `replace`, `convert`, `foreach` (4, 5)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from lynxalert.lang import ast, parse
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, fits, with_fields
from tests.reference.values import Row, Value, multivalue, read_number, spelled, text


def rex(table: Table, stage: Stage) -> Table:
    """The named groups of an expression; no match leaves the fields alone (4)."""
    written = stage.one(ast.Text)
    field = stage.option("field", "_raw")
    if stage.option("mode", "") == "sed":
        return sed(table, field, written.value if written else "")
    pattern = re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", written.value if written else ""), re.ASCII)
    most = int(stage.option("max_match", "1"))

    def found(row: Row) -> Row:
        value = text(row.get(field))
        matches = [] if value is None else list(pattern.finditer(value))
        for name in pattern.groupindex if matches else ():
            caught = [one[name] for one in (matches[:most] if most else matches) if one[name] is not None]
            row = with_fields(row, {name: multivalue(caught)}) if caught else row
        return row

    return table.put(list(pattern.groupindex), map(found, table.rows))


def sed(table: Table, field: str, script: str) -> Table:
    """`s/a/b/g` and `y/abc/xyz/` over the field, in its place."""
    kind, pattern, by, flags = *script.split(script[1])[:3], script.split(script[1])[3]
    rows = []
    for row in table.rows:
        value = text(row.get(field))
        if value is None:
            rows.append(row)
        elif kind == "y":
            rows.append({**row, field: value.translate(str.maketrans(pattern, by))})
        else:
            rows.append({**row, field: re.sub(pattern, by, value, count=0 if "g" in flags else 1)})
    return table.put([field], rows)


def replace(table: Table, stage: Stage) -> Table:
    """A value for those that a pattern fits as a whole; the first pattern that fits counts. Times are left alone."""
    pairs = stage.all(ast.Renaming)
    names = (
        table.expand(stage.names)
        if stage.names
        else [one for one in table.columns if not one.startswith("_")]
    )

    def replaced(value: Value) -> Value:
        if isinstance(value, dt.datetime):
            return value
        for pair in pairs:
            if fits(pair.source.text, spelled(value)):
                stars = re.fullmatch(
                    "(.*)".join(map(re.escape, pair.source.text.split("*"))), spelled(value), re.DOTALL
                )
                caught = list(stars.groups()) if stars else []
                return "".join(caught.pop(0) if char == "*" and caught else char for char in pair.target.text)
        return value

    def each(value: Value) -> Value:
        return multivalue(map(spelled, map(replaced, value))) if isinstance(value, list) else replaced(value)

    rows = [{name: each(one) if name in names else one for name, one in row.items()} for row in table.rows]
    return table.put(names, rows)


def rmunit(value: Value) -> Value:
    """The number at the beginning."""
    found = re.match(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", spelled(value).strip(" "))
    return read_number(found[0]) if found else value


def rmcomma(value: Value) -> Value:
    """The text without its commas."""
    return spelled(value).replace(",", "")


def dur2sec(value: Value) -> Value:
    """`D+HH:MM:SS` as seconds."""
    found = re.fullmatch(r"(?:(\d+)\+)?(\d+):(\d+):(\d+)", spelled(value))
    if not found:
        return value
    days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def memk(value: Value) -> Value:
    """`5m`, `2g`, `7k` as kilobytes."""
    found = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+))([kKmMgG]?)", spelled(value))
    if not found:
        return value
    return float(found[1]) * {"": 1, "k": 1, "m": 1024, "g": 1024**2}[found[2].lower()]


CONVERSIONS: dict[str, Callable[[Value], Value]] = {
    "num": lambda value: read_number(spelled(value).strip(" ")),
    "rmunit": rmunit,
    "rmcomma": rmcomma,
    "dur2sec": dur2sec,
    "memk": memk,
}


def converted(meaning: Callable[[Value], Value], value: Value) -> Value:
    """A value by a conversion, several each by itself; a time needs none."""
    if isinstance(value, list):
        return multivalue(spelled(made) for one in value if (made := meaning(one)) is not None)
    return value if isinstance(value, dt.datetime) else meaning(value)


def convert(table: Table, stage: Stage) -> Table:
    """Numbers of texts; a value that a function makes nothing of stays, `num` removes it."""
    for one in stage.all(ast.Aggregation):
        name = one.argument.text if isinstance(one.argument, ast.Name) else ""
        target = one.alias.text if one.alias else name
        meaning = CONVERSIONS[one.function.lower()]
        table = table.put(
            [target],
            [
                with_fields(row, {target: None if name not in row else converted(meaning, row[name])})
                for row in table.rows
            ],
        )
    return table


def foreach(table: Table, stage: Stage) -> Table:
    """The stages in brackets for every field that fits, `<<FIELD>>` standing for its name."""
    written = stage.one(ast.Text)
    template = written.value if written else ""
    for name in table.expand(stage.names):
        query = parse("| table x | " + template.replace("<<FIELD>>", name))
        table = stage.run(ast.Query(query.stages[1:], "", query.span), table)
    return table


COMMANDS: dict[str, Command] = {"rex": rex, "replace": replace, "convert": convert, "foreach": foreach}
