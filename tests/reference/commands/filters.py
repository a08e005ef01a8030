"""Commands that keep some rows, or put them in another order (4)."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter

from lynxalert.lang import ast
from tests.reference.expressions import evaluate
from tests.reference.searching import keeps
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, key_of
from tests.reference.values import Row, Value, sort_key, spelled, text, truth


def search(table: Table, stage: Stage) -> Table:
    """Keep the rows that fit the terms (2)."""
    terms = stage.one(ast.Terms)
    return table if terms is None else table.of_rows(row for row in table.rows if keeps(terms.term, row))


def where(table: Table, stage: Stage) -> Table:
    """Keep the rows for which the condition is true; null is not (3.3)."""
    condition = stage.one(ast.Condition)
    return table.of_rows(row for row in table.rows if holds(condition, row, stage))


def holds(condition: ast.Condition | None, row: Row, stage: Stage) -> bool:
    return condition is not None and truth(evaluate(condition.expression, row, stage.moment)) is True


def head(table: Table, stage: Stage) -> Table:
    """The first N rows (10), or those before the first for which the condition is not true.

    `keeplast=t` keeps that one too, `null=t` goes on where the condition is null.
    """
    condition = stage.one(ast.Condition)
    if condition is None:
        return table.of_rows(table.rows[: stage.count(10)])
    kept: list[Row] = []
    for row in table.rows:
        claim = truth(evaluate(condition.expression, row, stage.moment))
        if not (claim or (claim is None and stage.flag("null", default=False))):
            kept += [row] if stage.flag("keeplast", default=False) else []
            break
        kept.append(row)
    limited = stage.one(ast.Number) is not None or stage.option("limit", "") != ""
    return table.of_rows(kept[: stage.count(10)] if limited else kept)


def tail(table: Table, stage: Stage) -> Table:
    """The last N rows (10), the last one first (4)."""
    count = stage.count(10)
    return table.of_rows(table.rows[::-1][:count])


def reverse(table: Table, stage: Stage) -> Table:
    """The rows the other way around."""
    del stage
    return table.of_rows(table.rows[::-1])


def sort(table: Table, stage: Stage) -> Table:
    """Stable, by the total order; missing values last in both directions (3.2, 4). A trailing `desc` turns all."""
    turned = any(flag.word.lower() in ("desc", "d") for flag in stage.all(ast.Flag))
    rows = list(table.rows)
    for key in reversed(stage.all(ast.SortKey)):
        name, falling = key.name.text, key.descending != turned
        there = [row for row in rows if row.get(name) is not None]
        rest = [row for row in rows if row.get(name) is None]
        # Sorting backwards with `reverse` keeps rows that are alike in their order.
        rows = sorted(there, key=lambda row: ranks(row.get(name), key.kind), reverse=falling) + rest
    count = stage.count(0)
    return table.of_rows(rows[:count] if count else rows)


def ranks(value: Value, kind: str) -> tuple[float | int | str, ...]:
    """The place of a value in the order of its kind: auto, num, str or ip."""
    if kind == "str":
        return (spelled(value),)
    if kind == "ip":
        try:
            address = ipaddress.ip_address(spelled(value))
        except ValueError:
            return (1, 0, spelled(value))
        return (0, address.version, int(address))
    return sort_key(value)


def dedup(table: Table, stage: Stage) -> Table:
    """The first N (1) of every combination; rows lacking a field fall out unless `keepempty=t` (4)."""
    number_ = stage.one(ast.Number)
    most = number_.value if number_ else 1
    kept: list[Row] = []
    counts: Counter[tuple[str, ...]] = Counter()
    before: tuple[str, ...] | None = None
    for row in table.rows:
        key = key_of(row, stage.names)
        if key is None:
            kept += [row] if stage.flag("keepempty", default=False) else []
            continue
        if stage.flag("consecutive", default=False) and key != before:
            counts.clear()
        counts[key] += 1
        before = key
        kept += [row] if counts[key] <= most else []
    found = table.of_rows(kept)
    return sort(found, stage) if stage.one(ast.SortKey) else found


def uniq(table: Table, stage: Stage) -> Table:
    """Without rows that are as the one before in every field shown."""
    del stage

    def seen(row: Row) -> list[str | None]:
        return [text(row.get(name)) for name in table.columns]

    rows = table.rows
    return table.of_rows(
        row for place, row in enumerate(rows) if not place or seen(row) != seen(rows[place - 1])
    )


def regex(table: Table, stage: Stage) -> Table:
    """Rows in which the expression is found; `!=` those in which it is not, absent fields among them."""
    written = stage.one(ast.Text)
    names = stage.names or ["_raw"]
    sign = next((flag.word for flag in stage.all(ast.Flag)), "=")

    def found(row: Row) -> bool:
        value = text(row.get(names[0]))
        return value is not None and re.search(written.value if written else "", value) is not None

    return table.of_rows(row for row in table.rows if found(row) == (sign != "!="))


COMMANDS: dict[str, Command] = {
    "search": search,
    "where": where,
    "head": head,
    "tail": tail,
    "reverse": reverse,
    "sort": sort,
    "dedup": dedup,
    "uniq": uniq,
    "regex": regex,
}
