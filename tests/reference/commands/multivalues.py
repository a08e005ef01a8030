"""Commands over multivalues: `makemv`, `mvexpand`, `nomv`, `mvcombine` (4, 5)."""

from __future__ import annotations

import re

from tests.reference.stage import Command, Stage
from tests.reference.table import Table, with_fields
from tests.reference.values import Row, Value, items, multivalue, spelled, text


def makemv(table: Table, stage: Stage) -> Table:
    """A text cut at a delimiter (a blank), or into what `tokenizer` catches; empty parts fall out."""
    field = stage.names[-1]
    tokenizer, delimiter = stage.option("tokenizer", ""), stage.option("delim", " ")
    empty = stage.flag("allowempty", default=False)

    def cut(value: Value) -> Value:
        if value is None or isinstance(value, list):
            return value
        whole = spelled(value)
        if tokenizer:
            return multivalue(found[1] for found in re.finditer(tokenizer, whole))
        return multivalue(part for part in whole.split(delimiter) if part or empty)

    return table.put([field], [with_fields(row, {field: cut(row.get(field))}) for row in table.rows])


def mvexpand(table: Table, stage: Stage) -> Table:
    """A row for every value; those without it stay once."""
    field = stage.names[0]
    limit = int(stage.option("limit", "0"))

    def expanded(row: Row) -> list[Row]:
        value = row.get(field)
        if not isinstance(value, list):
            return [row]
        return [{**row, field: one} for one in (value[:limit] if limit else value)]

    return table.of_rows(made for row in table.rows for made in expanded(row))


def nomv(table: Table, stage: Stage) -> Table:
    """One text of all values, a line end between them."""
    field = stage.names[0]

    def joined(value: Value) -> Value:
        return text(value) if isinstance(value, list) else value

    return table.of_rows(with_fields(row, {field: joined(row.get(field))}) for row in table.rows)


def mvcombine(table: Table, stage: Stage) -> Table:
    """One row of those alike in every other field shown; the field becomes the multivalue of its values."""
    field = stage.names[-1]
    if field not in table.columns:
        return table
    found: dict[tuple, list[Row]] = {}
    for row in table.rows:
        found.setdefault(tuple(text(row.get(name)) for name in table.columns if name != field), []).append(
            row
        )
    made = [
        with_fields(rows[0], {field: multivalue(one for row in rows for one in items(row.get(field)))})
        for rows in found.values()
    ]
    return table.of_rows(made)


COMMANDS: dict[str, Command] = {"makemv": makemv, "mvexpand": mvexpand, "nomv": nomv, "mvcombine": mvcombine}
