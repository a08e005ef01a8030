"""`chart` and `timechart`: aggregates per row of a table, and per column of it (4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lynxalert.lang import ast
from tests.reference.aggregations import aggregate, name_of, when
from tests.reference.commands.running import seconds
from tests.reference.commands.summaries import grouped, stats
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, present
from tests.reference.values import Row, Value, items, number, sort_key, spelled

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DEFAULT_LIMIT = 10
TWICE = "\0twice"  # the value of a field that is both row and column
Part: TypeAlias = tuple[Value, list[Row]]  # the value of the row field, and its rows


def chart(table: Table, stage: Stage) -> Table:
    """One row per value of the first field; a second makes a column per value. No field at all: one row."""
    over = [stage.names[0]] if stage.all(ast.Flag) else []
    names = [*over, *stage.by]
    if not names:
        return stats(table, stage)
    field, *split = names
    rows = [row for row in table.rows if shown(row, field, split, stage)]
    if split == [field]:
        # One field named twice is one value at a time, also where it has several.
        rows = [row | {TWICE: one} for row in rows for one in items(row[field])]
        split = [TWICE]
    key = split[0] if split == [TWICE] else field
    parts = [(group.by[key], group.rows) for group in grouped(rows, [key])]
    chart = spread(field, sorted(parts, key=lambda part: sort_key(part[0])), split, stage)
    if not split or stage.flag("useother", default=True):
        return chart
    series = series_of(split[0], parts, stage)
    inside = {spelled(value) for value, rows in parts if any(one.of(rows) for one in series)}
    return chart.of_rows(row for row in chart.rows if spelled(row[field]) in inside)


def shown(row: Row, field: str, split: Sequence[str], stage: Stage) -> bool:
    """Whether a row counts: it has the first field, and the second one too with `usenull=f`."""
    return field in row and all(name in row or stage.flag("usenull", default=True) for name in split)


def timechart(table: Table, stage: Stage) -> Table:
    """Buckets of `_time` from the first row to the last, empty ones filled: `count` 0, others null."""
    span = seconds(stage.option("span", "1m"))

    def bucket(row: Row) -> dt.datetime:
        elapsed = (when(row) - EPOCH).total_seconds()
        return EPOCH + dt.timedelta(seconds=elapsed // span * span)

    rows = [row for row in table.rows if row.get("_time") is not None]
    if not rows:
        return spread("_time", [], stage.by, stage)
    starts = sorted(map(bucket, rows))
    count = int((starts[-1] - starts[0]).total_seconds()) // span + 1
    buckets = [starts[0] + dt.timedelta(seconds=span * place) for place in range(count)]
    parts = [(start, [row for row in rows if bucket(row) == start]) for start in buckets]
    return spread("_time", parts, stage.by, stage)


def spread(field: str, parts: Sequence[Part], split: Sequence[str], stage: Stage) -> Table:
    """A row for each group of rows; with a split, a column for each of its values that has one."""
    measures = stage.all(ast.Aggregation)
    if not split:
        made = [
            {field: value} | {name_of(one): aggregate(one, rows, stage.moment) for one in measures}
            for value, rows in parts
        ]
        return Table((field, *map(name_of, measures)), tuple(map(present, made)))
    lines: list[Row] = [{field: value} for value, _ in parts]
    names: list[str] = []
    made = series_of(split[0], parts, stage)
    for one in measures:
        for series in made:
            title = f"{name_of(one)}: {series.title}" if len(measures) > 1 else series.title
            names.append(f"VALUE{title}" if title == field else title)
            for line, (_, rows) in zip(lines, parts, strict=True):
                line[names[-1]] = aggregate(one, series.of(rows), stage.moment)
    return Table((field, *names), tuple(map(present, lines)))


@dataclass(frozen=True, slots=True)
class Series:
    """A column: the rows whose split field has one of these texts; None stands for rows without it."""

    title: str
    field: str
    texts: frozenset[str] | None

    def of(self, rows: Sequence[Row]) -> list[Row]:
        """Its rows among *rows*: one with a multivalue once for each of its values."""
        if self.texts is None:
            return [row for row in rows if self.field not in row]
        return [row for row in rows for text in items(row.get(self.field)) if text in self.texts]


def series_of(field: str, parts: Sequence[Part], stage: Stage) -> list[Series]:
    """The ten with the greatest sums, in the total order, then NULL and OTHER (4)."""
    limit = int(stage.option("limit", str(DEFAULT_LIMIT)))
    rows = [row for _, part in parts for row in part]
    found = {text for row in rows for text in items(row.get(field))}
    own = {text: Series(prefixed(text), field, frozenset({text})) for text in sorted(found, key=sort_key)}
    ranked = sorted(own, key=lambda text: -weight(own[text], parts, stage))
    chosen = ranked[:limit] if limit else ranked
    made = [series for text, series in own.items() if text in chosen]
    if any(field not in row for row in rows) and stage.flag("usenull", default=True):
        made.append(Series(stage.option("nullstr", "NULL"), field, None))
    if len(chosen) < len(own) and stage.flag("useother", default=True):
        made.append(Series(stage.option("otherstr", "OTHER"), field, frozenset(own) - set(chosen)))
    return made


def prefixed(title: str) -> str:
    """A value that begins with `_` would be a hidden field."""
    return f"VALUE{title}" if title.startswith("_") else title


def weight(series: Series, parts: Sequence[Part], stage: Stage) -> float:
    """The sum of what the first aggregation gives for the series."""
    measure = stage.all(ast.Aggregation)[0]
    cells = [aggregate(measure, seen, stage.moment) for _, rows in parts if (seen := series.of(rows))]
    return sum(number(one) or 0.0 for one in cells)


COMMANDS: dict[str, Command] = {"chart": chart, "timechart": timechart}
