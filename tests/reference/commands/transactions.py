"""`transaction`: events that belong together (4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.reference.aggregations import when
from tests.reference.commands.running import seconds
from tests.reference.stage import Command, Stage
from tests.reference.table import Key, Table, key_of
from tests.reference.values import Row, items, multivalue


@dataclass
class Open:
    """A transaction that may still grow, its newest event first."""

    rows: list[Row] = field(default_factory=list)


def transaction(table: Table, stage: Stage) -> Table:
    """One pass over the events, the newest first: an event joins the open transaction of its key unless a bound forbids.

    `maxspan` bounds the whole, `maxpause` the gap, both included; `maxevents` the number.
    """
    names = stage.names
    bounds = (seconds(stage.option("maxspan", "")), seconds(stage.option("maxpause", "")))
    most = int(stage.option("maxevents", "1000"))
    growing: dict[Key, Open] = {}
    found: list[Open] = []
    for row in table.rows:
        key = key_of(row, names)
        if key is None:
            continue
        one = growing.get(key)
        if one is None or not takes(one, row, bounds, most):
            one = growing[key] = Open()
            found.append(one)
        one.rows.append(row)
    made = [merged(one.rows, table.columns, names) for one in found]
    made.sort(key=when, reverse=True)
    return Table((*table.columns, "duration", "eventcount"), tuple(made))


def takes(one: Open, row: Row, bounds: tuple[int, int], most: int) -> bool:
    """Whether the event still fits."""
    span, pause = bounds
    whole = (when(one.rows[0]) - when(row)).total_seconds()
    gap = (when(one.rows[-1]) - when(row)).total_seconds()
    return (not span or whole <= span) and (not pause or gap <= pause) and len(one.rows) < most


def merged(rows: list[Row], columns: tuple[str, ...], names: list[str]) -> Row:
    """One row: the time of the first event, the values of every field once and sorted as text."""
    row: Row = {"_time": when(rows[-1])}
    for name in columns:
        if name in names:
            row[name] = rows[-1][name]
        elif name != "_time":
            values = multivalue(sorted({one for event in rows for one in items(event.get(name))}))
            row |= {} if values is None else {name: values}
    duration = (when(rows[0]) - when(rows[-1])).total_seconds()
    return row | {"duration": duration, "eventcount": len(rows)}


COMMANDS: dict[str, Command] = {"transaction": transaction}
