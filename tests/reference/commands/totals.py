"""`addtotals`, `addcoltotals`: sums of rows and of columns (5)."""

from __future__ import annotations

import datetime as dt
import math

from tests.reference.stage import Command, Stage
from tests.reference.table import Table, with_fields
from tests.reference.values import Row, Value, number


def summed(table: Table, stage: Stage) -> list[str]:
    """The fields that are summed: those named, or all that do not begin with `_`."""
    return (
        table.expand(stage.names)
        if stage.names
        else [one for one in table.columns if not one.startswith("_")]
    )


def summands(values: list[Value]) -> list[float]:
    """What can be summed: numbers, but no times."""
    return [read for one in values if not isinstance(one, dt.datetime) and (read := number(one)) is not None]


def addtotals(table: Table, stage: Stage) -> Table:
    """The sum of each row's numbers as `Total`; with `col=t` also a row of the sums of the columns."""
    total = stage.option("fieldname", "Total")
    names = summed(table, stage)
    found = table
    if stage.flag("row", default=True):
        rows = []
        for row in table.rows:
            read = summands([row.get(name) for name in names])
            rows.append(with_fields(row, {total: number(math.fsum(read)) if read else 0}))
        found = table.put([total], rows)
    return (
        with_last(found, stage, list(dict.fromkeys([*names, total])))
        if stage.flag("col", default=False)
        else found
    )


def addcoltotals(table: Table, stage: Stage) -> Table:
    """A last row with the sum of each column's numbers."""
    return with_last(table, stage, summed(table, stage))


def with_last(table: Table, stage: Stage, names: list[str]) -> Table:
    """A row of sums below, where there are rows; `labelfield` says where it is called `Total` (`label`)."""
    last: Row = {}
    for name in names:
        read = summands([row.get(name) for row in table.rows])
        if read:
            last[name] = number(math.fsum(read))
    label = stage.option("labelfield", "")
    if label:
        last[label] = stage.option("label", "Total")
    return table.put([label] if label else [], [*table.rows, last] if table.rows else [])


COMMANDS: dict[str, Command] = {"addtotals": addtotals, "addcoltotals": addcoltotals}
