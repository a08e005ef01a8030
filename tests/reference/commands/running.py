"""`streamstats`: aggregates of the rows so far (4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lynxalert.lang import ast
from tests.reference.aggregations import aggregate, name_of, when
from tests.reference.expressions import evaluate
from tests.reference.stage import Command, Stage
from tests.reference.table import Key, Table, key_of, with_fields
from tests.reference.values import Row, truth

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def streamstats(table: Table, stage: Stage) -> Table:
    """In current order, per by-group.

    `current=f` leaves the row itself out; `window=N` looks at the last N rows of all, with `global=f` of the
    group; `time_window=5m` at those less than that away; the resets start anew.
    """
    measures, by = stage.all(ast.Aggregation), stage.by
    names = [name_of(one) for one in measures]
    rows = table.rows
    keys = [key_of(row, by) for row in rows]
    starts = list(beginnings(rows, keys, stage))
    made = []
    for place, row in enumerate(rows):
        if keys[place] is None:
            made.append(with_fields(row, dict.fromkeys(names)))
            continue
        seen = frame(rows, keys, place, starts[place], stage)
        made.append(with_fields(row, {name_of(one): aggregate(one, seen, stage.moment) for one in measures}))
    return table.put(names, made)


def frame(rows: Sequence[Row], keys: Sequence[Key | None], place: int, start: int, stage: Stage) -> list[Row]:
    """The rows that count for the row at *place*."""
    window = int(stage.option("window", "0"))
    own = stage.flag("current", default=True)
    reach = range(start, place + 1 if own else place)
    if window and stage.flag("global", default=True):
        reach = range(max(start, reach.stop - window), reach.stop)
    places = [other for other in reach if keys[other] == keys[place]]
    if window:
        places = places[-window:]
    span = stage.option("time_window", "")
    if span:
        near = seconds(span)
        apart = [abs((when(rows[other]) - when(rows[place])).total_seconds()) for other in places]
        places = [other for other, distance in zip(places, apart, strict=True) if distance < near]
    return [rows[other] for other in places]


def seconds(span: str) -> int:
    """A span such as `5m` in seconds."""
    written = re.fullmatch(r"(\d+)([smhd])", span)
    return int(written[1]) * SECONDS[written[2]] if written else 0


def beginnings(rows: Sequence[Row], keys: Sequence[Key | None], stage: Stage) -> Iterator[int]:
    """For each row, where the run that it belongs to began: resets forget everything, of all groups."""
    resets = {}
    for flag, condition in zip(stage.all(ast.Flag), stage.all(ast.Condition), strict=True):
        resets[flag.word.lower()] = condition.expression
    changing = stage.flag("reset_on_change", default=False)

    def holds(word: str, row: Row) -> bool:
        return word in resets and truth(evaluate(resets[word], row, stage.moment)) is True

    start = 0
    for place, row in enumerate(rows):
        changed = changing and place > 0 and keys[place] != keys[place - 1]
        if changed or holds("reset_before", row) or (place > 0 and holds("reset_after", rows[place - 1])):
            start = place
        yield start


COMMANDS: dict[str, Command] = {"streamstats": streamstats}
